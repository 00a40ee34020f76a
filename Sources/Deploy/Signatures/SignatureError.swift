/// Why a commit or tag is not taken for signed by somebody who may.
public struct SignatureError: Error, Sendable, CustomStringConvertible {
    /// Whether the object itself is at fault; otherwise the check could not be made, as without its tools or key files.
    public let isRejection: Bool
    /// What was checked, such as `verify the signature of commit 12ab…`.
    public let operation: String
    /// What is wrong.
    public let message: String
    /// What the user can do about it.
    public let hint: String?

    init(rejected operation: String, _ message: String, hint: String? = nil) {
        self.init(isRejection: true, operation, message, hint)
    }

    init(unable operation: String, _ message: String, hint: String? = nil) {
        self.init(isRejection: false, operation, message, hint)
    }

    private init(isRejection: Bool, _ operation: String, _ message: String, _ hint: String?) {
        self.isRejection = isRejection
        self.operation = operation
        self.message = message
        self.hint = hint
    }

    /// `cannot <operation>: <message>; <hint>`.
    public var description: String { "cannot \(operation): \(message)" + (hint.map { "; \($0)" } ?? "") }
}
