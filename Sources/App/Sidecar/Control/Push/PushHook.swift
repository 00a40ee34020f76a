internal import HTTPServer
internal import JSON
internal import Posix
internal import Telemetry

/// `POST /hooks/push`: a forge says that something was pushed, and the loop looks at the remote at once.
///
/// A delivery does nothing else: what is deployed always comes from the remote, so a forged or repeated one costs a look.
final class PushHook: Sendable {
    private let secrets: PushSecrets
    private let target: PushTarget
    private let wake: @Sendable () -> Void
    private let logger: Logger
    private let log: QuietLog
    private let deliveries: RateLimit
    private let failures: RateLimit
    private let seen = Locked<[String]>([])

    /// How many deliveries are remembered.
    static let memory = 256

    init(
        secrets: PushSecrets, target: PushTarget, logger: Logger, log: QuietLog,
        deliveries: RateLimit = RateLimit(burst: 30, perSecond: 1),
        failures: RateLimit = RateLimit(burst: 30, perSecond: 1), wake: @escaping @Sendable () -> Void
    ) {
        self.secrets = secrets
        self.target = target
        self.wake = wake
        self.logger = logger
        self.log = log
        self.deliveries = deliveries
        self.failures = failures
    }

    func answer(_ request: Request) -> Response {
        let known = secrets.current()
        guard !known.isEmpty else { return error(503, "no secret can be read") }
        // First of all, so that nobody without the secret can use up what is there for those who have it.
        guard PushSignature.isValid(request, known) else { return refuse(request) }
        guard deliveries.allows() else { return tooMany(deliveries) }
        switch PushEvent(request) {
        case .push: return push(request)
        case .ping: return result(200, ["status": "pong"])
        case .other(let name): return ignored("not a push: \(name)")
        case .none: return error(400, "no header says what event this is")
        }
    }

    private func push(_ request: Request) -> Response {
        guard let text = text(of: request) else { return error(400, "the payload is no text") }
        let json: JSONValue
        do {
            json = try JSONValue.read(text)
        } catch {
            return self.error(400, "the payload is no JSON: \(error)")
        }
        guard let payload = PushPayload(json) else {
            return error(400, "the payload names no repository and reference")
        }
        if let reason = target.reasonToIgnore(payload) { return ignored(reason) }
        if let id = PushEvent.deliveryID(request), isRepeated(id) { return ignored("delivered before") }
        wake()
        logger.debug("push announced", ["references": .list(payload.references.prefix(10).map { .text($0) })])
        return result(202, ["status": "accepted"])
    }

    /// The JSON text, which GitHub also sends as a field of a form.
    private func text(of request: Request) -> String? {
        guard let text = String(validating: request.body, as: UTF8.self) else { return nil }
        let type = request.header("Content-Type")?.lowercased() ?? ""
        guard type.hasPrefix("application/x-www-form-urlencoded") else { return text }
        return Request("POST", "/", query: text).parameter("payload")
    }

    private func isRepeated(_ id: String) -> Bool {
        // What is that long is no identifier, and is not kept.
        let id = String(id.prefix(128))
        return seen.withLock { seen in
            if seen.contains(id) { return true }
            if seen.count == PushHook.memory { seen.removeFirst() }
            seen.append(id)
            return false
        }
    }

    private func refuse(_ request: Request) -> Response {
        guard failures.allows() else { return tooMany(failures) }
        log.warning("push delivery refused: no valid signature", ["peer": "\(request.peer)"])
        return error(401, "the signature is missing or wrong")
    }

    private func tooMany(_ limit: RateLimit) -> Response {
        Response.json(
            429, JSONValue(dictionaryLiteral: ("error", "too many deliveries")).text,
            headers: [HeaderField("Retry-After", String(limit.secondsUntilNext))])
    }

    private func ignored(_ reason: String) -> Response {
        logger.debug("push ignored", ["reason": "\(reason)"])
        return result(200, ["status": "ignored", "reason": .string(reason)])
    }

    private func error(_ status: Int, _ message: String) -> Response { result(status, ["error": .string(message)]) }

    private func result(_ status: Int, _ value: JSONValue) -> Response { .json(status, value.text) }
}
