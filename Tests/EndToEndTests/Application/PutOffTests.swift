import JSON
import Posix
import TestSupport
import Testing

@Suite("What is not the commit's fault", .endToEnd, .timeLimit(.minutes(3)))
struct PutOffTests {
    private let site: Site

    init() throws {
        site = try Site()
    }

    private func postponed() throws -> JSONValue { try site.state["postponed"] ?? .null }

    private func ask(_ words: String...) throws -> Run { try Sidecar.run(["--root=\(site.root)"] + words) }

    @Test("a command that is not there puts a commit off: other parameters, or a program that has come, have it tried")
    func missingCommand() throws {
        let tool = try site.script("tool", "exit 0")
        let first = try site.start("--on-change=*=exec:\(tool)", "--health-command=true")
        let good = try site.tip
        try first.waitUntilConfirmed(good)
        try Files.rename(tool, to: site.path("gone"))
        let next = try site.repository.commit(["file": "two"])
        let line = try first.waitFor("not deployed, for a reason that is not the commit's: it is put off")
        #expect(line["hash"] == next && line["stage"] == "notify", "\(line)")
        try first.waitFor("what the remote has is put off until the parameters change")
        #expect(site.live == good)
        #expect(try site.quarantine.isEmpty)
        #expect(try postponed()["commit"]?.string == next)
        #expect(try postponed()["reason"]?.string?.contains("cannot run \(tool)") == true)
        // It is not published again and again meanwhile.
        #expect(first.log.with("published").map { $0["hash"] } == [good, next, good])
        let status = try ask("status").output
        #expect(status.contains("Put off: \(next.prefix(7)) failed at notify"), "\(status)")
        let wait = try ask("wait", next, "--timeout=10s")
        #expect(wait.status == 1 && wait.output.contains("not the commit's fault"), "\(wait.output)")
        #expect(try first.stop() == 0)

        // That the program is gone is news to the next start, and to none after it.
        for isNews in [true, false] {
            let second = try site.start("--on-change=*=exec:\(tool)", "--health-command=true")
            try second.waitFor("what the remote has is put off until the parameters change")
            #expect(second.log.has("published") == isNews)
            #expect(try second.stop() == 0)
        }

        try Files.rename(site.path("gone"), to: tool)
        let third = try site.start("--on-change=*=exec:\(tool)", "--health-command=true")
        try third.waitUntilConfirmed(next)
        #expect(try postponed() == .null)
        #expect(try third.stop() == 0)
    }

    @Test(
        "a reload call that is answered otherwise than --reload-status asks is our mistake; sync and resume try again")
    func wrongStatus() throws {
        let server = try ScriptedServer(scripts: [[.receiveHead, .answer("204 No Content")]])
        defer { server.stop() }
        // The first release has nobody to tell, so that there is one to go back to.
        let first = try site.start("--health-command=true")
        try first.waitUntilConfirmed(try site.tip)
        #expect(try first.stop() == 0)
        let sidecar = try site.start(
            "--reload-url=http://127.0.0.1:\(server.port)/reload", "--reload-status=200", "--health-command=true")
        let good = try site.tip
        let bad = try site.repository.commit(["file": "two"])
        try sidecar.waitFor("not deployed, for a reason that is not the commit's: it is put off")
        #expect(site.live == good)
        let reason = try #require(try postponed()["reason"]?.string)
        #expect(reason.hasSuffix("the answer is 204, not 200"), "\(reason)")
        #expect(try site.quarantine.isEmpty)
        for words in [["sync", "--wait"], ["resume", String(bad.prefix(8))]] {
            let count = sidecar.log.with("published").count { $0["hash"] == bad }
            _ = try Sidecar.run(["--root=\(site.root)"] + words)
            #expect(sidecar.log.with("published").count { $0["hash"] == bad } == count + 1, "\(words)")
            #expect(try postponed()["commit"]?.string == bad)
        }
        let unknown = try ask("resume", "0123456789")
        #expect(unknown.status == 1 && unknown.errors.contains("begins with 0123456789"), "\(unknown.errors)")
    }

    @Test("a target that is not there puts a commit off, and so does a program to prepare with that is not installed")
    func missingTarget() throws {
        let name = uniqueName("m")
        let program = try Application.start(
            [try site.script(name, "trap : HUP\nwhile :; do sleep 0.05; done")], directory: "/")
        let first = try site.start("--signal=HUP", "--signal-target=name:\(name)", "--health-timeout=1s")
        let good = try site.tip
        try first.waitUntilConfirmed(good)
        program.stop()
        let next = try site.repository.commit(["file": "two"])
        try first.waitFor("rolled back, but the application does not run the good release either")
        #expect(site.live == good)
        #expect(try postponed()["reason"]?.string?.contains("no process matches") == true)
        #expect(try site.quarantine.isEmpty)
        #expect(try first.stop() == 0)

        let second = try site.start("--prepare-command=no-such-program-\(name) ci")
        let line = try second.waitFor("not deployed, for a reason that is not the commit's: it is put off")
        #expect(line["hash"] == next && line["stage"] == "prepare", "\(line)")
        #expect(site.live == good)
        #expect(!second.log.has("published"))
        #expect(try second.stop() == 0)
    }

    @Test("a program of the release that is not there is the commit's own fault")
    func ownProgram() throws {
        let site = try Site(["check": .executable(Array("#!/bin/sh\n".utf8))])
        let sidecar = try site.start("--validate-command=./check")
        try site.waitUntilLive(try site.tip)
        let bad = try site.repository.commit(["check": .deleted, "file": "two"])
        try sidecar.waitFor("rejected; what is live stays")
        #expect(try site.quarantine.map { $0["commit"]?.string } == [bad])
        #expect(try site.state["postponed"] == nil)
    }
}
