internal import Glibc

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
