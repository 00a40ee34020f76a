import JSON
import Posix
import TestSupport
import Testing

@Suite("Failures", .endToEnd, .timeLimit(.minutes(5)))
struct FailureTests {
    /// Parameters, and after how many failures in a row the process ends with 1; nil where it never does.
    struct Limit: Sendable, CustomTestStringConvertible {
        let parameters: [String]
        let ends: Int?

        var testDescription: String { parameters.isEmpty ? "none" : parameters.joined(separator: " ") }
    }

    @Test(
        "with nothing to serve, failures in a row end the process as the limits say",
        arguments: [
            Limit(parameters: [], ends: 1),
            Limit(parameters: ["--max-failures=0"], ends: 1),
            Limit(parameters: ["--max-failures=1"], ends: 1),
            Limit(parameters: ["--max-failures=3"], ends: 3),
            Limit(parameters: ["--max-failures=-1"], ends: nil),
            Limit(parameters: ["--init-max-failures=2"], ends: 2),
            Limit(parameters: ["--init-max-failures=0", "--max-failures=5"], ends: 1),
            Limit(parameters: ["--init-max-failures=2", "--max-failures=5"], ends: 2),
            Limit(parameters: ["--init-max-failures=-1", "--max-failures=1"], ends: nil),
        ])
    func nothingToServe(limit: Limit) throws {
        try check(limit, on: try Site(), "sync failed; nothing is published yet")
    }

    @Test(
        "with a release on disk, only limits that somebody set end the process",
        arguments: [
            Limit(parameters: [], ends: nil),
            Limit(parameters: ["--max-failures=0"], ends: 1),
            Limit(parameters: ["--max-failures=2"], ends: 2),
            Limit(parameters: ["--max-failures=-1"], ends: nil),
            Limit(parameters: ["--init-max-failures=2"], ends: 2),
            Limit(parameters: ["--init-max-failures=-1", "--max-failures=1"], ends: nil),
        ])
    func somethingToServe(limit: Limit) throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        try check(limit, on: site, "sync failed; what is live stays")
        #expect(site.read("file") == "one")
    }

    private func check(_ limit: Limit, on site: Site, _ message: String) throws {
        let sidecar = try site.start(["--ref=missing", "--period=10ms"] + limit.parameters)
        guard let ends = limit.ends else {
            // One more than back-off needs to begin.
            try sidecar.waitFor(message, count: 5)
            #expect(try sidecar.stop() == 0)
            return
        }
        #expect(sidecar.program.waitForEnd() == 1)
        #expect(sidecar.log.with(message).count == ends)
        #expect(sidecar.log.has("giving up"))
    }

    @Test(
        "after a success the limit for the time since then holds",
        arguments: [
            Limit(parameters: ["--init-max-failures=1"], ends: nil),
            Limit(parameters: ["--init-max-failures=1", "--max-failures=3"], ends: 3),
            Limit(parameters: ["--init-max-failures=-1", "--max-failures=2"], ends: 2),
        ])
    func afterSuccess(limit: Limit) throws {
        let site = try Site()
        let sidecar = try site.start(["--ref=main", "--period=10ms"] + limit.parameters)
        try site.waitUntilLive(try site.tip)
        try site.repository.branch("kept")
        try site.repository.git("update-ref", "-d", "refs/heads/main")
        let message = "sync failed; what is live stays"
        if let ends = limit.ends {
            #expect(sidecar.program.waitForEnd() == 1)
            #expect(sidecar.log.with(message).count == ends)
        } else {
            try sidecar.waitFor(message, count: 4)
            try site.repository.branch("main", at: "kept")
            #expect(try sidecar.stop() == 0)
        }
        #expect(site.read("file") == "one")
    }

    @Test("a remote that is down at the start with a release on disk: it is served, said, and followed later")
    func downAtStart() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        try Files.rename(site.repository.path, to: site.path("away"))
        let sidecar = try site.start("--error-file=error.json")
        let line = try sidecar.waitFor("sync failed; what is live stays")
        #expect(line["stage"] == "resolve")
        #expect(site.read("file") == "one")
        try waitUntil("the error file is there") { TestFiles.exists(site.root + "/error.json") }
        try Files.rename(site.path("away"), to: site.repository.path)
        let next = try site.repository.commit(["file": "two"])
        try site.waitUntilLive(next)
        try waitUntil("the error file is gone") { !TestFiles.exists(site.root + "/error.json") }
        #expect(try sidecar.stop() == 0)
    }

    @Test("the error file holds the last error as JSON, in directories that are made, and goes with a success")
    func errorFile() throws {
        let site = try Site()
        #expect(try site.sync("--ref=missing", "--error-file=a/b/error").status == 1)
        let error = LogLine(try TestFiles.text(site.root + "/a/b/error"))
        #expect(error["Msg"] == "sync failed")
        #expect(error["Err"]?.contains("missing") == true)
        #expect(error.json?["Args"]?["stage"]?.string == "resolve")
        #expect(try site.sync("--error-file=a/b/error").status == 0)
        #expect(!TestFiles.exists(site.root + "/a/b/error"))
        #expect(try TestFiles.list(site.root + "/a/b") == [])
    }

    @Test("one failed attempt names what was tried, and the address of whom", arguments: ["http", "ssh"])
    func refused(scheme: String) throws {
        let site = try Site()
        let run = try site.sync("--repo=\(scheme)://127.0.0.1:1/repo.git", "--ssh-known-hosts=false")
        #expect(run.status == 1)
        let error = try #require(run.log.compactMap(\.error).last)
        let reasons = [
            "http":
                "cannot resolve HEAD at http://127.0.0.1:1/repo.git: nothing listens at 127.0.0.1:1; check host and port",
            "ssh": "connect to host 127.0.0.1 port 1: Connection refused",
        ]
        #expect(
            error.contains(reasons[scheme] ?? "-") && error.contains("\(scheme)://127.0.0.1:1/repo.git"), "\(error)")
    }

    @Test("an attempt ends at --sync-timeout, although the server never answers")
    func silentServer() throws {
        try withScriptedServer([.staySilent]) { server in
            let site = try Site()
            let run = try site.sync("--repo=http://127.0.0.1:\(server.port)/repo.git", "--sync-timeout=300ms")
            #expect(run.status == 1)
            #expect(run.log.compactMap(\.error).last?.hasPrefix("cannot resolve HEAD at http://127.0.0.1") == true)
        }
    }

    @Test("a server that asks for more time gets it")
    func retryAfter() throws {
        let answer = ScriptedServer.Step.answer("429 Too Many Requests", headers: ["Retry-After: 100"])
        try withScriptedServer([.receiveHead, answer]) { server in
            let site = try Site()
            let sidecar = try site.start(
                "--repo=http://127.0.0.1:\(server.port)/repo.git", "--max-failures=-1", "--verbose=1")
            let seconds = try #require(Double(try sidecar.waitFor("waiting")["seconds"] ?? ""))
            #expect(seconds > 99)
            #expect(sidecar.log.compactMap(\.error).last?.contains("429") == true)
            #expect(try sidecar.stop() == 0)
        }
    }
}

@Suite("One-time", .endToEnd, .timeLimit(.minutes(5)))
struct OneTimeTests {
    @Test("it ends with 0 when the release is published, and again when there is nothing new")
    func success() throws {
        let site = try Site()
        for _ in 1...2 {
            #expect(try site.sync().status == 0)
            #expect(site.live == (try site.tip))
        }
    }

    @Test("it ends with 1 after one failure, unless limits allow more")
    func failure() throws {
        let site = try Site()
        let run = try site.sync("--ref=missing")
        #expect(run.status == 1)
        #expect(run.log.with("sync failed; nothing is published yet").count == 1)
        let patient = try site.sync("--ref=missing", "--max-failures=3", "--period=10ms")
        #expect(patient.status == 1)
        #expect(patient.log.with("sync failed; nothing is published yet").count == 3)
    }

    @Test("it waits for a remote that comes later, where limits allow it")
    func comesLater() throws {
        let site = try Site()
        try Files.rename(site.repository.path, to: site.path("away"))
        let sidecar = try site.start("--one-time", "--max-failures=-1")
        try sidecar.waitFor("sync failed; nothing is published yet")
        try Files.rename(site.path("away"), to: site.repository.path)
        #expect(sidecar.program.waitForEnd() == 0)
        #expect(site.read("file") == "one")
    }

    @Test("a release that the validate command refuses is not published, and the exit code says so")
    func rejected() throws {
        let site = try Site()
        let judge = try site.script("judge", "echo this is bad; exit 3")
        let run = try site.sync("--validate-command=\(judge)")
        #expect(run.status == 1)
        #expect(run.log.with("rejected; what is live stays").last?["output"]?.contains("this is bad") == true)
        #expect(site.live == nil)
    }
}
