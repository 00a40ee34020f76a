package import GitObjects
public import Posix

/// A failure of the object store: what was being done, to what, and what libgit2 (or we) said about it.
public struct GitError: Error, Equatable, Sendable {
    /// What kind of failure it was: libgit2's return value, or one of our own codes.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The number; libgit2's are above -1000, ours below.
        public let rawValue: Int32

        /// Wraps a number, known or not.
        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// libgit2 gave no closer reason.
        public static let unspecified = Code(rawValue: -1)
        /// The object or reference is not there.
        ///
        /// A truncated pack can look like this too: delete nothing on it.
        public static let notFound = Code(rawValue: -3)
        /// A callback of ours ended the operation.
        public static let user = Code(rawValue: -7)
        /// The object has another kind than the operation needs.
        public static let wrongKind = Code(rawValue: -19)
        /// The bytes of an object do not give its name.
        public static let mismatch = Code(rawValue: -33)

        /// There is no store at this path.
        public static let missing = Code(rawValue: -1001)
        /// There is a store or an object, but its content makes no sense.
        public static let damaged = Code(rawValue: -1002)
        /// The repository is written in a format that is not supported here, such as SHA-256 names or reftables.
        public static let foreignFormat = Code(rawValue: -1003)
        /// More bytes or objects came than the caller allows.
        public static let limitExceeded = Code(rawValue: -1004)
        /// The system refused a call of ours; `cause` says why.
        public static let system = Code(rawValue: -1005)
    }

    /// The part of libgit2 that failed, as `git_error_t` numbers them; zero for failures found by our own code.
    public struct Category: RawRepresentable, Hashable, Sendable {
        /// The number.
        public let rawValue: Int32

        /// Wraps a number, known or not.
        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Found by our own code.
        public static let none = Category(rawValue: 0)
        /// Memory that could not be had, or that was not allowed.
        public static let memory = Category(rawValue: 1)
        /// The operating system.
        public static let system = Category(rawValue: 2)
        /// zlib.
        public static let compression = Category(rawValue: 5)
        /// The object database.
        public static let objectDatabase = Category(rawValue: 9)
        /// The pack indexer.
        public static let indexer = Category(rawValue: 15)
    }

    /// What kind of failure it was.
    public let code: Code
    /// The part of libgit2 that failed.
    public let category: Category
    /// What was being done and to what, for example `read object 1f07…`.
    public let operation: String
    /// The library's words, in lower case and without a full stop.
    public let message: String
    /// The system call that failed, where one of ours did or a deadline passed.
    public let cause: SystemError?

    /// Records a failure.
    public init(
        code: Code, category: Category = .none, operation: String, message: String, cause: SystemError? = nil
    ) {
        self.code = code
        self.category = category
        self.operation = operation
        self.message = message
        self.cause = cause
    }

    /// Records a failed system call as a failure of the store.
    public init(_ cause: SystemError) {
        self.init(
            code: .system, operation: cause.operation, message: cause.words, cause: cause)
    }
}

extension GitError: CustomStringConvertible {
    /// `cannot <operation>: <the library's words>`.
    public var description: String { "cannot \(operation): \(message)" }
}

extension GitError {
    /// The bytes of an object that cannot be what they claim to be.
    package static func malformed(_ operation: String, _ message: String) -> GitError {
        GitError(code: .damaged, operation: operation, message: message)
    }
}

/// Runs code of Posix inside code that throws `GitError`.
package func onDisk<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(GitError) -> Result {
    do throws(SystemError) {
        return try body()
    } catch {
        throw GitError(error)
    }
}

/// Runs code that reads the bytes of objects inside code that throws `GitError`.
package func wellFormed<Result: ~Copyable>(
    _ body: () throws(MalformedObject) -> Result
) throws(GitError) -> Result {
    do throws(MalformedObject) {
        return try body()
    } catch {
        throw .malformed(error.operation, error.message)
    }
}

extension TreeCursor {
    /// Moves to the next entry; false after the last.
    package mutating func next(in bytes: Span<UInt8>) throws(GitError) -> Bool {
        do throws(MalformedObject) {
            return try advance(in: bytes)
        } catch {
            throw .malformed(error.operation, error.message)
        }
    }
}
