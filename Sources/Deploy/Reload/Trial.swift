public import GitObjects
public import HTTPClient
public import Posix

/// Starts a release on a free port before anybody sees it, and finds out whether it becomes well there.
public struct Trial: Sendable {
    /// What starts it, in the release; `{port}` in its arguments stands for the port.
    public var program: Program
    /// Where it says that it is well, with `{port}`; nil where a port that accepts connections is enough.
    public var url: String?
    /// How often it has to be well, and which answers are good; its probes are left out.
    public var health: HealthCheck
    /// The status codes that mean well.
    public var statuses: ClosedRange<Int>
    /// The header in which the answer must carry the commit; nil when it need not.
    public var revisionHeader: String?
    /// How HTTP is spoken.
    public var http: HTTPConfiguration

    /// Describes a trial.
    public init(
        _ program: Program, url: String?, health: HealthCheck, statuses: ClosedRange<Int>, revisionHeader: String?,
        http: HTTPConfiguration
    ) {
        self.program = program
        self.url = url
        self.health = health
        self.statuses = statuses
        self.revisionHeader = revisionHeader
        self.http = http
    }

    /// Runs it; when this returns, the program and its whole process group have ended.
    ///
    /// - Throws: why the release is not well, with what the program wrote.
    public func run(
        _ commit: ObjectID, in directory: String, _ environment: Environment, _ deadline: Deadline
    ) throws(ReloadError) {
        let port = try system { () throws(SystemError) in try unusedLoopbackPort() }
        var variables = environment
        variables["PORT"] = "\(port)"
        variables["GITSYNC_TRIAL"] = "1"
        let limit = deadline.capped(at: program.timeout)
        let command = Command(
            program.path, program.arguments.map { Trial.replacing($0, port) }, environment: variables,
            directory: directory)
        let server = try system { () throws(SystemError) in try TrialServer(command, commit) }
        do throws(ReloadError) {
            let context = ProbeContext(commit: commit, directory: directory, environment: variables, http: http)
            try waitUntilWell(server, check(port), context, limit)
        } catch {
            let output = server.stop()
            var failure = ReloadError(
                code: error.code, operation: error.operation, message: error.message, hint: error.hint,
                output: output.isEmpty ? error.output : output)
            failure.isConfiguration = error.isConfiguration
            throw failure
        }
        _ = server.stop()
    }

    private static func replacing(_ text: String, _ port: UInt16) -> String {
        text.replacing("{port}", with: "\(port)")
    }

    private func check(_ port: UInt16) -> HealthCheck {
        var check = health
        check.timeout = program.timeout
        check.probes = [
            url.map {
                .url(Trial.replacing($0, port), statuses: statuses, revisionHeader: revisionHeader)
            } ?? .tcp(host: "localhost", port: port)
        ]
        return check
    }

    private func waitUntilWell(
        _ server: TrialServer, _ check: HealthCheck, _ context: ProbeContext, _ limit: Deadline
    ) throws(ReloadError) {
        let start = limit.now
        let operation = "try release \(context.commit.map { "\($0)" } ?? "")"
        var (successes, failures) = (0, 0)
        var previous: ReloadError?
        var refusals = Refusals(check)
        while true {
            do {
                try check.probe(context, limit)
                (successes, failures) = (successes + 1, 0)
                refusals.end()
                // Somebody else may answer where it has ended.
                try server.checkRunning()
                if successes >= check.successes { return }
            } catch {
                if error.code == .cancelled { throw error }
                (successes, failures) = (0, failures + 1)
                try server.checkRunning()
                if refusals.count(error, at: limit.now) {
                    throw ReloadError(
                        code: .unhealthy, operation: operation,
                        message: "\(check.failures) checks in a row were answered with a failure: \(error)",
                        output: error.output)
                }
                if limit.remaining == .zero {
                    // The last check was cut short by the end of the time: the one before it knew the reason.
                    let reason = previous ?? error
                    throw ReloadError(
                        code: .unhealthy, operation: operation,
                        message: "it was not well within \(shown(program.timeout)): \(reason)", output: reason.output)
                }
                previous = error
            }
            do {
                let pause = check.pause(afterEqual: max(successes, failures), waited: start.duration(to: limit.now))
                try limit.pause(min(pause, limit.remaining))
            } catch {
                if error.isCancelled { throw ReloadError(error) }
                // Whoever paused looks at the time.
            }
        }
    }
}

/// The program of a trial, which runs on a thread of its own until it is stopped.
private final class TrialServer {
    private enum End: Sendable {
        case ended(CommandResult)
        case notStarted(SystemError)
    }

    private let cancellation: Cancellation
    private let thread: NativeThread
    private let end: Locked<End?>
    private let command: Command
    /// How much of what it writes is kept.
    private static let outputLimit = 16 * 1024

    init(_ command: Command, _ commit: ObjectID) throws(SystemError) {
        let cancellation = try Cancellation()
        let end = Locked<End?>(nil)
        (self.cancellation, self.end, self.command) = (cancellation, end, command)
        thread = try NativeThread("trial") {
            let found: End
            do throws(SystemError) {
                found = .ended(
                    try runCommand(
                        command, deadline: .after(.seconds(86_400), cancellation: cancellation), combined: true,
                        outputLimit: TrialServer.outputLimit))
            } catch {
                found = .notStarted(error)
            }
            end.withLock { $0 = found }
        }
    }

    /// Throws when it has ended, or could not be started.
    func checkRunning() throws(ReloadError) {
        switch end.withLock({ $0 }) {
        case nil: return
        case .notStarted(let error):
            var failure = ReloadError(error)
            // A program of the release is what its commit made it.
            if command.isInDirectory { failure.isConfiguration = false }
            throw failure
        case .ended(let result):
            throw ReloadError(
                code: .command, operation: "keep \(command.program) running",
                message: "it \(result.reason) before it was well")
        }
    }

    /// Ends it with its process group, and says what it wrote.
    func stop() -> String {
        cancellation.cancel()
        thread.join()
        guard case .ended(let result) = end.withLock({ $0 }) else { return "" }
        return AppLog.clean(result.output.bytes)
    }
}
