public import GitFiles
public import Posix

/// A release that could not be made, published or checked.
public enum ReleaseError: Error, Equatable, Sendable {
    /// The system refused a call.
    case system(SystemError)
    /// The object store could not give what was asked of it.
    case store(GitError)
    /// We refused, because going on would break a promise; what was being done, why not, and what to do about it.
    case refused(operation: String, reason: String)
}

extension ReleaseError: CustomStringConvertible {
    /// `cannot <operation>: <reason>`.
    public var description: String {
        switch self {
        case .system(let error): error.description
        case .store(let error): error.description
        case .refused(let operation, let reason): "cannot \(operation): \(reason)"
        }
    }

    /// The volume or the quota is full.
    public var isDiskFull: Bool {
        switch self {
        case .system(let error): error.isDiskFull
        case .store(let error): error.cause?.isDiskFull ?? false
        case .refused: false
        }
    }

    /// The deadline passed.
    public var isTimeout: Bool {
        if case .system(let error) = self { error.isTimeout } else { false }
    }
}

/// Runs code that talks to the system inside code that throws `ReleaseError`.
package func system<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(ReleaseError) -> Result {
    do throws(SystemError) {
        return try body()
    } catch {
        throw .system(error)
    }
}

/// Runs code that reads the object store inside code that throws `ReleaseError`.
package func store<Result: ~Copyable>(_ body: () throws(GitError) -> Result) throws(ReleaseError) -> Result {
    do throws(GitError) {
        return try body()
    } catch {
        throw .store(error)
    }
}

/// A file that cannot be written as its attributes ask.
public struct FilterError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: Equatable, Sendable {
        /// `working-tree-encoding` is set or unset, but names nothing.
        case encodingWithoutName
        /// The content cannot be written in the encoding.
        case encoding(name: String, reason: String)
    }

    /// What failed.
    public let code: Code

    init(_ code: Code) {
        self.code = code
    }

    /// What failed, for people.
    public var description: String {
        switch code {
        case .encodingWithoutName:
            "cannot read the attribute working-tree-encoding: it names no encoding; write working-tree-encoding=NAME"
        case .encoding(let name, let reason):
            "cannot write text in the encoding \(name): \(reason)"
        }
    }
}
