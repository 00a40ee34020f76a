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
