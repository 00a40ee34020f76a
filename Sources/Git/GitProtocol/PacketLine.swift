internal import GitObjects

/// Writes packets, the frames in which everything of the git protocol travels.
public struct PacketLine: Sendable {
    /// The most bytes that a packet may have, its four digits of length included.
    public static let largestPacket = 65520
    /// The most bytes that a packet may carry.
    public static let largestPayload = largestPacket - 4
    /// The packet that ends a message.
    public static let flush = Array("0000".utf8)
    /// The packet that separates the parts of a message.
    public static let delimiter = Array("0001".utf8)

    /// What was written so far.
    public private(set) var bytes: [UInt8] = []

    /// Nothing written yet.
    public init() {}

    /// Adds one line of text; the line feed that git expects at its end is added here.
    ///
    /// - Throws: `invalidRequest` when the line does not fit into a packet or holds a line feed or a NUL, which
    ///   would let whoever chose the text add lines of their own.
    public mutating func append(_ line: String) throws(ProtocolError) {
        let text = line.utf8
        guard text.count < PacketLine.largestPayload, !text.contains(where: { $0 == 0x0A || $0 == 0 }) else {
            throw ProtocolError(
                .invalidRequest, "ask the server", "a line of the request is too long or holds a line feed or NUL")
        }
        let length = text.count + 5
        for shift in [12, 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: length >> shift) & 15
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
        bytes += text
        bytes.append(0x0A)
    }

    /// Ends the message.
    public mutating func appendFlush() {
        bytes += PacketLine.flush
    }

    /// Ends one part of the message.
    public mutating func appendDelimiter() {
        bytes += PacketLine.delimiter
    }
}

extension Span where Element == UInt8 {
    /// Whether the bytes begin with an ASCII text.
    func begins(with text: String) -> Bool {
        guard count >= text.utf8.count else { return false }
        var index = 0
        for byte in text.utf8 {
            guard self[index] == byte else { return false }
            index += 1
        }
        return true
    }

    /// Whether the bytes are exactly this text.
    func equals(_ text: String) -> Bool {
        count == text.utf8.count && begins(with: text)
    }

    /// How many bytes there are without the line feed that may end a line.
    var countWithoutLineFeed: Int {
        count > 0 && self[count - 1] == 0x0A ? count - 1 : count
    }

    /// Where a byte is found first at or after `start`; the number of bytes when it is not there.
    func position(of byte: UInt8, from start: Int = 0) -> Int {
        var index = start
        while index < count, self[index] != byte { index += 1 }
        return index
    }

    /// The text in a range; nil when it is not UTF-8, so that no two names ever become one.
    func text(_ range: Range<Int>) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for index in range { bytes.append(self[index]) }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The object name that a range spells in 40 digits; nil when it does not.
    func objectID(_ range: Range<Int>) -> ObjectID? {
        guard range.upperBound <= count else { return nil }
        return ObjectID(hex: extracting(range))
    }
}

extension String {
    /// Whether two names are the same bytes; `==` would also accept other spellings of the same characters.
    func isSameBytes(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }
}
