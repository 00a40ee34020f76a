/// A transfer that failed: what was being done, what went wrong, and what may help.
///
/// Neither user names, passwords nor the values in a URL's query are ever part of it.
public struct TransferError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// A short name, fit for a log field or a metric's label.
        public let rawValue: String

        /// The kind with this name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The host's name could not be resolved.
        public static let dns = Code(rawValue: "dns")
        /// Nobody listens there.
        public static let refused = Code(rawValue: "refused")
        /// No way leads there.
        public static let unreachable = Code(rawValue: "unreachable")
        /// Name lookup, connection and TLS took too long.
        public static let timeoutConnect = Code(rawValue: "timeout-connect")
        /// No byte came for too long.
        public static let timeoutIdle = Code(rawValue: "timeout-idle")
        /// The whole took too long.
        public static let timeoutTotal = Code(rawValue: "timeout-total")
        /// It was called off.
        public static let cancelled = Code(rawValue: "cancelled")
        /// The server's certificate cannot be trusted.
        public static let tlsCertificate = Code(rawValue: "tls-certificate")
        /// TLS could not be agreed upon.
        public static let tlsHandshake = Code(rawValue: "tls-handshake")
        /// Our certificate is missing, unusable or not accepted.
        public static let tlsClientCertificate = Code(rawValue: "tls-client-certificate")
        /// The connection ended before the answer did.
        public static let cut = Code(rawValue: "cut")
        /// The server sends us where we do not go.
        public static let redirectRefused = Code(rawValue: "redirect-refused")
        /// The answer is larger than allowed.
        public static let tooLarge = Code(rawValue: "too-large")
        /// The proxy failed.
        public static let proxy = Code(rawValue: "proxy")
        /// The answer is not HTTP as we know it.
        public static let `protocol` = Code(rawValue: "protocol")
        /// The request or the configuration cannot be used; nothing was sent.
        public static let invalid = Code(rawValue: "invalid")

        /// Another failure, by libcurl's number (`libcurl-errors(3)`).
        public static func other(_ number: UInt32) -> Code { Code(rawValue: "curl-\(number)") }
    }

    /// The kind of failure.
    public let code: Code
    /// What was being done and to what, for example `GET https://host/path`.
    public let operation: String
    /// What went wrong, in libcurl's words where it has some.
    public let message: String
    /// What the user can do about it, if anything.
    public let hint: String?

    /// Records a failure.
    public init(code: Code, operation: String, message: String, hint: String? = nil) {
        self.code = code
        self.operation = operation
        self.message = message
        self.hint = hint
    }

    /// `cannot <operation>: <message>; <hint>`.
    public var description: String {
        let text = "cannot \(operation): \(message)"
        return hint.map { "\(text); \($0)" } ?? text
    }
}
