/// A message that cannot be what it claims to be.
package struct WireError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    package let description: String

    /// Says what is wrong.
    package init(_ description: String) {
        self.description = description
    }
}

/// A value that is told from one of our processes to the other.
///
/// Both are of the same version, so that there is no more to a value than its parts, one after the other: whole numbers
/// as eight bytes, what has a length with its length in front.
package protocol WireValue: Sendable {
    /// Appends the value.
    func write(to writer: inout WireWriter)
    /// Reads the value, which must not be believed to be one.
    init(from reader: inout WireReader) throws(WireError)
}

/// Puts values together to a message.
package struct WireWriter: Sendable {
    /// The message.
    package private(set) var bytes: [UInt8] = []

    /// An empty message.
    package init() {}

    /// Appends a value.
    package mutating func put(_ value: some WireValue) { value.write(to: &self) }

    /// Appends a byte.
    package mutating func put(byte: UInt8) { bytes.append(byte) }

    /// Appends a whole number.
    package mutating func put(word: UInt64) {
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
    }

    /// Appends bytes with their number.
    package mutating func put(bytes added: some Collection<UInt8>) {
        put(word: UInt64(added.count))
        bytes.append(contentsOf: added)
    }
}

/// Takes a message apart; each step says when there is less than it needs.
package struct WireReader: Sendable {
    private let bytes: [UInt8]
    private var position = 0

    /// A reader at the beginning of a message.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// How many bytes are left.
    package var left: Int { bytes.count - position }

    /// Reads a value.
    package mutating func take<Value: WireValue>(_: Value.Type = Value.self) throws(WireError) -> Value {
        try Value(from: &self)
    }

    /// Reads a byte.
    package mutating func takeByte() throws(WireError) -> UInt8 {
        guard left >= 1 else { throw WireError("a message ends too early") }
        position += 1
        return bytes[position - 1]
    }

    /// Reads a whole number.
    package mutating func takeWord() throws(WireError) -> UInt64 {
        guard left >= 8 else { throw WireError("a message ends too early") }
        var word: UInt64 = 0
        for index in position..<position + 8 { word = word << 8 | UInt64(bytes[index]) }
        position += 8
        return word
    }

    /// Reads a number of things of which each takes a byte at least, so that no message announces more than it has.
    package mutating func takeCount() throws(WireError) -> Int {
        guard let count = Int(exactly: try takeWord()), count <= left else {
            throw WireError("a message announces more than it has")
        }
        return count
    }

    /// Reads bytes with their number.
    package mutating func takeBytes() throws(WireError) -> [UInt8] {
        let count = try takeCount()
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// Reads exactly so many bytes.
    package mutating func takeBytes(exactly count: Int) throws(WireError) -> [UInt8] {
        guard count <= left else { throw WireError("a message ends too early") }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// Throws unless all was read.
    package func finish() throws(WireError) {
        guard left == 0 else { throw WireError("a message has \(left) bytes too many") }
    }
}

extension WireValue {
    /// The value as a message of its own.
    package var encoded: [UInt8] {
        var writer = WireWriter()
        writer.put(self)
        return writer.bytes
    }

    /// Reads a message that holds nothing else.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes)
        self = try reader.take()
        try reader.finish()
    }
}

/// The answer of which only counts that it came.
package struct Done: WireValue, Equatable {
    /// The answer.
    package init() {}
    package func write(to _: inout WireWriter) {}
    package init(from _: inout WireReader) throws(WireError) {}
}
