/// One entry of a tree, copied out.
public struct TreeEntry: Sendable, Equatable {
    /// The name, as bytes: git prescribes no encoding.
    ///
    /// Never empty and without `/`, but possibly `..` or `.git`: whoever makes files of it must look.
    public let name: [UInt8]
    /// What the entry is.
    public let mode: FileMode
    /// The object that it names.
    public let id: ObjectID

    /// Makes an entry.
    public init(name: [UInt8], mode: FileMode, id: ObjectID) {
        self.name = name
        self.mode = mode
        self.id = id
    }
}

/// Steps through the bytes of a tree object without copying or allocating anything.
///
///     var cursor = TreeCursor()
///     while try cursor.advance(in: bytes) { use(bytes.extracting(cursor.name), cursor.mode, cursor.id) }
public struct TreeCursor: Sendable {
    /// Where the current entry's name lies in the tree's bytes.
    public private(set) var name = 0..<0
    /// What the current entry is.
    public private(set) var mode = FileMode.file
    /// The object that the current entry names.
    public private(set) var id = ObjectID(high: 0, middle: 0, low: 0)
    private var position = 0

    /// A cursor before the first entry.
    public init() {}

    /// Moves to the next entry; false after the last.
    ///
    /// - Throws: `damaged` when the bytes are no tree, or an entry's name could not be a file's.
    public mutating func advance(in bytes: Span<UInt8>) throws(MalformedObject) -> Bool {
        guard position < bytes.count else { return false }
        mode = try readMode(bytes)
        let start = position
        while position < bytes.count, bytes[position] != 0 {
            if bytes[position] == UInt8(ascii: "/") {
                throw MalformedObject("read a tree", "an entry's name has a slash in it")
            }
            position += 1
        }
        name = start..<position
        if name.isEmpty { throw MalformedObject("read a tree", "an entry has no name") }
        // Bounded: by the bytes of the tree, which are in memory.
        let end = position + 1 + ObjectID.byteCount
        guard end <= bytes.count, let id = ObjectID(bytes: bytes.extracting(position + 1..<end)) else {
            throw MalformedObject("read a tree", "it ends in the middle of an entry")
        }
        self.id = id
        position = end
        return true
    }

    private mutating func readMode(_ bytes: Span<UInt8>) throws(MalformedObject) -> FileMode {
        var octal: UInt32 = 0
        while position < bytes.count, case let digit = bytes[position], digit != UInt8(ascii: " ") {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "7"), octal < 1 << 24 else {
                throw MalformedObject("read a tree", "an entry's mode is no number")
            }
            // Bounded: a digit, and the guard above.
            octal = octal << 3 | UInt32(digit - UInt8(ascii: "0"))
            position += 1
        }
        guard position < bytes.count else { throw MalformedObject("read a tree", "it ends in the middle of an entry") }
        position += 1
        guard let mode = FileMode(octal: octal) else {
            throw MalformedObject("read a tree", "an entry has the unknown mode \(String(octal, radix: 8))")
        }
        return mode
    }
}
