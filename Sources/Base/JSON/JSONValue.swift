/// A JSON text, read strictly: no comments, no trailing commas, no repeated names, at most 32 levels deep.
public indirect enum JSONValue: Equatable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, as its digits were written.
    case number(String)
    /// A text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// An object, with its members in the order in which they were written.
    case object([JSONMember])

    /// Reads one value that is the whole of the text.
    public static func read(_ text: String) throws(JSONError) -> JSONValue {
        var reader = JSONReader(bytes: Array(text.utf8))
        return try reader.readDocument()
    }
}

/// A name and its value in a JSON object.
public struct JSONMember: Equatable, Sendable {
    /// The name.
    public let name: String
    /// The value.
    public let value: JSONValue

    /// Joins a name and its value.
    public init(name: String, value: JSONValue) {
        self.name = name
        self.value = value
    }
}

/// Where a JSON text is wrong, and why; it repeats nothing of the text, which may hold a password.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// How many bytes come before the mistake.
    public let offset: Int
    /// What was expected there.
    public let message: String

    /// `expected a colon at byte 12`.
    public var description: String { "\(message) at byte \(offset + 1)" }
}
