internal import CShims
internal import Glibc
internal import Posix

/// What a program that ran to its end left behind.
public struct ProgramResult: Sendable {
    /// The command that was run.
    public let command: [String]
    /// The exit code, or 128 plus the number of the signal that ended it.
    public let status: Int32
    /// What it wrote to standard output.
    public let outputBytes: [UInt8]
    /// What it wrote to standard error.
    public let errorBytes: [UInt8]

    /// Standard output as text, without the newline at its end.
    public var output: String { ProgramResult.trimmed(outputBytes) }
    /// Standard error as text, without the newline at its end.
    public var errors: String { ProgramResult.trimmed(errorBytes) }

    /// Throws `ProgramFailure` unless the exit code is 0.
    @discardableResult
    public func succeeded() throws(ProgramFailure) -> ProgramResult {
        if status != 0 { throw ProgramFailure(result: self) }
        return self
    }

    private static func trimmed(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}

/// A program that was expected to succeed and did not.
public struct ProgramFailure: Error, CustomStringConvertible {
    /// What it left behind.
    public let result: ProgramResult

    /// The command, its exit code and what it said.
    public var description: String {
        "\(result.command.joined(separator: " ")) ended with \(result.status): \(result.errors)\n\(result.output)"
    }
}

/// Runs a program to its end and gives back all that it wrote; kills it when `limit` has passed.
///
/// The environment is `hermeticEnvironment` unless another is given. Input and output go through files, so no amount
/// of either can block.
@discardableResult
public func runProgram(
    _ command: [String], environment: [String: String]? = nil, input: [UInt8] = [], directory: String? = nil,
    within limit: Duration = .seconds(60)
) throws -> ProgramResult {
    let standardInput = try temporaryFile()
    let standardOutput = try temporaryFile()
    let standardError = try temporaryFile()
    try TestFiles.writeAll(input, to: standardInput.number, "input for \(command[0])")
    lseek(standardInput.number, 0, SEEK_SET)
    let variables = try environment ?? hermeticEnvironment()
    let child = try spawn(
        command, environment: variables, directory: directory,
        inheriting: [
            InheritedDescriptor(ours: standardInput.number, theirs: 0),
            InheritedDescriptor(ours: standardOutput.number, theirs: 1),
            InheritedDescriptor(ours: standardError.number, theirs: 2),
        ])
    let inTime = waitForExit(of: child, within: limit)
    if !inTime { kill(-child, SIGKILL) }
    let status = reap(child)
    guard inTime else {
        throw SystemError(code: ETIMEDOUT, operation: "finish \(command.joined(separator: " "))")
    }
    guard let status else { throw SystemError(code: ECHILD, operation: "learn how \(command[0]) ended") }
    lseek(standardOutput.number, 0, SEEK_SET)
    lseek(standardError.number, 0, SEEK_SET)
    return ProgramResult(
        command: command, status: status,
        outputBytes: try TestFiles.readToEnd(standardOutput.number, "output of \(command[0])"),
        errorBytes: try TestFiles.readToEnd(standardError.number, "errors of \(command[0])"))
}

/// Waits until a child of ours has ended, without taking its exit status; false when the time is up.
func waitForExit(of child: pid_t, within limit: Duration) -> Bool {
    let handle = shim_pidfd_open(child)
    // Not there any more: it has ended and was waited for.
    if handle < 0 { return true }
    defer { close(handle) }
    let deadline = Deadline.after(limit)
    while true {
        var watched = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
        let ready = unsafe poll(&watched, 1, deadline.remainingMilliseconds)
        if ready > 0 { return true }
        if ready == 0 && deadline.remaining == .zero { return false }
    }
}

/// Takes the exit status of a child: its code, or 128 plus the number of the signal that ended it.
///
/// It is nil when somebody else in this process has taken it.
@discardableResult
func reap(_ child: pid_t) -> Int32? {
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0 {
        if errno != EINTR { return nil }
    }
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
}

/// A file without a name, which goes when it is closed.
private func temporaryFile() throws(SystemError) -> FileDescriptor {
    let directory = unsafe access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    let path = "\(directory)/git-sidecar-test.\(UInt64.random(in: 0...UInt64.max))"
    let number = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if number < 0 { throw SystemError.last("create \(path)") }
    unsafe unlink(path)
    return FileDescriptor(taking: number)
}
