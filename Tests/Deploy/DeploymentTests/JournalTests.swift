import GitObjects
import JSON
import Layout
import Posix
import TestSupport
import Testing

@testable import Deployment

@Suite("Journal", .scratch)
struct JournalTests {
    private func record(
        _ number: Int = 1, _ outcome: DeploymentRecord.Outcome = .rejected, output: String? = nil
    ) -> DeploymentRecord {
        DeploymentRecord(
            CommitInfo(commit: World.commit(number), reference: "main", subject: "subject"), outcome, at: .resolve,
            time: .now(), reason: "bad", output: output,
            durations: [StageDuration(stage: .resolve, duration: .milliseconds(2))])
    }

    private var path: String { Scratch.directory + "/releases.log" }

    @Test("what a command said is kept, its end when it is long, and no character is cut")
    func output() throws {
        let journal = Journal(try Place(resolving: Scratch.directory + "/releases.log"))
        try journal.append(record(output: "short"))
        try journal.append(record(output: "first" + String(repeating: "ä", count: 4000) + "x"))
        try journal.append(record())
        let last = try journal.last(10)
        #expect(last.map { $0["output"] == .null } == [true, false, false])
        #expect(last[2]["output"]?.string == "short")
        let long = try #require(last[1]["output"]?.string)
        #expect(long.hasPrefix("…ä") && long.hasSuffix("äx"))
        #expect(long.utf8.count <= 4096 + 3)
        #expect(last[0]["seconds"]?["resolve"]?.double == 0.002)
    }

    @Test("what a full disk has cut off takes no other line with it")
    func shortWrite() throws {
        let journal = Journal(try Place(resolving: Scratch.directory + "/releases.log"))
        try journal.append(record(1, .deployed))
        try TestFiles.write(TestFiles.text(path) + "{\"hash\": \"12", to: path)
        #expect(try journal.last(2).count == 1)
        try journal.append(record(2, .deployed))
        let hashes = try journal.last(10).map { $0["hash"]?.string }
        #expect(hashes == [World.commit(2).description, World.commit(1).description])
    }

    @Test("the last deployed commit is known when its line is the last one")
    func lastDeployed() throws {
        let journal = Journal(try Place(resolving: Scratch.directory + "/releases.log"))
        #expect(try journal.lastDeployed() == nil)
        try journal.append(record(1, .deployed))
        #expect(try journal.lastDeployed() == World.commit(1))
        try journal.append(record(2, .chosen))
        #expect(try journal.lastDeployed() == World.commit(2))
        try journal.append(record(3, .rolledBack))
        #expect(try journal.lastDeployed() == nil)
    }

    @Test("the older half goes when it is too long")
    func shorten() throws {
        let journal = Journal(try Place(resolving: Scratch.directory + "/releases.log"))
        let line = record(1, .deployed).json.text + "\n"
        let count = (1 << 20) / line.utf8.count + 1
        try TestFiles.write(String(repeating: line, count: count), to: path)
        try journal.append(record(2))
        let size = try Files.status(path).size
        #expect(size < 600_000 && size > 500_000)
        #expect(try journal.last(1).first?["hash"]?.string == World.commit(2).description)
        #expect(try journal.last(1_000_000).count < count)
    }
}
