internal import GitObjects
internal import JSON
internal import Posix

/// One deployment, as it is remembered in `releases.log`.
struct JournalEntry: Equatable {
    /// How a deployment ended.
    enum Outcome: String, CaseIterable {
        /// Published, and confirmed where that was asked for.
        case deployed
        /// Never published: it failed before.
        case rejected
        /// Published, found bad, and taken back.
        case rolledBack = "rolled-back"
        /// Published by hand in place of another.
        case chosen
        /// The attempt failed; it is tried again.
        case failed
    }

    var time: Timestamp
    var commit: ObjectID
    var reference: String
    var subject: String
    var outcome: Outcome
    /// The stage in which it ended.
    var stage: Stage?
    /// Why, where it did not go well.
    var reason: String?
    /// What the command or the server that judged it said, bounded.
    var output: String?
    /// How long each stage took, in order.
    var durations: [(stage: Stage, duration: Duration)]

    /// The end of a long output, where failures stand as a rule.
    private static func shortened(_ output: String) -> String {
        let limit = 4096
        guard output.utf8.count > limit else { return output }
        // What is left of a character that was cut is no text.
        let end = output.utf8.suffix(limit).drop { $0 & 0xc0 == 0x80 }
        return "…" + String(decoding: end, as: UTF8.self)
    }

    static func == (left: JournalEntry, right: JournalEntry) -> Bool { left.json == right.json }

    var json: JSONValue {
        [
            "time": "\(time)", "hash": "\(commit)", "ref": "\(reference)", "subject": "\(subject)",
            "outcome": "\(outcome.rawValue)", "stage": JSONValue(stage?.rawValue), "reason": JSONValue(reason) ?? .null,
            "output": JSONValue(output.map(JournalEntry.shortened)) ?? .null,
            "seconds": .object(
                durations.map { JSONMember(name: $0.stage.rawValue, value: JSONValue(seconds: $0.duration)) }),
        ]
    }
}

/// The file that deployments are remembered in, a JSON object a line, the newest last.
struct Journal {
    private let path: String
    /// Beyond this the older half goes.
    private static let mostBytes: Int64 = 1 << 20

    init(_ directory: String) {
        path = directory + "/releases.log"
    }

    /// Adds a line with one write, so that a reader never sees half of one.
    func append(_ entry: JournalEntry) throws(SystemError) {
        let file = try FileDescriptor.open(path, .write, [.create, .append], mode: 0o644)
        try file.writeAll(Array((entry.json.text + "\n").utf8))
        if Int64(try file.status().size) > Journal.mostBytes { try shorten() }
    }

    /// The last entries, newest first.
    func last(_ count: Int) throws(SystemError) -> [JSONValue] {
        let lines = try content().split(separator: UInt8(ascii: "\n"))
        // A line that a power cut has damaged is passed over; the others still tell what they tell.
        return lines.suffix(count).reversed().compactMap { try? JSONValue.read(String(decoding: $0, as: UTF8.self)) }
    }

    private func content() throws(SystemError) -> [UInt8] {
        do {
            return try Files.read(path, limit: 2 * Int(Journal.mostBytes))
        } catch {
            if error.isNotFound { return [] }
            throw error
        }
    }

    private func shorten() throws(SystemError) {
        let content = try content()
        let middle = content[(content.count / 2)...]
        guard let start = middle.firstIndex(of: UInt8(ascii: "\n")) else { return }
        try AtomicFile.write(Array(content[(start + 1)...]), to: path, mode: 0o644)
    }
}
