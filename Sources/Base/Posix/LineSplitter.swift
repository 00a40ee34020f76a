/// Cuts a stream of bytes into lines; very long lines are cut to pieces.
public struct LineSplitter: Sendable {
    private var partial: [UInt8] = []
    private let limit: Int

    /// Splits at line feeds, and after `limit` bytes without one.
    public init(limit: Int = 8192) {
        self.limit = limit
    }

    /// Takes bytes and hands over each line that they complete, without its line feed (or carriage return and feed).
    public mutating func append(_ bytes: Span<UInt8>, _ body: (String) -> Void) {
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") {
                flush(body)
            } else {
                partial.append(byte)
                if partial.count >= limit { flush(body) }
            }
        }
    }

    /// Hands over what comes after the last line feed, if anything.
    public mutating func finish(_ body: (String) -> Void) {
        if !partial.isEmpty { flush(body) }
    }

    private mutating func flush(_ body: (String) -> Void) {
        if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
        body(String(decoding: partial, as: UTF8.self))
        partial.removeAll(keepingCapacity: true)
    }
}
