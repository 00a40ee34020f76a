package import JSON
package import Posix

/// A stage that is under way, or was: a part of the status, and the event `stage`.
package struct StageAnswer {
    package var attempt: Int?
    package var hash: String?
    package var stage: String
    /// `started`, `progress`, `ended` or `failed`; empty in the status, which has only what is under way.
    package var state = ""
    package var seconds: Double?
    package var progress: Progress?
    package var message: String?

    package struct Progress {
        package let done: Int
        /// Zero as long as it is not known.
        package let total: Int
        /// What is counted, such as `objects`.
        package let unit: String

        package init(done: Int, total: Int, unit: String) {
            (self.done, self.total, self.unit) = (done, total, unit)
        }
    }

    package init(attempt: Int?, hash: String?, stage: String) {
        (self.attempt, self.hash, self.stage) = (attempt, hash, stage)
    }

    package init(_ json: JSONValue) {
        attempt = json["attempt"]?.integer
        hash = json.text("hash")
        stage = json.text("stage") ?? ""
        state = json.text("state") ?? ""
        seconds = json["seconds"]?.double
        progress = json["progress"].flatMap { progress in
            progress["done"]?.integer.map {
                Progress(done: $0, total: progress["total"]?.integer ?? 0, unit: progress.text("unit") ?? "")
            }
        }
        message = json.text("message")
    }

    /// The event.
    package var json: JSONValue {
        [
            "attempt": attempt.map { JSONValue($0) } ?? .null, "hash": JSONValue(hash) ?? .null,
            "stage": .string(stage), "state": .string(state), "seconds": .seconds(seconds),
            "progress": progressJSON, "message": JSONValue(message) ?? .null,
        ]
    }

    /// The part of the status.
    var statusJSON: JSONValue {
        [
            "attempt": attempt.map { JSONValue($0) } ?? .null, "hash": JSONValue(hash) ?? .null,
            "stage": .string(stage), "seconds": .seconds(seconds), "progress": progressJSON,
        ]
    }

    private var progressJSON: JSONValue {
        progress.map { ["done": JSONValue($0.done), "total": JSONValue($0.total), "unit": .string($0.unit)] } ?? .null
    }
}

/// A commit that is held back, or put off.
package struct HeldAnswer {
    package let hash: String
    package let stage: String
    package let reason: String
    package let output: String
    /// The same in lines.
    package let outputLines: [String]
    package let time: Timestamp?

    package init(hash: String, stage: String, reason: String, output: String, time: Timestamp) {
        (self.hash, self.stage, self.reason) = (hash, stage, reason)
        (self.output, self.time) = (output, time)
        outputLines = plainLines(output)
    }

    package init?(_ json: JSONValue) {
        guard let hash = json.text("hash") else { return nil }
        self.hash = hash
        stage = json.text("stage") ?? ""
        reason = json.text("reason") ?? ""
        output = json.text("output") ?? ""
        outputLines = plainLines(json["output"]?.string)
        time = json.time("time")
    }

    var json: JSONValue {
        [
            "hash": .string(hash), "stage": .string(stage), "reason": .string(reason), "output": .string(output),
            "time": .time(time),
        ]
    }
}

/// What went wrong last.
package struct FailureAnswer {
    package let stage: String?
    package let message: String
    package let time: Timestamp?

    package init(stage: String, message: String, time: Timestamp) {
        (self.stage, self.message, self.time) = (stage, message, time)
    }

    package init?(_ json: JSONValue) {
        guard let message = json.text("message") else { return nil }
        self.message = message
        stage = json.text("stage")
        time = json.time("time")
    }

    var json: JSONValue {
        ["stage": JSONValue(stage) ?? .null, "message": .string(message), "time": .time(time)]
    }
}

/// A deployment that has ended: a line of the journal, and the event `deployment`, both written by Deployment.
package struct DeploymentAnswer {
    package let time: Timestamp?
    package let hash: String
    package let subject: String
    package let outcome: String
    package let reason: String?
    /// What the command, the server or the application said that is the reason, in lines.
    package let outputLines: [String]
    /// How long all stages took together.
    package let seconds: Double
    /// The stage that took its time last: the one that failed, where one did.
    package let lastStage: String?

    package init?(_ json: JSONValue) {
        guard let hash = json.text("hash") else { return nil }
        self.hash = hash
        time = json.time("time")
        subject = json.text("subject") ?? ""
        outcome = json.text("outcome") ?? ""
        reason = json.text("reason")
        outputLines = plainLines(json["output"]?.string)
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

/// How an attempt ended: the event `attempt`.
package struct AttemptAnswer {
    package let attempt: Int
    package let outcome: String
    package let hash: String?
    package let stage: String?
    package let message: String?

    package init(attempt: Int, outcome: String, hash: String?, stage: String?, message: String?) {
        (self.attempt, self.outcome, self.hash) = (attempt, outcome, hash)
        (self.stage, self.message) = (stage, message)
    }

    package init?(_ json: JSONValue) {
        guard let attempt = json["attempt"]?.integer else { return nil }
        self.attempt = attempt
        outcome = json.text("outcome") ?? ""
        hash = json.text("hash")
        stage = json.text("stage")
        message = json.text("message")
    }

    package var json: JSONValue {
        [
            "attempt": JSONValue(attempt), "outcome": .string(outcome), "hash": JSONValue(hash) ?? .null,
            "stage": JSONValue(stage) ?? .null, "message": JSONValue(message) ?? .null,
        ]
    }

    /// Whether what was wanted is live.
    package var isSuccess: Bool { ["unchanged", "deployed", "chosen"].contains(outcome) }
}

/// A release that is kept: one of `releases` in `GET /v1/releases`.
package struct KeptAnswer {
    package let hash: String
    package let ref: String
    package let subject: String
    package let time: Timestamp?
    package let isLive: Bool
    package let isGood: Bool
    package let isHeldBack: Bool

    package init(
        hash: String, ref: String, subject: String, time: Timestamp, isLive: Bool, isGood: Bool, isHeldBack: Bool
    ) {
        (self.hash, self.ref, self.subject, self.time) = (hash, ref, subject, time)
        (self.isLive, self.isGood, self.isHeldBack) = (isLive, isGood, isHeldBack)
    }

    package init?(_ json: JSONValue) {
        guard let hash = json.text("hash") else { return nil }
        self.hash = hash
        ref = json.text("ref") ?? ""
        subject = json.text("subject") ?? ""
        time = json.time("time")
        isLive = json["live"]?.flag ?? false
        isGood = json["good"]?.flag ?? false
        isHeldBack = json["quarantined"]?.flag ?? false
    }

    package var json: JSONValue {
        [
            "hash": .string(hash), "ref": .string(ref), "subject": .string(subject), "time": .time(time),
            "live": .bool(isLive), "good": .bool(isGood), "quarantined": .bool(isHeldBack),
        ]
    }
}
