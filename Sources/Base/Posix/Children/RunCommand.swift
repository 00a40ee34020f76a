internal import Glibc

/// What came of a command that was run to its end.
public struct CommandResult: Sendable, Equatable {
    /// Why a command was ended before it ended by itself.
    public enum Interruption: Sendable, Equatable {
        /// The deadline passed.
        case timeout
        /// The work was called off.
        case cancelled
    }

    /// How the process ended.
    public let status: ExitStatus
    /// Set when we ended it: then `status` says only how it died.
    public let interruption: Interruption?
    /// What it wrote to standard output, and to standard error as well when they were combined.
    public let output: BoundedOutput
    /// What it wrote to standard error, unless combined.
    public let errorOutput: BoundedOutput

    /// Whether it exited with code 0, by itself.
    public var isSuccess: Bool { interruption == nil && status.isSuccess }

    /// `exited with code 1`, `ended by signal 9 (killed)`, `timed out` or `was cancelled`.
    public var reason: String {
        switch interruption {
        case .timeout: "timed out"
        case .cancelled: "was cancelled"
        case nil: status.description
        }
    }
}

/// Runs a command to its end and collects what it writes; the first and last parts of it when that is much.
///
/// It ends for sure, shortly after the deadline at the latest: the whole process group is asked to end (`SIGTERM`), after
/// `grace` killed, and reaped. Descendants that stay behind in the group after the command has ended are killed too.
///
/// - Parameters:
///   - command: what to run.
///   - input: what it reads from standard input; `/dev/null` when empty.
///   - deadline: when it must have ended; calling it off ends it at once.
///   - combined: whether standard error goes where standard output goes, in the order of writing.
///   - outputLimit: how many bytes of each stream are kept.
///   - grace: how long it has between `SIGTERM` and `SIGKILL`.
///   - longRun: what to do, once, when it has run for some time.
///   - onOutput: gets all bytes as they come.
/// - Returns: how it ended and what it wrote; that it was ended by us is a result, not an error.
/// - Throws: when the program cannot be started.
public func runCommand(
    _ command: Command, input: [UInt8] = [], deadline: Deadline, combined: Bool = false, outputLimit: Int = 64 * 1024,
    grace: Duration = .milliseconds(500), longRun: (after: Duration, tell: () -> Void)? = nil,
    onOutput: (ChildStream, Span<UInt8>) -> Void = { _, _ in }
) throws(SystemError) -> CommandResult {
    let child = try ChildProcess(
        command, input: input.isEmpty ? .null : .pipe, output: .pipe, error: combined ? .sameAsOutput : .pipe)
    let pump = ChildPump(child)
    var output = BoundedOutput(limit: outputLimit)
    var errorOutput = BoundedOutput(limit: outputLimit)
    func runUntil(_ deadline: Deadline) throws(SystemError) -> ExitStatus {
        while let (stream, count) = try pump.next(deadline) {
            let buffer = pump.buffer
            let bytes = buffer.span.extracting(first: count)
            switch stream {
            case .output: output.append(bytes)
            case .error: errorOutput.append(bytes)
            }
            onOutput(stream, bytes)
        }
        return try child.wait(deadline)
    }

    pump.queue(input.span)
    pump.finishInput()
    var interruption: CommandResult.Interruption?
    var status: ExitStatus
    do throws(SystemError) {
        if let longRun {
            do throws(SystemError) {
                status = try runUntil(deadline.capped(at: longRun.after))
            } catch {
                guard error.isTimeout, deadline.remaining > .zero else { throw error }
                longRun.tell()
                status = try runUntil(deadline)
            }
        } else {
            status = try runUntil(deadline)
        }
    } catch {
        guard error.isTimeout || error.isCancelled else { throw error }
        interruption = error.isTimeout ? .timeout : .cancelled
        child.terminateGroup()
        do {
            // Its last words are still wanted, and a full pipe must not keep it from ending.
            status = try runUntil(.after(grace))
        } catch {
            child.close()
            status = .signalled(SIGKILL)
        }
    }
    return CommandResult(status: status, interruption: interruption, output: output, errorOutput: errorOutput)
}

/// Runs a command as above and hands over its output line by line.
public func runCommand(
    _ command: Command, input: [UInt8] = [], deadline: Deadline, combined: Bool = false, outputLimit: Int = 64 * 1024,
    grace: Duration = .milliseconds(500), onLine: (ChildStream, String) -> Void
) throws(SystemError) -> CommandResult {
    var outputLines = LineSplitter()
    var errorLines = LineSplitter()
    let result = try runCommand(
        command, input: input, deadline: deadline, combined: combined, outputLimit: outputLimit, grace: grace,
        onOutput: { stream, bytes in
            switch stream {
            case .output: outputLines.append(bytes) { onLine(.output, $0) }
            case .error: errorLines.append(bytes) { onLine(.error, $0) }
            }
        })
    outputLines.finish { onLine(.output, $0) }
    errorLines.finish { onLine(.error, $0) }
    return result
}
