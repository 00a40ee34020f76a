import Posix
import TestSupport
import Testing

@Suite("The log", .endToEnd, .timeLimit(.minutes(5)))
struct LogTests {
    @Test("every line is a JSON object with time, level and message, at every level")
    func json() throws {
        let site = try Site()
        let hook = try site.script("hook", "printf 'tab\\t\\001 \\377 \"quoted\"\\n'; exit 1")
        let sidecar = try site.start(
            "--verbose=9", "--exechook-command=\(hook)", "--exechook-backoff=20ms", "--git-config=gc.auto:0")
        try sidecar.waitFor("hook failed", count: 2)
        try site.repository.git("update-ref", "-d", "refs/heads/main")
        try sidecar.waitFor("sync failed; what is live stays", count: 2)
        #expect(try sidecar.stop() == 0)
        let lines = sidecar.log
        #expect(lines.count > 8)
        for line in lines {
            #expect(line["ts"]?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(line)")
            #expect(["error", "warning", "info", "debug"].contains(line.level), "\(line)")
            #expect(line["msg"]?.isEmpty == false, "\(line)")
        }
        #expect(Set(lines.map(\.level)) == ["error", "warning", "info", "debug"])
    }

    @Test("without -v there is nothing for a poll that finds nothing, and a few lines for a deployment")
    func quiet() throws {
        let site = try Site()
        let sidecar = try site.start("--touch-file=touched")
        try site.waitUntilLive(try site.tip)
        let next = try site.repository.commit(["file": "two"])
        try site.waitUntilLive(next)
        try sidecar.waitFor("published", count: 2)
        #expect(try sidecar.stop() == 0)
        #expect(sidecar.log.map(\.level).allSatisfy { $0 == "info" })
        #expect(
            sidecar.log.map(\.message)
                == ["started", "fetched", "published", "fetched", "published", "stopping", "stopped"])
    }

    @Test("the line of a deployment says what is live: hash, reference, subject, link and how long it took")
    func published() throws {
        let site = try Site()
        let line = try #require(try site.sync("--ref=main").log.with("published").first)
        #expect(line["hash"] == (try site.tip))
        #expect(line["ref"] == "refs/heads/main")
        #expect(line["subject"] == "first")
        #expect(line["link"] == site.link)
        #expect(Double(line["seconds"] ?? "") != nil)
    }

    @Test("it may be written as logfmt or as text", arguments: ["logfmt", "text"])
    func formats(format: String) throws {
        let run = try Site().sync("--log-format=\(format)")
        #expect(run.status == 0)
        let marks = ["logfmt": " level=info msg=published hash=", "text": " info    published hash="]
        #expect(run.errors.contains(marks[format] ?? "-"), "\(run.errors)")
    }

    @Test("what happened is kept in the journal and the state of the root")
    func journal() throws {
        let site = try Site()
        let first = try site.tip
        #expect(try site.sync().status == 0)
        let second = try site.repository.commit(["file": "two"], message: "second")
        #expect(try site.sync().status == 0)
        let entries = [LogLine](try TestFiles.text(site.root + "/.git-sidecar/releases.log"))
        #expect(entries.map { $0["hash"] } == [first, second])
        #expect(entries.map { $0["outcome"] } == ["deployed", "deployed"])
        #expect(entries.map { $0["subject"] } == ["first", "second"])
        #expect(LogLine(try TestFiles.text(site.root + "/.git-sidecar/state.json"))["last_good"] == second)
    }
}
