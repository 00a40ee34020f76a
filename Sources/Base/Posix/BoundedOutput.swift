/// The beginning and the end of a stream of bytes whose middle is left out when it is long.
public struct BoundedOutput: Sendable, Equatable {
    /// The first bytes.
    public private(set) var head: [UInt8] = []
    /// How many bytes are neither in the beginning nor in the end.
    public var leftOut: Int { total - head.count - min(tail.count, tailLimit) }
    /// How many bytes there were in all.
    public private(set) var total = 0

    // Holds up to twice its limit, so that making room costs little per byte.
    private var tail: [UInt8] = []
    private let headLimit: Int
    private let tailLimit: Int

    /// Keeps at most about `limit` bytes: the first half of them from the beginning, the second from the end.
    public init(limit: Int) {
        headLimit = limit / 2
        tailLimit = limit - limit / 2
    }

    /// Adds bytes.
    public mutating func append(_ bytes: Span<UInt8>) {
        total += bytes.count
        let toHead = min(headLimit - head.count, bytes.count)
        for index in 0..<toHead { head.append(bytes[index]) }
        let start = max(toHead, bytes.count - tailLimit)
        if bytes.count - start >= tailLimit { tail.removeAll(keepingCapacity: true) }
        for index in start..<bytes.count { tail.append(bytes[index]) }
        if tail.count > 2 * tailLimit { tail.removeFirst(tail.count - tailLimit) }
    }

    /// What was kept, with a mark where the middle is missing.
    public var bytes: [UInt8] {
        let mark = leftOut > 0 ? Array("\n… \(leftOut) bytes left out …\n".utf8) : []
        return head + mark + tail.suffix(tailLimit)
    }

    /// What was kept, as text; bytes that are not UTF-8 are shown as `�`.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}
