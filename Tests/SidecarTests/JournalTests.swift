import GitObjects
import JSON
import Posix
import TestSupport
import Testing

@testable import Sidecar

@Suite("Journal", .scratch)
struct JournalTests {
    private func entry(_ output: String?) throws -> JournalEntry {
        let commit = try #require(ObjectID(String(repeating: "1", count: 40)))
        return JournalEntry(
            time: .now(), commit: commit, reference: "main", subject: "subject", outcome: .rejected, reason: "bad",
            output: output, durations: [(.resolve, .milliseconds(2))])
    }

    @Test("what a command said is kept, its end when it is long, and no character is cut")
    func output() throws {
        let journal = Journal(Scratch.directory)
        try journal.append(entry("short"))
        try journal.append(entry("first" + String(repeating: "ä", count: 4000) + "x"))
        try journal.append(entry(nil))
        let last = try journal.last(10)
        #expect(last.map { $0["output"] == .null } == [true, false, false])
        #expect(last[2]["output"]?.string == "short")
        let long = try #require(last[1]["output"]?.string)
        #expect(long.hasPrefix("…ä") && long.hasSuffix("äx"))
        #expect(long.utf8.count <= 4096 + 3)
        #expect(last[0]["seconds"]?["resolve"]?.double == 0.002)
    }
}
