internal import ControlAPI
internal import Deployment
internal import HTTPServer
internal import JSON
internal import Posix
internal import Reload
internal import Telemetry

/// What can be asked of us and told to us below `/v1`; docs/api.md is its contract.
///
/// Answers come from what is known, never from the loop: no request waits for it.
struct API: Sendable {
    let info: SidecarInfo
    let status: Status
    let events: Events
    let journal: Journal
    let queue: TriggerQueue
    let signalTargets: [Target]
    let logger: Logger
    /// What changes need; nil on the socket file, which only our user can open.
    let token: APIToken?

    func add(to router: inout Router) {
        let (report, status) = (StatusReport(info: info), status)
        router.add("GET", "/v1/status") { _ in .json(200, report.answer(status.now).json.text) }
        router.add("GET", "/v1/releases") { request in answer { () throws(APIError) in try releases(request) } }
        router.add("GET", "/v1/events") { request in answer { () throws(APIError) in try listen(request) } }
        router.add("GET", "/v1/processes") { request in
            // Command lines are nobody's business who only has the port.
            allowed(request) { () throws(APIError) in try processes() }
        }
        router.add("POST", "/v1/sync") { request in allowed(request) { () throws(APIError) in try sync(request) } }
        router.add("POST", "/v1/rollback") { request in
            allowed(request) { () throws(APIError) in try rollBack(request) }
        }
        router.add("POST", "/v1/resume") { request in allowed(request) { () throws(APIError) in try resume(request) } }
        let usual = router.refusal
        router.refusal = { request, status, message in
            let isOurs = request.path == "/v1" || request.path.hasPrefix("/v1/")
            return isOurs ? APIError(status, message).response : usual(request, status, message)
        }
    }

    private func allowed(_ request: Request, _ body: () throws(APIError) -> Response) -> Response {
        answer { () throws(APIError) in
            try token?.check(request)
            return try body()
        }
    }

    private func answer(_ body: () throws(APIError) -> Response) -> Response {
        do throws(APIError) {
            return try body()
        } catch {
            return error.response
        }
    }

    private func listen(_ request: Request) throws(APIError) -> Response {
        // Nobody would hear it.
        if request.method == "HEAD" {
            return Response(200, headers: [HeaderField("Content-Type", "text/event-stream")])
        }
        guard let stream = events.listen(isLocal: token == nil) else { throw APIError(503, "too many listen already") }
        return .events(stream)
    }
}

/// Why a request to the API was not carried out.
struct APIError: Error {
    let status: Int
    let message: String
    /// What the user can do about it.
    var hint: String?

    init(_ status: Int, _ message: String, hint: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
    }

    var response: Response {
        let error: JSONValue = ["message": .string(message), "hint": JSONValue(hint) ?? .null]
        var response = Response.json(status, JSONValue(dictionaryLiteral: ("error", error)).text)
        switch status {
        case 401: response.headers.append(HeaderField("WWW-Authenticate", "Bearer realm=\"git-sidecar\""))
        case 429, 503: response.headers.append(HeaderField("Retry-After", "1"))
        default: break
        }
        return response
    }
}
