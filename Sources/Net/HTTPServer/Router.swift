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
