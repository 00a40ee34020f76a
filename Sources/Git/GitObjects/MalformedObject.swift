/// The bytes of an object cannot be what they claim to be.
public struct MalformedObject: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being done and to what, for example `read tree 1f07…`.
    public let operation: String
    /// What is wrong with the bytes.
    public let message: String

    /// Says what was read and what is wrong with it.
    public init(_ operation: String, _ message: String) {
        self.operation = operation
        self.message = message
    }

    /// `cannot <operation>: <message>`.
    public var description: String { "cannot \(operation): \(message)" }
}
