internal import GitObjects
internal import JSON
internal import Posix

/// What must survive a restart; kept in `state.json`.
struct State: Equatable {
    /// A release that was published.
    struct Published: Equatable, Sendable {
        var commit: ObjectID
        /// The reference that it came from, as it was asked for.
        var reference: String
        var subject: String
        /// When it was published.
        var time: Timestamp
        /// Whether the application was shown to run it.
        var isConfirmed: Bool
        /// Whether a person chose it: then it is not gone back from by itself.
        var isChosen = false
    }

    /// What the application was shown to run.
    struct Running: Equatable, Sendable {
        var commit: ObjectID
        /// `proved`, `likely`, `unknown` or `stale`.
        var verdict: String
        /// What led to it, in words.
        var cause: String
        var time: Timestamp
    }

    /// A commit that must not be tried again for now.
    struct Quarantined: Equatable, Sendable {
        var commit: ObjectID
        /// Where it failed.
        var stage: Stage
        var reason: String
        /// What the command that judged it wrote, bounded.
        var output: String
        var time: Timestamp

        /// Whether a person has gone back from it; where a commit fails by itself, it is at another stage.
        var isByHand: Bool { stage == .publish }
    }

    /// A release that another one has replaced.
    struct Retired: Equatable {
        var commit: ObjectID
        /// When it was replaced.
        var time: Timestamp
        /// What it was when it was live; nil where a version before this one has retired it.
        var reference: String?
        var subject: String?
        var published: Timestamp?
    }

    var current: Published?
    var running: Running?
    var lastGood: ObjectID?
    var quarantine: [Quarantined] = []
    /// Newest first.
    var retired: [Retired] = []
}

extension State {
    /// What the file says; nil when it says nothing that can be understood, which a power cut may leave behind.
    init?(json: JSONValue) {
        guard json["version"]?.integer == 1 else { return nil }
        if let value = json["current"] {
            guard let published = Published(json: value) else { return nil }
            current = published
        }
        running = json["running"].flatMap(Running.init)
        lastGood = json["last_good"]?.string.flatMap { ObjectID($0) }
        quarantine = (json["quarantine"]?.elements ?? []).compactMap(Quarantined.init)
        retired = (json["retired"]?.elements ?? []).compactMap(Retired.init)
    }

    var json: JSONValue {
        [
            "version": 1, "current": current?.json, "running": running?.json,
            "last_good": JSONValue(lastGood?.description),
            "quarantine": .array(quarantine.map(\.json)), "retired": .array(retired.map(\.json)),
        ]
    }
}

extension State.Published {
    fileprivate init?(json: JSONValue) {
        guard let commit = json["commit"]?.string.flatMap({ ObjectID($0) }), let time = Timestamp(json["time"]) else {
            return nil
        }
        self.init(
            commit: commit, reference: json["ref"]?.string ?? "", subject: json["subject"]?.string ?? "", time: time,
            isConfirmed: json["confirmed"]?.flag ?? false, isChosen: json["chosen"]?.flag ?? false)
    }

    var json: JSONValue {
        [
            "commit": "\(commit)", "ref": "\(reference)", "subject": "\(subject)", "time": time.json,
            "confirmed": .bool(isConfirmed), "chosen": .bool(isChosen),
        ]
    }
}

extension State.Running {
    fileprivate init?(json: JSONValue) {
        guard let commit = json["commit"]?.string.flatMap({ ObjectID($0) }), let time = Timestamp(json["time"]),
            let verdict = json["verdict"]?.string
        else { return nil }
        self.init(commit: commit, verdict: verdict, cause: json["cause"]?.string ?? "", time: time)
    }

    var json: JSONValue {
        ["commit": "\(commit)", "verdict": .string(verdict), "cause": .string(cause), "time": time.json]
    }
}

extension State.Quarantined {
    fileprivate init?(json: JSONValue) {
        guard let commit = json["commit"]?.string.flatMap({ ObjectID($0) }),
            let stage = json["stage"]?.string.flatMap(Stage.init), let time = Timestamp(json["time"])
        else { return nil }
        self.init(
            commit: commit, stage: stage, reason: json["reason"]?.string ?? "", output: json["output"]?.string ?? "",
            time: time)
    }

    var json: JSONValue {
        [
            "commit": "\(commit)", "stage": "\(stage.rawValue)", "reason": "\(reason)", "output": "\(output)",
            "time": time.json,
        ]
    }
}

extension State.Retired {
    fileprivate init?(json: JSONValue) {
        guard let commit = json["commit"]?.string.flatMap({ ObjectID($0) }), let time = Timestamp(json["time"]) else {
            return nil
        }
        self.init(
            commit: commit, time: time, reference: json["ref"]?.string, subject: json["subject"]?.string,
            published: Timestamp(json["published"]))
    }

    var json: JSONValue {
        [
            "commit": "\(commit)", "time": time.json, "ref": JSONValue(reference), "subject": JSONValue(subject),
            "published": published?.json,
        ]
    }
}

extension Timestamp {
    /// Seconds since 1970, as the file has them.
    init?(_ json: JSONValue?) {
        guard let total = json?.double, total.magnitude < 1e12 else { return nil }
        let whole = total.rounded(.down)
        self.init(seconds: Int64(whole), nanoseconds: Int32((total - whole) * 1e9))
    }

    var json: JSONValue { JSONValue(secondsSince1970) }
}
