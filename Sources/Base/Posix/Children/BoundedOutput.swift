internal import Glibc

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

/// Writes whole pieces to a descriptor that others own, such as standard error, from any thread.
public final class SharedOutput: Sendable {
    private let turn: Locked<Int32>

    /// Writes to a descriptor that outlives this object.
    public init(_ number: Int32) {
        turn = Locked(number)
    }

    /// Writes all bytes, in one write(2) unless the other end takes only a part, without mixing in other pieces.
    ///
    /// A failure is not reported: there is nowhere left to report it. A reader that takes nothing for a second loses the
    /// rest of the piece, if the descriptor does not block.
    public func write(_ bytes: [UInt8]) {
        turn.withLock { number in
            var written = 0
            while written < bytes.count {
                let result = unsafe bytes.span.extracting(written...).withUnsafeBytes {
                    unsafe Glibc.write(number, $0.baseAddress, $0.count)
                }
                if result > 0 {
                    written += result
                } else if errno == EAGAIN {
                    var entry = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
                    if unsafe poll(&entry, 1, 1000) <= 0 { return }
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}

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
