internal import JSON
internal import Posix

/// What `GET /v1/status` says.
struct StatusAnswer {
    struct Remote {
        let hash: String
        let verified: Timestamp?
    }

    struct Published {
        let hash: String
        let ref: String
        let subject: String
        let time: Timestamp?
        let isVerified: Bool
    }

    struct Running {
        let hash: String?
        let verdict: String
        let cause: String
        let confirmed: Timestamp?
    }

    let json: JSONValue
    let now: Timestamp
    let condition: String
    let remote: Remote?
    let published: Published?
    let running: Running?
    let deployment: StageAnswer?
    let quarantine: [HeldAnswer]
    let failures: Int
    let lastFailure: FailureAnswer?

    init(_ json: JSONValue) {
        self.json = json
        now = json.time("now") ?? .now()
        condition = json.text("condition") ?? ""
        remote = json["remote"].flatMap { remote in
            remote.text("hash").map { Remote(hash: $0, verified: remote.time("verified")) }
        }
        published = json["published"].flatMap { published in
            published.text("hash").map {
                Published(
                    hash: $0, ref: published.text("ref") ?? "", subject: published.text("subject") ?? "",
                    time: published.time("time"), isVerified: published["verified"]?.flag ?? false)
            }
        }
        running = json["running"].flatMap { running in
            running.text("verdict").map {
                Running(
                    hash: running.text("hash"), verdict: $0, cause: running.text("cause") ?? "",
                    confirmed: running.time("confirmed"))
            }
        }
        deployment = json["deployment"].flatMap { $0 == .null ? nil : StageAnswer($0) }
        quarantine = (json["quarantine"]?.elements ?? []).compactMap(HeldAnswer.init)
        failures = json["failures"]?.integer ?? 0
        lastFailure = json["last_failure"].flatMap(FailureAnswer.init)
    }

    /// A text at the top of the answer.
    func text(_ name: String) -> String? { json.text(name) }
}

/// A stage that is under way, or was.
struct StageAnswer {
    let attempt: Int?
    let hash: String?
    let stage: String
    let state: String
    let seconds: Double?
    let done: Int?
    let total: Int?
    let unit: String
    let message: String?

    init(_ json: JSONValue) {
        attempt = json["attempt"]?.integer
        hash = json.text("hash")
        stage = json.text("stage") ?? ""
        state = json.text("state") ?? ""
        seconds = json["seconds"]?.double
        let progress = json["progress"]
        done = progress?["done"]?.integer
        total = progress?["total"]?.integer
        unit = progress?.text("unit") ?? ""
        message = json.text("message")
    }
}

/// A commit that is held back.
struct HeldAnswer {
    let hash: String
    let stage: String
    let reason: String
    let output: String
    let time: Timestamp?

    init?(_ json: JSONValue) {
        guard let hash = json.text("hash") else { return nil }
        self.hash = hash
        stage = json.text("stage") ?? ""
        reason = json.text("reason") ?? ""
        output = json.text("output") ?? ""
        time = json.time("time")
    }
}

/// What went wrong last.
struct FailureAnswer {
    let stage: String?
    let message: String
    let time: Timestamp?

    init?(_ json: JSONValue) {
        guard let message = json.text("message") else { return nil }
        self.message = message
        stage = json.text("stage")
        time = json.time("time")
    }
}

/// A deployment that has ended.
struct DeploymentAnswer {
    let time: Timestamp?
    let hash: String
    let subject: String
    let outcome: String
    let reason: String?
    /// How long all stages took together.
    let seconds: Double
    /// The stage that took its time last: the one that failed, where one did.
    let lastStage: String?

    init?(_ json: JSONValue) {
        guard let hash = json.text("hash") else { return nil }
        self.hash = hash
        time = json.time("time")
        subject = json.text("subject") ?? ""
        outcome = json.text("outcome") ?? ""
        reason = json.text("reason")
        var (total, last) = (0.0, String?.none)
        if case .object(let members) = json["seconds"] {
            for member in members {
                total += member.value.double ?? 0
                last = member.name
            }
        }
        (seconds, lastStage) = (total, last)
    }
}

/// How an attempt ended.
struct AttemptAnswer {
    let attempt: Int
    let outcome: String
    let hash: String?
    let stage: String?
    let message: String?

    init?(_ json: JSONValue) {
        guard let attempt = json["attempt"]?.integer else { return nil }
        self.attempt = attempt
        outcome = json.text("outcome") ?? ""
        hash = json.text("hash")
        stage = json.text("stage")
        message = json.text("message")
    }

    /// Whether what was wanted is live.
    var isSuccess: Bool { ["unchanged", "deployed", "chosen"].contains(outcome) }
}

extension JSONValue {
    /// A text that comes from elsewhere, fit for a terminal.
    func text(_ name: String) -> String? { self[name]?.string.map { plain($0) } }

    func time(_ name: String) -> Timestamp? { self[name]?.string.flatMap { Timestamp(rfc3339: $0) } }
}
