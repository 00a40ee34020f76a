internal import Posix

/// Sends the same events to everybody who listens.
public final class EventBroadcast: Sendable {
    private let listenerLimit: Int
    private let listeners = Locked<[EventStream]>([])

    /// A broadcast to at most so many listeners.
    public init(listenerLimit: Int = 64) {
        self.listenerLimit = listenerLimit
    }

    /// A new listener's stream, with events that it is to hear first; nil when there are too many already.
    public func listen(first: [ServerSentEvent] = []) -> EventStream? {
        listeners.withLock { listeners in
            listeners.removeAll { $0.isClosed }
            guard listeners.count < listenerLimit else { return nil }
            let stream = EventStream()
            for event in first { stream.send(event) }
            listeners.append(stream)
            return stream
        }
    }

    /// Sends an event to all; who cannot keep up is dropped.
    public func send(_ event: ServerSentEvent) {
        listeners.withLock { listeners in listeners.removeAll { !$0.send(event) } }
    }

    /// How many listen.
    public var listenerCount: Int { listeners.withLock { listeners in listeners.count { !$0.isClosed } } }
}
