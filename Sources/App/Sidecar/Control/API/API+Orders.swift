internal import Deployment
internal import Figures
internal import GitObjects
internal import HTTPServer
internal import JSON
internal import Telemetry

// What a person can tell us to do. Whether it makes sense is judged by what is known now; the loop looks again.
extension API {
    func sync(_ request: Request) throws(APIError) -> Response {
        _ = try body(of: request)
        let attempt = try post(.sync)
        logger.info("asked to sync", ["peer": "\(request.peer)", "attempt": .count(attempt)])
        return accepted(["attempt": JSONValue(attempt)])
    }

    func resume(_ request: Request) throws(APIError) -> Response {
        let wanted = try body(of: request)["hash"] ?? .null
        let now = status.now.state
        var released = now.heldBack.map(\.commit) + (now.postponed.map { [$0.commit] } ?? [])
        var commit: ObjectID?
        switch wanted {
        case .null: break
        case .string(let text):
            let digits = try digits(text)
            released = released.filter { "\($0)".hasPrefix(digits) }
            if released.count > 1 { throw APIError(400, "more than one commit begins with \(digits)") }
            guard let found = released.first else {
                throw APIError(
                    404, "nothing that is held back or put off begins with \(digits)",
                    hint: "git-sidecar status lists what is")
            }
            commit = found
        default: throw APIError(400, "hash has to be a text")
        }
        let attempt = try post(.resume(commit))
        logger.info("asked to resume", ["peer": "\(request.peer)", "attempt": .count(attempt)])
        return accepted([
            "attempt": JSONValue(attempt), "released": .array(released.map { .string("\($0)") }),
        ])
    }

    /// A hash, or the beginning of one.
    private func digits(_ text: String) throws(APIError) -> String {
        let digits = text.lowercased()
        guard (4...40).contains(digits.utf8.count), digits.utf8.allSatisfy({ Hexadecimal.value($0) != nil })
        else {
            throw APIError(400, "hash has to be 4 to 40 hexadecimal digits")
        }
        return digits
    }

    func rollBack(_ request: Request) throws(APIError) -> Response {
        let wanted = try body(of: request)["hash"] ?? .null
        let now = status.now.state
        guard let live = now.live?.commit else { throw APIError(409, "nothing is published yet") }
        let commit: ObjectID
        switch wanted {
        case .null: commit = try previous(now, live)
        case .string(let text): commit = try kept(text, now, live)
        default: throw APIError(400, "hash has to be a text")
        }
        let attempt = try post(.rollBack(to: commit))
        logger.info(
            "asked to go back", ["peer": "\(request.peer)", "attempt": .count(attempt), "hash": "\(commit)"])
        return accepted(["attempt": JSONValue(attempt), "hash": "\(commit)"])
    }

    private func previous(_ now: DeploymentState, _ live: ObjectID) throws(APIError) -> ObjectID {
        let candidate = now.kept.first { kept in
            kept.commit != live && !now.isHeldBack(kept.commit)
        }
        guard let candidate else {
            throw APIError(
                409, "there is no earlier release to go back to", hint: "--keep-releases says how many are kept")
        }
        return candidate.commit
    }

    private func kept(_ text: String, _ now: DeploymentState, _ live: ObjectID) throws(APIError) -> ObjectID {
        let digits = try digits(text)
        func matches(_ commit: ObjectID) -> Bool { "\(commit)".hasPrefix(digits) }
        let found = Set(now.kept.map(\.commit).filter(matches) + [live].filter(matches))
        if found.count > 1 { throw APIError(400, "more than one release begins with \(digits)") }
        if found.first == live { throw APIError(409, "\(live) is live already") }
        // What is kept may be chosen, also when it was gone back from before.
        if let held = now.heldBack.first(where: { matches($0.commit) }), found.isEmpty {
            throw APIError(
                409, "\(held.commit) is held back: \(held.reason)", hint: "resume lets it be tried again")
        }
        guard let commit = found.first else {
            throw APIError(
                404, "no release that is kept begins with \(digits)", hint: "git-sidecar releases lists those that are")
        }
        return commit
    }

    private func post(_ order: Order) throws(APIError) -> Int {
        guard info.takesOrders else { throw APIError(409, "this sidecar ends after one deployment") }
        guard !queue.isClosed else { throw APIError(503, "the sidecar is stopping") }
        guard let attempt = queue.post(order) else { throw APIError(429, "too many orders are waiting") }
        return attempt
    }

    private func accepted(_ value: JSONValue) -> Response { .json(202, value.text) }

    /// The JSON object that a request brings; an empty one when it brings nothing.
    private func body(of request: Request) throws(APIError) -> JSONValue {
        if request.body.isEmpty { return .object([]) }
        guard let text = String(validating: request.body, as: UTF8.self) else {
            throw APIError(400, "the body is no text")
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.read(text)
        } catch {
            throw APIError(400, "the body is no JSON: \(error)")
        }
        guard case .object = value else { throw APIError(400, "the body has to be a JSON object") }
        return value
    }
}
