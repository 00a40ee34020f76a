/// What a server gives to all of its clients, and to each of them.
public struct ServerLimits: Sendable, Equatable {
    /// Connections at a time.
    ///
    /// When there are more, the one that has been idle for longest leaves.
    public var connections = 256
    /// Connections of one address at a time; the same.
    public var connectionsPerPeer = 192
    /// Threads that answer.
    public var threads = 2
    /// Memory for the head of a request and of its response, in bytes.
    public var headBytes = 16 << 10
    /// The longest body of a request, in bytes.
    public var bodyBytes = 1 << 20
    /// All bodies that are being received at a time, in bytes.
    public var allBodiesBytes = 8 << 20
    /// How long sending a request may take.
    public var requestTimeout: Duration = .seconds(10)
    /// How long taking an answer may take.
    public var answerTimeout: Duration = .seconds(30)
    /// How long a connection may be idle, before the first request and between two.
    public var idleTimeout: Duration = .seconds(60)
    /// How often somebody who listens to events hears that we are still there.
    public var eventInterval: Duration = .seconds(15)

    /// Bounds for a server that a few programs ask now and then.
    public init() {}
}
