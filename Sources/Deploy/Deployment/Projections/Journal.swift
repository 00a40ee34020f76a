package import GitObjects
package import JSON
package import Layout
package import Posix

/// `releases.log`: a JSON object a line for each deployment, the newest last.
package final class Journal: JournalStorage, Sendable {
    private let file: Place
    /// Beyond this the older half goes.
    private static let mostBytes: UInt64 = 1 << 20

    package init(_ file: Place) {
        self.file = file
    }

    /// Adds a line with one write, so that a reader never sees half of one.
    package func append(_ record: DeploymentRecord) throws(Failure) {
        do throws(SystemError) {
            // Before the line is written: what fails afterwards must not have it written once more.
            if let status = try file.statusIfPresent(), status.size > Journal.mostBytes { try shorten() }
            try file.appendLine(Array(record.json.text.utf8))
        } catch {
            throw Failure("\(error)")
        }
    }

    /// The last entries, newest first.
    package func last(_ count: Int) throws(SystemError) -> [JSONValue] {
        let lines = try content().split(separator: UInt8(ascii: "\n"))
        // A line that a power cut has damaged is passed over; the others still tell what they tell.
        return lines.suffix(count).reversed().compactMap { try? JSONValue.read(String(decoding: $0, as: UTF8.self)) }
    }

    /// The commit whose line as a live release is the last one of all.
    package func lastDeployed() throws(SystemError) -> ObjectID? {
        guard let entry = try last(1).first, let outcome = entry["outcome"]?.string,
            [DeploymentRecord.Outcome.deployed.rawValue, DeploymentRecord.Outcome.chosen.rawValue].contains(outcome)
        else { return nil }
        return entry["hash"]?.string.flatMap { ObjectID($0) }
    }

    private func content() throws(SystemError) -> [UInt8] {
        do {
            return try file.read(limit: 2 * Int(Journal.mostBytes))
        } catch {
            if error.isNotFound { return [] }
            throw error
        }
    }

    private func shorten() throws(SystemError) {
        let content = try content()
        let middle = content[(content.count / 2)...]
        guard let start = middle.firstIndex(of: UInt8(ascii: "\n")) else { return }
        try file.replace(Array(content[(start + 1)...]))
    }
}

extension DeploymentRecord {
    /// A record that was kept until the journal can be written.
    package init?(json: JSONValue) {
        guard let commit = json["hash"]?.string.flatMap({ ObjectID($0) }),
            let outcome = json["outcome"]?.string.flatMap(Outcome.init),
            let stage = json["stage"]?.string.flatMap(Stage.init),
            let time = json["time"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        let info = CommitInfo(
            commit: commit, reference: json["ref"]?.string ?? "", subject: json["subject"]?.string ?? "")
        var durations: [StageDuration] = []
        if case .object(let members) = json["seconds"] {
            for member in members {
                guard let stage = Stage(rawValue: member.name), let seconds = member.value.double,
                    (0..<1e9).contains(seconds)
                else { continue }
                durations.append(StageDuration(stage: stage, duration: .seconds(seconds)))
            }
        }
        self.init(
            info, outcome, at: stage, time: time, reason: json["reason"]?.string, output: json["output"]?.string,
            durations: durations)
    }

    /// The line in the journal, the event, and the answer of the API.
    package var json: JSONValue {
        [
            "time": "\(time)", "hash": "\(info.commit)", "ref": "\(info.reference)", "subject": "\(info.subject)",
            "outcome": "\(outcome.rawValue)", "stage": "\(stage.rawValue)", "reason": JSONValue(reason) ?? .null,
            "output": JSONValue(output.flatMap { $0.isEmpty ? nil : DeploymentRecord.end(of: $0) }) ?? .null,
            "seconds": .object(
                durations.map { JSONMember(name: $0.stage.rawValue, value: JSONValue(seconds: $0.duration)) }),
        ]
    }

    /// The end of a long output, where failures stand as a rule.
    private static func end(of output: String) -> String {
        let limit = 4096
        guard output.utf8.count > limit else { return output }
        // What is left of a character that was cut is no text.
        let end = output.utf8.suffix(limit).drop { $0 & 0xc0 == 0x80 }
        return "…" + String(decoding: end, as: UTF8.self)
    }
}
