package import JSON
package import Posix

/// What `GET /v1/status` answers, and the event `status`.
package struct StatusAnswer {
    package struct Remote {
        package let hash: String
        package let verified: Timestamp?

        package init(hash: String, verified: Timestamp?) {
            (self.hash, self.verified) = (hash, verified)
        }
    }

    package struct Published {
        package let hash: String
        package let ref: String
        package let subject: String
        package let time: Timestamp?
        package let isVerified: Bool

        package init(hash: String, ref: String, subject: String, time: Timestamp?, isVerified: Bool) {
            (self.hash, self.ref, self.subject) = (hash, ref, subject)
            (self.time, self.isVerified) = (time, isVerified)
        }
    }

    package struct Running {
        package let hash: String?
        package let verdict: String
        package let cause: String
        package let confirmed: Timestamp?

        package init(hash: String?, verdict: String, cause: String, confirmed: Timestamp?) {
            (self.hash, self.verdict, self.cause, self.confirmed) = (hash, verdict, cause, confirmed)
        }
    }

    // What does not change while the sidecar runs.
    package var version: String?
    package var started: Timestamp?
    package var repository: String?
    package var ref: String?
    package var root: String?
    package var link: String?
    package var period: Double?

    package var now = Timestamp.now()
    package var condition = ""
    package var remote: Remote?
    package var published: Published?
    package var running: Running?
    package var lag: Double?
    package var deployment: StageAnswer?
    package var quarantine: [HeldAnswer] = []
    /// What is put off for a reason that is not the commit's.
    package var postponed: HeldAnswer?
    package var failures = 0
    package var lastFailure: FailureAnswer?
    package var attempt = 0
    package var nextAttempt: Timestamp?

    package init() {}

    package init(_ json: JSONValue) {
        version = json.text("version")
        started = json.time("started")
        repository = json.text("repository")
        ref = json.text("ref")
        root = json.text("root")
        link = json.text("link")
        period = json["period"]?.double
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
        lag = json["lag"]?.double
        deployment = json["deployment"].flatMap { $0 == .null ? nil : StageAnswer($0) }
        quarantine = (json["quarantine"]?.elements ?? []).compactMap(HeldAnswer.init)
        postponed = json["postponed"].flatMap(HeldAnswer.init)
        failures = json["failures"]?.integer ?? 0
        lastFailure = json["last_failure"].flatMap(FailureAnswer.init)
        attempt = json["attempt"]?.integer ?? 0
        nextAttempt = json.time("next_attempt")
    }

    package var json: JSONValue {
        [
            "version": JSONValue(version) ?? .null, "started": .time(started), "now": .time(now),
            "repository": JSONValue(repository) ?? .null, "ref": JSONValue(ref) ?? .null,
            "root": JSONValue(root) ?? .null, "link": JSONValue(link) ?? .null,
            "period": .seconds(period), "condition": .string(condition),
            "remote": remote.map { ["hash": .string($0.hash), "verified": .time($0.verified)] } ?? .null,
            "published": published.map {
                [
                    "hash": .string($0.hash), "ref": .string($0.ref), "subject": .string($0.subject),
                    "time": .time($0.time), "verified": .bool($0.isVerified),
                ]
            } ?? .null,
            "running": running.map {
                [
                    "hash": JSONValue($0.hash) ?? .null, "verdict": .string($0.verdict), "cause": .string($0.cause),
                    "confirmed": .time($0.confirmed),
                ]
            } ?? .null,
            "lag": .seconds(lag),
            "deployment": deployment?.statusJSON ?? .null,
            "quarantine": .array(quarantine.map(\.json)), "postponed": postponed?.json ?? .null,
            "failures": JSONValue(failures), "last_failure": lastFailure?.json ?? .null,
            "attempt": JSONValue(attempt), "next_attempt": .time(nextAttempt),
        ]
    }

    /// The same without times and without what each look at the remote changes: when this differs, there is news.
    package var news: JSONValue {
        [
            "condition": .string(condition), "remote": JSONValue(remote?.hash),
            "published": published.map { [.string($0.hash), .string($0.ref), .time($0.time), .bool($0.isVerified)] },
            "running": running.map {
                [JSONValue($0.hash) ?? .null, .string($0.verdict), .string($0.cause), .time($0.confirmed)]
            },
            "behind": .bool(lag.map { $0 > 0 } ?? false),
            // Most attempts find nothing, which is no news.
            "deployment": condition == "deploying"
                ? deployment.map { [JSONValue($0.hash) ?? .null, .string($0.stage)] } : nil,
            "quarantine": .array(quarantine.map(\.json)), "postponed": postponed?.json ?? .null,
            "failures": JSONValue(failures),
            "last_failure": lastFailure.map { [JSONValue($0.stage) ?? .null, .string($0.message)] },
        ]
    }
}
