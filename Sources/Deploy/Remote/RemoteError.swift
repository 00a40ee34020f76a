/// Why the remote could not be asked, or could not give what was asked for.
public struct RemoteError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for those who decide what happens next.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The kind's name, as it appears in logs and metrics.
        public let description: String

        /// The name could not be looked up, nobody listens, or no route leads there.
        public static let unreachable = Kind(description: "unreachable")
        /// The deadline passed, or the other side fell silent.
        public static let timeout = Kind(description: "timeout")
        /// The work was called off by us.
        public static let cancelled = Kind(description: "cancelled")
        /// The credential is missing or was rejected.
        public static let authentication = Kind(description: "authentication")
        /// The server knows who we are and still refuses.
        public static let forbidden = Kind(description: "forbidden")
        /// There is no such repository.
        public static let notFound = Kind(description: "not found")
        /// There is no such branch, tag or commit.
        public static let missingReference = Kind(description: "missing reference")
        /// The server asked us to come back later.
        public static let rateLimited = Kind(description: "rate limited")
        /// The server failed.
        public static let server = Kind(description: "server error")
        /// What came back was not git's protocol, or was cut.
        public static let malformed = Kind(description: "malformed answer")
        /// The server's identity could not be verified: certificate or host key.
        public static let identity = Kind(description: "identity")
        /// Our own store or volume failed.
        public static let store = Kind(description: "store")
        /// The process that takes in what comes failed.
        public static let worker = Kind(description: "worker")
        /// A limit that the operator set was reached.
        public static let limit = Kind(description: "limit")
        /// A parameter or a file of ours is not usable.
        public static let configuration = Kind(description: "configuration")
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// What was being done, and to what, for example `fetch main from https://host/app.git`.
    public let operation: String
    /// What happened, in the words of whoever reported it.
    public let message: String
    /// What the person who reads this can do; nil where there is nothing to say.
    public let hint: String?
    /// How long the server asked us to stay away.
    public let retryAfter: Duration?
    /// What failed, where that is neither the remote nor the store, but what stands between us and the store.
    public let cause: (any Error)?

    /// Describes a failure.
    public init(
        _ kind: Kind, _ operation: String, _ message: String, hint: String? = nil, retryAfter: Duration? = nil,
        cause: (any Error)? = nil
    ) {
        self.kind = kind
        self.operation = operation
        self.message = message
        self.hint = hint
        self.retryAfter = retryAfter
        self.cause = cause
    }

    /// `cannot <operation>: <message>; <hint>`.
    public var description: String {
        "cannot \(operation): \(message)" + (hint.map { "; \($0)" } ?? "")
    }
}
