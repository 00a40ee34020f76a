internal import GitObjects
package import JSON
internal import Posix

// What is kept in `state.json`. A member, once written, keeps its name and meaning; what is not known survives a rewrite.
extension DeploymentState {
    /// The version of what this program writes.
    package static let fileVersion: Int = 1

    /// Why a file's content cannot be used.
    package enum Unreadable: Error, Equatable {
        /// A later version of the program wrote it.
        case newer(version: Int)
        case damaged(String)
    }

    package init(json: JSONValue) throws(Unreadable) {
        self.init()
        guard let version = json["version"]?.integer else { throw .damaged("it has no version") }
        guard version <= Self.fileVersion else { throw .newer(version: Int(clamping: version)) }
        if let value = json["current"], value != .null {
            guard let release = LiveRelease(json: value) else { throw .damaged("what it says of the live release") }
            live = release
        }
        intent = json["intent"].flatMap(Intent.init)
        interruption = json["interrupted"].flatMap(Interruption.init)
        running = json["running"].flatMap(Running.init)
        heldBack = (json["quarantine"]?.elements ?? []).compactMap(HeldBack.init)
        postponed = json["postponed"].flatMap(Postponed.init)
        unwrittenLines = (json["unwritten"]?.elements ?? []).compactMap(DeploymentRecord.init)
        retired = (json["retired"]?.elements ?? []).compactMap(RetiredRelease.init)
        // The version before wrote the commit alone.
        lastGood =
            json["last_good_release"].flatMap(PublishedRelease.init)
            ?? json["last_good"]?.string.flatMap { ObjectID($0) }.flatMap { known($0) ?? bare($0) }
        unknownMembers = UnknownMembers(json)
    }

    private func bare(_ commit: ObjectID) -> PublishedRelease {
        PublishedRelease(CommitInfo(commit: commit, reference: "", subject: ""), time: Timestamp(seconds: 0))
    }

    package var json: JSONValue {
        unknownMembers.added(
            to: Self.members.compactMap { name, value in value(self).map { JSONMember(name: name, value: $0) } })
    }

    /// What the file has at its top, in this order; a member without a value is left out.
    fileprivate static let members: [(name: String, value: @Sendable (DeploymentState) -> JSONValue?)] = [
        ("version", { _ in JSONValue(fileVersion) }),
        ("current", { $0.live?.json }),
        ("intent", { $0.intent?.json }),
        ("interrupted", { $0.interruption?.json }),
        ("running", { $0.running?.json }),
        ("last_good", { JSONValue($0.lastGood?.commit.description) }),
        ("last_good_release", { $0.lastGood?.json }),
        ("quarantine", { .array($0.heldBack.map(\.json)) }),
        ("postponed", { $0.postponed?.json }),
        ("retired", { .array($0.retired.map(\.json)) }),
        ("unwritten", { $0.unwrittenLines.isEmpty ? nil : .array($0.unwrittenLines.map(\.json)) }),
    ]
}

/// What a later version wrote beside what this one knows, at the top and in what is said of a commit.
package struct UnknownMembers: Sendable, Equatable {
    private var top: [JSONMember] = []
    /// By the member that they are in and the commit that they are about: they go with what is said of it.
    private var nested: [String: [JSONMember]] = [:]

    init() {}

    /// What of a file is not in what was made of it.
    fileprivate init(_ file: JSONValue) {
        guard case .object(let members) = file else { return }
        let names = DeploymentState.members.map(\.name)
        top = members.filter { !names.contains($0.name) }
        for member in members where names.contains(member.name) {
            for object in member.value.elements ?? [member.value] {
                guard case .object(let inner) = object, let key = Self.key(member.name, object) else { continue }
                let unknown = inner.filter { !Self.nestedNames.contains($0.name) }
                if !unknown.isEmpty { nested[key] = unknown }
            }
        }
    }

    private static let nestedNames: Set = [
        "commit", "ref", "subject", "time", "confirmed", "chosen", "recorded", "durable", "back_from", "verdict",
        "cause", "stage", "reason", "output", "published", "hash", "outcome", "seconds", "count",
        "fingerprint",
    ]

    private static func key(_ name: String, _ object: JSONValue) -> String? {
        object["commit"]?.string.map { "\(name)/\($0)" }
    }

    /// A state with the members that were not known when it was read.
    fileprivate func added(to members: [JSONMember]) -> JSONValue {
        if nested.isEmpty { return .object(members + top) }
        return .object(
            members.map { member in
                let value: JSONValue =
                    switch member.value {
                    case .array(let elements): .array(elements.map { added(to: $0, in: member.name) })
                    default: added(to: member.value, in: member.name)
                    }
                return JSONMember(name: member.name, value: value)
            } + top)
    }

    private func added(to object: JSONValue, in name: String) -> JSONValue {
        guard case .object(let members) = object, let unknown = Self.key(name, object).flatMap({ nested[$0] }) else {
            return object
        }
        return .object(members + unknown)
    }
}

extension CommitInfo {
    fileprivate init?(json: JSONValue) {
        guard let commit = json["commit"]?.string.flatMap({ ObjectID($0) }) else { return nil }
        self.init(commit: commit, reference: json["ref"]?.string ?? "", subject: json["subject"]?.string ?? "")
    }

    fileprivate var members: [JSONMember] {
        [
            JSONMember(name: "commit", value: "\(commit)"), JSONMember(name: "ref", value: .string(reference)),
            JSONMember(name: "subject", value: .string(subject)),
        ]
    }
}

extension PublishedRelease {
    fileprivate init?(json: JSONValue) {
        guard let info = CommitInfo(json: json), let time = Timestamp(json["time"]) else { return nil }
        self.init(info, time: time)
    }

    fileprivate var json: JSONValue { .object(info.members + [JSONMember(name: "time", value: time.json)]) }
}

extension LiveRelease {
    fileprivate init?(json: JSONValue) {
        guard let release = PublishedRelease(json: json) else { return nil }
        let isConfirmed = json["confirmed"]?.flag ?? false
        self.init(
            release, isConfirmed: isConfirmed, isChosen: json["chosen"]?.flag ?? false,
            // The version before wrote the line before it confirmed a release in the state.
            isInJournal: json["recorded"]?.flag ?? isConfirmed, isDurable: json["durable"]?.flag ?? true)
    }

    fileprivate var json: JSONValue {
        .object(
            info.members + [
                JSONMember(name: "time", value: release.time.json),
                JSONMember(name: "confirmed", value: .bool(isConfirmed)),
                JSONMember(name: "chosen", value: .bool(isChosen)),
                JSONMember(name: "recorded", value: .bool(isInJournal)),
                JSONMember(name: "durable", value: .bool(isDurable)),
            ])
    }
}

extension Intent {
    fileprivate init?(json: JSONValue) {
        guard let info = CommitInfo(json: json) else { return nil }
        self.init(
            info, isChosen: json["chosen"]?.flag ?? false,
            goesBackFrom: json["back_from"]?.string.flatMap { ObjectID($0) })
    }

    fileprivate var json: JSONValue {
        .object(
            info.members + [
                JSONMember(name: "chosen", value: .bool(isChosen)),
                JSONMember(name: "back_from", value: JSONValue(goesBackFrom?.description) ?? .null),
            ])
    }
}

extension Interruption {
    fileprivate init?(json: JSONValue) {
        guard let commit = json["commit"]?.string.flatMap({ ObjectID($0) }), let time = Timestamp(json["time"]),
            let count = json["count"]?.integer, count > 0
        else { return nil }
        self.init(commit: commit, count: count, time: time)
    }

    fileprivate var json: JSONValue {
        ["commit": "\(commit)", "count": JSONValue(count), "time": time.json]
    }
}

extension Running {
    fileprivate init?(json: JSONValue) {
        guard let commit = json["commit"]?.string.flatMap({ ObjectID($0) }), let time = Timestamp(json["time"]),
            let verdict = json["verdict"]?.string
        else { return nil }
        self.init(commit: commit, verdict: verdict, cause: json["cause"]?.string ?? "", time: time)
    }

    fileprivate var json: JSONValue {
        ["commit": "\(commit)", "verdict": .string(verdict), "cause": .string(cause), "time": time.json]
    }
}

extension HeldBack {
    fileprivate init?(json: JSONValue) {
        guard let commit = json["commit"]?.string.flatMap({ ObjectID($0) }),
            let stage = json["stage"]?.string.flatMap(Stage.init), let time = Timestamp(json["time"])
        else { return nil }
        self.init(
            commit: commit, stage: stage, reason: json["reason"]?.string ?? "", output: json["output"]?.string ?? "",
            time: time)
    }

    fileprivate var json: JSONValue {
        [
            "commit": "\(commit)", "stage": "\(stage.rawValue)", "reason": "\(reason)", "output": "\(output)",
            "time": time.json,
        ]
    }
}

extension Postponed {
    fileprivate init?(json: JSONValue) {
        guard let held = HeldBack(json: json), let fingerprint = json["fingerprint"]?.string else { return nil }
        self.init(
            commit: held.commit, stage: held.stage, reason: held.reason, output: held.output, time: held.time,
            fingerprint: fingerprint)
    }

    fileprivate var json: JSONValue {
        [
            "commit": "\(commit)", "stage": "\(stage.rawValue)", "reason": "\(reason)", "output": "\(output)",
            "time": time.json, "fingerprint": .string(fingerprint),
        ]
    }
}

extension RetiredRelease {
    fileprivate init?(json: JSONValue) {
        guard let commit = json["commit"]?.string.flatMap({ ObjectID($0) }), let time = Timestamp(json["time"]) else {
            return nil
        }
        self.init(
            commit: commit, time: time, reference: json["ref"]?.string, subject: json["subject"]?.string,
            published: Timestamp(json["published"]))
    }

    fileprivate var json: JSONValue {
        [
            "commit": "\(commit)", "time": time.json, "ref": JSONValue(reference), "subject": JSONValue(subject),
            "published": published?.json,
        ]
    }
}

extension Timestamp {
    /// Seconds since 1970, as the file has them.
    fileprivate init?(_ json: JSONValue?) {
        guard let total = json?.double, total.magnitude < 1e11 else { return nil }
        let whole = total.rounded(.down)
        self.init(seconds: Int64(whole), nanoseconds: Int32((total - whole) * 1e9))
    }

    fileprivate var json: JSONValue { JSONValue(secondsSince1970) }
}
