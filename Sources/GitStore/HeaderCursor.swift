/// Steps through the header lines (`key value`) at the front of a commit or a tag, without copying.
struct HeaderCursor {
    /// Where the current line's value lies.
    private(set) var value = 0..<0
    /// Where the next line begins; the message, once `advance` has returned false.
    private(set) var rest = 0
    private var key = 0..<0

    /// Moves to the next header line; false at the empty line that ends the header, or at the end.
    mutating func advance(in bytes: Span<UInt8>) -> Bool {
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
    func has(_ name: StaticString, in bytes: Span<UInt8>) -> Bool {
        guard name.utf8CodeUnitCount == key.count else { return false }
        for offset in 0..<key.count where unsafe name.utf8Start[offset] != bytes[key.lowerBound + offset] {
            return false
        }
        return true
    }

    /// The current line's value as an object name; nil when it is none.
    func name(in bytes: Span<UInt8>) -> ObjectID? {
        ObjectID(hex: bytes.extracting(value))
    }
}

/// The bytes as text; what is not UTF-8 shows as replacement characters.
func text(_ bytes: Span<UInt8>) -> String {
    unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
}

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
