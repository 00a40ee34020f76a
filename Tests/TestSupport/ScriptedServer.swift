/// A TCP server on a free port of 127.0.0.1 that plays a script to each connection, however unreasonable.
public final class ScriptedServer: Sendable {
    /// One thing that the server does to a connection.
    public enum Step: Sendable {
        /// Sends bytes at once.
        case send([UInt8])
        /// Sends bytes one by one, each this long after the one before.
        case drip([UInt8], every: Duration)
        /// Sends the same bytes again and again until the peer goes.
        case sendForever([UInt8])
        /// Reads until all that this connection has received meets the condition, or the peer ends its side.
        case receive(until: @Sendable ([UInt8]) -> Bool)
        /// Waits.
        case pause(Duration)
        /// Reads and never answers, until the peer goes.
        case staySilent
        /// Breaks the connection off with a TCP reset.
        case reset

        /// Sends a text at once.
        public static func send(_ text: String) -> Step { .send(Array(text.utf8)) }

        /// Reads a whole HTTP request head.
        public static var receiveHead: Step {
            .receive { received in String(decoding: received, as: UTF8.self).contains("\r\n\r\n") }
        }

        /// Sends an HTTP/1.1 answer with its length, after which the connection may be used again.
        public static func answer(_ status: String, headers: [String] = [], body: [UInt8] = []) -> Step {
            let head = ["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.count)"]
            return .send(Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
        }
    }

    /// Its port.
    public let port: UInt16
    private let state: ScriptState
    private let thread: ServerThread

    /// Starts a server; connection n gets script n, and those after the last script get the last one.
    ///
    /// When a script ends, the server ends its side and waits a second for the peer to do the same.
    public init(scripts: [[Step]]) throws {
        let listener = try LoopbackListener()
        port = listener.port
        let state = try ScriptState(scripts: scripts)
        let socket = try listener.takeSocket()
        self.state = state
        thread = try ServerThread { state.acceptConnections(from: socket) }
    }

    /// What each connection has received so far, in the order in which they were accepted.
    public var received: [[UInt8]] { state.received }

    /// The same as text.
    public var receivedText: [String] { received.map { String(decoding: $0, as: UTF8.self) } }

    /// How many connections were accepted.
    public var connectionCount: Int { received.count }

    /// Ends the server and its connections; a second call does nothing.
    public func stop() {
        state.stop()
        thread.join()
    }

    deinit {
        stop()
    }
}

/// Runs `body` with a server that plays scripts, which ends with it.
public func withScriptedServer<Value>(
    _ scripts: [ScriptedServer.Step]..., body: (ScriptedServer) throws -> Value
) throws -> Value {
    let server = try ScriptedServer(scripts: scripts)
    defer { server.stop() }
    return try body(server)
}
