/// What a client gets.
public struct Response: Sendable {
    /// What follows the head.
    public enum Body: Sendable {
        /// All of it.
        case bytes([UInt8])
        /// What comes as it happens, until one side ends it.
        case stream(EventStream)
    }

    /// The status code.
    public var status: Int
    /// The fields of the head beyond those that the server adds: date, length and what connections need.
    public var headers: [HeaderField]
    /// What follows the head.
    public var body: Body

    /// Puts a response together.
    public init(_ status: Int, headers: [HeaderField] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Plain text; a line end is added.
    public static func text(_ status: Int, _ text: String, headers: [HeaderField] = []) -> Response {
        Response(
            status, headers: [HeaderField("Content-Type", "text/plain; charset=utf-8")] + headers,
            body: .bytes(Array((text + "\n").utf8)))
    }

    /// A JSON text; a line end is added.
    public static func json(_ status: Int, _ text: String, headers: [HeaderField] = []) -> Response {
        Response(
            status, headers: [HeaderField("Content-Type", "application/json")] + headers,
            body: .bytes(Array((text + "\n").utf8)))
    }

    /// Server-sent events, as long as the client listens.
    public static func events(_ stream: EventStream) -> Response {
        Response(200, headers: [HeaderField("Content-Type", "text/event-stream")], body: .stream(stream))
    }

    /// The first value of a field of the head.
    public func header(_ name: String) -> String? {
        headers.first { $0.isNamed(name) }?.value
    }

    /// The body's bytes; empty for a stream.
    public var bytes: [UInt8] {
        guard case .bytes(let bytes) = body else { return [] }
        return bytes
    }
}
