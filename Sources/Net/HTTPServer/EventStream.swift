internal import CMicrohttpd
internal import Posix

/// What one client hears while it listens: events wait in a bounded queue until its connection can take them.
///
/// No thread waits for it: while there is nothing to say its connection sleeps. A client that is too slow for its queue
/// loses the connection, and may come back.
public final class EventStream: Sendable {
    private enum Link {
        case none
        case awake(ConnectionHandle)
        case asleep(ConnectionHandle)
    }

    private struct State {
        var waiting: [UInt8] = []
        var isClosed = false
        var link = Link.none
        var lastSent = ContinuousClock.now
    }

    private let capacity: Int
    private let state = Locked(State())

    /// A stream whose queue holds so many bytes.
    public init(capacity: Int = 256 << 10) {
        self.capacity = capacity
    }

    /// Whether nothing can be sent any more.
    public var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Queues an event; false when nobody listens any more, or when the client was too slow and is dropped for it.
    @discardableResult
    public func send(_ event: ServerSentEvent) -> Bool { send(event.bytes) }

    /// Sends what is queued and ends the stream.
    public func close() {
        state.withLock { state in
            state.isClosed = true
            wake(&state)
        }
    }

    /// Says that we are still there, when nothing else was said for a while; the attempt shows who has left.
    func keepAlive(every interval: Duration, _ now: ContinuousClock.Instant) {
        let isDue = state.withLock { $0.lastSent.duration(to: now) >= interval }
        if isDue { send(Array(":\n\n".utf8)) }
    }

    @discardableResult
    private func send(_ bytes: [UInt8]) -> Bool {
        state.withLock { state in
            if state.isClosed { return false }
            state.lastSent = .now
            if state.waiting.count + bytes.count > capacity {
                state.isClosed = true
                state.waiting = []
            } else {
                state.waiting += bytes
            }
            wake(&state)
            return !state.isClosed
        }
    }

    private func wake(_ state: inout State) {
        guard case .asleep(let connection) = state.link else { return }
        connection.resume()
        state.link = .awake(connection)
    }

    // What the connection's thread calls.

    /// Ties the stream to the connection that takes it; the same stream cannot be given to two.
    func connect(_ connection: ConnectionHandle) -> Bool {
        state.withLock { state in
            guard case .none = state.link, !state.isClosed else { return false }
            state.link = .awake(connection)
            return true
        }
    }

    func disconnected() {
        state.withLock { state in
            state.isClosed = true
            state.link = .none
            state.waiting = []
        }
    }

    /// Moves what waits into a buffer; nil at the end of the stream.
    ///
    /// When nothing waits, the connection goes to sleep.
    func take(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        state.withLock { state in
            let count = min(buffer.count, state.waiting.count)
            if count > 0 {
                unsafe buffer.copyBytes(from: state.waiting[..<count])
                state.waiting.removeFirst(count)
                return count
            }
            if state.isClosed { return nil }
            if case .awake(let connection) = state.link {
                connection.suspend()
                state.link = .asleep(connection)
            }
            return 0
        }
    }
}

/// A connection of the library, which must be there as long as this is used.
@safe struct ConnectionHandle: @unchecked Sendable {
    private let raw: OpaquePointer

    init(_ raw: OpaquePointer) {
        unsafe self.raw = raw
    }

    func suspend() { unsafe MHD_suspend_connection(raw) }
    func resume() { unsafe MHD_resume_connection(raw) }
}
