/// Finds who answers a request; it needs no server, so that everything behind it can be tried without one.
public struct Router: Sendable {
    /// Answers one kind of request.
    public typealias Handler = @Sendable (Request) -> Response

    private var handlers: [String: [String: Handler]] = [:]
    /// Puts a refusal into words: for a request, a status and what is wrong.
    public var refusal: @Sendable (Request, Int, String) -> Response = { _, status, message in .text(status, message) }

    /// A router that knows no path.
    public init() {}

    /// Adds a path, which is compared whole; `GET` answers `HEAD` too.
    public mutating func add(_ method: String, _ path: String, _ handler: @escaping Handler) {
        handlers[path, default: [:]][method] = handler
    }

    /// The answer; 404 for a path that nobody added, 405 for a method that its path does not have.
    public func answer(_ request: Request) -> Response {
        guard let methods = handlers[request.path] else { return refusal(request, 404, "there is nothing here") }
        let method = request.method == "HEAD" ? "GET" : request.method
        if let handler = methods[method] { return handler(request) }
        let known = methods.keys.sorted() + (methods["GET"] == nil ? [] : ["HEAD"])
        var answer = refusal(request, 405, "this path knows no such method")
        answer.headers.append(HeaderField("Allow", known.joined(separator: ", ")))
        return answer
    }
}

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
