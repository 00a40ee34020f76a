/// Steps through the header lines (`key value`) at the front of a commit or a tag, without copying.
public struct HeaderCursor: Sendable {
    /// Where the current line's value lies.
    public private(set) var value = 0..<0
    /// Where the next line begins; the message, once `advance` has returned false.
    public private(set) var rest = 0
    private var key = 0..<0

    /// A cursor before the first line.
    public init() {}

    /// Moves to the next header line; false at the empty line that ends the header, or at the end.
    public mutating func advance(in bytes: Span<UInt8>) -> Bool {
        guard rest < bytes.count else { return false }
        let start = rest
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        rest = min(end + 1, bytes.count)
        guard end > start else { return false }
        var space = start
        while space < end, bytes[space] != UInt8(ascii: " ") { space += 1 }
        key = start..<space
        value = min(space + 1, end)..<end
        return true
    }

    /// Whether the current line has this key.
    ///
    /// A continued line (a signature) begins with a space: its key is empty.
    public func has(_ name: StaticString, in bytes: Span<UInt8>) -> Bool {
        guard name.utf8CodeUnitCount == key.count else { return false }
        var offset = key.lowerBound
        for byte in name.description.utf8 {
            if byte != bytes[offset] { return false }
            offset += 1
        }
        return true
    }

    /// The current line's value as an object name; nil when it is none.
    public func name(in bytes: Span<UInt8>) -> ObjectID? {
        ObjectID(hex: bytes.extracting(value))
    }
}

/// The object that an annotated tag names.
public func tagTarget(_ tag: ObjectID, _ bytes: Span<UInt8>) throws(MalformedObject) -> ObjectID {
    var header = HeaderCursor()
    guard header.advance(in: bytes), header.has("object", in: bytes), let target = header.name(in: bytes) else {
        throw MalformedObject("read tag \(tag)", "it names no object")
    }
    return target
}
