/// An object as it is hashed: its kind and its bytes.
public struct ObjectBytes: Sendable, Equatable {
    /// The kind.
    public let kind: ObjectKind
    /// The bytes, without the header that git puts before them.
    public let bytes: [UInt8]

    /// Wraps an object's bytes.
    public init(kind: ObjectKind, bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
    }

    /// What the object's name is the hash of.
    public var hashed: [UInt8] { Array("\(kind.name) \(bytes.count)\0".utf8) + bytes }
}

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

/// The bytes as text; what is not UTF-8 shows as replacement characters.
func readableText(_ bytes: Span<UInt8>) -> String { String(decoding: copy(bytes), as: UTF8.self) }

/// Where a byte comes first; nil when it does not come.
func firstIndex(of byte: UInt8, in bytes: Span<UInt8>) -> Int? {
    for index in bytes.indices where bytes[index] == byte { return index }
    return nil
}

/// Where a byte comes last; nil when it does not come.
func lastIndex(of byte: UInt8, in bytes: Span<UInt8>) -> Int? {
    for index in bytes.indices.reversed() where bytes[index] == byte { return index }
    return nil
}

/// The bytes in an array of their own.
package func copy(_ bytes: Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for index in bytes.indices { result.append(bytes[index]) }
    return result
}
