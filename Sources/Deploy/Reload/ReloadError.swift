internal import Glibc
internal import Posix

/// Why the application could not be told, or was not seen to run the new release.
public struct ReloadError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: String, Sendable {
        /// A setting cannot be used.
        case invalid
        /// No process matches.
        case noTarget = "no-target"
        /// A file names a process that has gone, or another one.
        case stalePidFile = "stale-pidfile"
        /// The process belongs to somebody else.
        case permission
        /// The signal would only end the process, which has no handler for it.
        case noHandler = "no-handler"
        /// The request was not answered as it should have been.
        case request
        /// The command did not succeed.
        case command
        /// The health check did not succeed.
        case unhealthy
        /// The application ended when it was asked to reload.
        case ended
        /// The application is well, but still runs an old release.
        case unconfirmed
        /// The work was called off; it says nothing about the release.
        case cancelled
        /// The caller of `confirm` ended the wait.
        case interrupted
        /// The system refused something.
        case system
    }

    /// The kind of failure.
    public let code: Code
    /// What was being done and to what, for example `signal name:nginx`.
    public let operation: String
    /// What went wrong.
    public let message: String
    /// What the user can do about it, if anything.
    public let hint: String?
    /// What the command or the server said, shortened.
    public let output: String
    /// Whether the application itself answered so, in contrast to one that is not there yet.
    public var isAnswer = false
    /// Whether a server answered a check with a failure: a command that fails may do so because there is no server yet.
    var isRefusal: Bool { isAnswer && code == .unhealthy }
    /// Whether it would fail so with any release: what we were told to do is wrong, or nobody is there to take it.
    public var isConfiguration: Bool

    /// Records a failure.
    public init(code: Code, operation: String, message: String, hint: String? = nil, output: String = "") {
        self.code = code
        self.operation = operation
        self.message = message
        self.hint = hint
        self.output = output
        isConfiguration = [.invalid, .noTarget, .stalePidFile, .permission, .noHandler].contains(code)
    }

    /// Records a system call that failed.
    init(_ error: SystemError, _ operation: String? = nil) {
        let code: Code =
            switch error.code {
            case ECANCELED: .cancelled
            case EPERM, EACCES: .permission
            default: .system
            }
        self.init(
            code: code, operation: operation ?? error.operation,
            message: operation == nil ? SystemError.text(of: error.code) : "\(error)")
        if error.isMisnamed { isConfiguration = true }
    }

    /// `cannot <operation>: <message>; <hint>`.
    public var description: String {
        let text = "cannot \(operation): \(message)"
        return hint.map { "\(text); \($0)" } ?? text
    }
}

/// Runs code of Posix inside code that throws `ReloadError`.
func system<Result: ~Copyable>(
    _ operation: String? = nil, _ body: () throws(SystemError) -> Result
) throws(ReloadError) -> Result {
    do {
        return try body()
    } catch {
        throw ReloadError(error, operation)
    }
}
