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
