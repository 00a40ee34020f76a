internal import Glibc

/// A system call that failed: what was being done, to what, and what the system said.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system's error number, as in `errno(3)`.
    public let code: Int32
    /// What was being done and to what, for example `open /git/link`.
    public let operation: String
    /// Why, in words of our own, where the system's would be of no help.
    public let reason: String?

    /// Records a failure whose error number is known.
    public init(code: Int32, operation: String, reason: String? = nil) {
        self.code = code
        self.operation = operation
        self.reason = reason
    }

    /// Records the failure that `errno` describes; call it before anything else can change `errno`.
    public static func last(_ operation: String) -> SystemError {
        SystemError(code: errno, operation: operation)
    }

    /// `cannot <operation>: <the system's words, or ours>`.
    public var description: String {
        "cannot \(operation): \(words)"
    }

    /// What went wrong: our words where there are some, else the system's.
    public var words: String { reason ?? SystemError.text(of: code) }

    /// The system's words for an error number, in lower case.
    public static func text(of code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        let words = unsafe String(cString: text)
        return words.prefix(1).lowercased() + words.dropFirst()
    }
}

extension SystemError {
    /// `ENOENT`: the thing named does not exist.
    public var isNotFound: Bool { code == ENOENT }
    /// `ENOENT` or `ENOTDIR`: there is no such path.
    public var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    /// Whether what was named is not there, not what it has to be, or not ours to use: trying again does not help.
    public var isMisnamed: Bool { [ENOENT, ENOTDIR, EISDIR, ELOOP, ENOEXEC, EROFS, EACCES, EPERM].contains(code) }
    /// `ENOSPC` or `EDQUOT`: the volume or the quota is full.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
    /// `ETIMEDOUT`: the deadline passed.
    public var isTimeout: Bool { code == ETIMEDOUT }
    /// `ECANCELED`: the work was called off.
    public var isCancelled: Bool { code == ECANCELED }
}

/// Repeats a system call while a signal interrupts it, and throws when it returns a negative number.
@discardableResult
func systemCall<Result: SignedInteger>(
    _ operation: @autoclosure () -> String, _ call: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno == EINTR { continue }
        throw SystemError.last(operation())
    }
}
