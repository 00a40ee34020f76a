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

/// One event of a stream that a browser's `EventSource` understands.
public struct ServerSentEvent: Sendable, Equatable {
    /// Its place in the order of events, with which a client that comes back says what it has; nil for none.
    public var id: String?
    /// What kind of event it is.
    public var name: String
    /// What it says.
    public var data: String

    /// Puts an event together.
    public init(id: String? = nil, name: String, data: String) {
        self.id = id
        self.name = name
        self.data = data
    }

    /// The event as it is sent; line ends in the data begin further data lines, and cannot begin anything else.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        if let id { bytes += ServerSentEvent.line("id", id.utf8) }
        bytes += ServerSentEvent.line("event", name.utf8)
        for line in data.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            bytes += ServerSentEvent.line("data", line)
        }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    // A carriage return would end a line too.
    private static func line(_ field: String, _ value: some Sequence<UInt8>) -> [UInt8] {
        Array("\(field): ".utf8) + value.filter { $0 >= 0x20 || $0 == 0x09 } + [UInt8(ascii: "\n")]
    }
}
