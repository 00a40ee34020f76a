import JSON
import Posix
import TestSupport
import Testing

@Suite("Programs that know nothing of git", .endToEnd, .timeLimit(.minutes(3)))
struct LegacyTests {
    private func configuration(_ greeting: String) -> [String: GitFixture.File] {
        ["service.ini": .text(Application.legacyConfiguration(greeting))]
    }

    /// The sample's program, which ignores HUP, in a restart loop; it is well with the first configuration.
    private func start(_ parameters: String...) throws -> (Site, UInt16, RunningSidecar, BackgroundProgram) {
        let site = try Site(configuration("one"))
        let port = try freePort()
        let sidecar = try site.start(
            parameters + [
                "--signal-target=port:\(port)", "--health-url=http://127.0.0.1:\(port)/healthz",
                "--health-interval=50ms", "--health-timeout=10s",
            ])
        try site.waitUntilLive(try site.tip)
        let program = try Application.legacy("\(site.link)/service.ini", port: port, reload: "restart")
        try sidecar.waitUntilConfirmed(try site.tip)
        return (site, port, sidecar, program)
    }

    @Test("one that reads its configuration once is killed, and comes up with the new one")
    func kill() throws {
        let (site, port, sidecar, program) = try start("--signal=KILL")
        defer { program.stop() }
        #expect(try ask(port).body == "one\n")
        let commit = try site.deploy(configuration("two"), with: sidecar)
        #expect(try ask(port).body == "two\n")
        #expect(try sidecar.waitUntilConfirmed(commit)["running"] == "proved")
    }

    @Test("one that cannot start with what is pushed gets the former configuration back")
    func killedForNothing() throws {
        let (site, port, sidecar, program) = try start("--signal=KILL", "--health-watch=500ms", "--health-timeout=2s")
        defer { program.stop() }
        let good = try site.tip
        try site.repository.commit(["service.ini": "nonsense\n"])
        try sidecar.waitFor("rolled back", within: .seconds(30))
        #expect(site.live == good)
        #expect(try ask(port).body == "one\n")
    }

    @Test("one that does not react to the signal is terminated when its time is up")
    func terminated() throws {
        let (site, port, sidecar, program) = try start("--signal=HUP", "--terminate-after=300ms")
        defer { program.stop() }
        let commit = try site.deploy(configuration("two"), with: sidecar)
        #expect(try ask(port).body == "two\n")
        let lines = sidecar.log.sinceLastPublished.with("the application was made to restart")
        #expect(lines.count == 1 && lines[0]["by"]?.hasPrefix("sent TERM to process ") == true, "\(lines)")
        #expect(try sidecar.waitUntilConfirmed(commit)["running"] == "proved")
    }

    @Test("one that ignores both is killed in the end")
    func killedInTheEnd() throws {
        let site = try Site()
        let name = uniqueName("s")
        // It says what it read by the name of a file, and is deaf from then on.
        let stubborn = try site.script(
            name, "trap '' HUP TERM\ncp \(site.link)/file \(site.path("read"))\nwhile :; do sleep 1; done")
        let sidecar = try site.start(
            "--signal=HUP", "--signal-target=name:\(name)", "--terminate-after=200ms", "--kill-after=500ms",
            "--health-command=cmp -s file \(site.path("read"))", "--health-timeout=10s")
        try site.waitUntilLive(try site.tip)
        let program = try Application.startAgainAndAgain([stubborn])
        defer { program.stop() }
        try sidecar.waitUntilConfirmed(try site.tip)
        _ = try site.deploy(["file": "two"], with: sidecar)
        #expect(site.text("read") == "two")
        let steps = sidecar.log.sinceLastPublished.with("the application was made to restart").compactMap {
            $0["by"]?.prefix(9)
        }
        #expect(steps == ["sent TERM", "sent KILL"])
    }

    @Test("a reload endpoint gets a token from a file, is waited for while it starts, and has its refusal obeyed")
    func reloadEndpoint() throws {
        typealias Step = ScriptedServer.Step
        func answer(_ status: String, body: String = "") -> [Step] {
            [.receiveHead, .answer(status, body: Array(body.utf8))]
        }
        let starting = answer("503 Service Unavailable", body: "starting")
        try withScriptedServer(
            starting, starting, answer("200 OK"), answer("422 Unprocessable", body: "line 3 is wrong"), answer("200 OK")
        ) { server in
            let site = try Site()
            try TestFiles.write("Authorization: Bearer some-token\nX-More: 1\n", to: site.path("headers"), mode: 0o600)
            let sidecar = try site.start(
                "--reload-url=http://127.0.0.1:\(server.port)/reload", "--reload-header-file=\(site.path("headers"))",
                "--http-bind=127.0.0.1:0", "--http-metrics", "--verbose=9")
            let good = try site.tip
            try sidecar.waitUntilConfirmed(good)
            #expect(server.connectionCount == 3)
            let bad = try site.repository.commit(["file": "two"])
            let line = try sidecar.waitFor("rolled back")
            #expect(line["hash"] == good && line["from"] == bad)
            #expect(server.connectionCount == 5)
            for request in server.receivedText {
                #expect(request.hasPrefix("POST /reload HTTP/1.1\r\n"))
                #expect(request.contains("Authorization: Bearer some-token\r\n") && request.contains("X-More: 1\r\n"))
            }
            let held = try #require(try site.quarantine.first)
            #expect(held["stage"]?.string == "notify" && held["output"]?.string == "line 3 is wrong", "\(held)")
            #expect(held["reason"]?.string?.contains("the answer is 422, not 200-299") == true, "\(held)")
            let metrics = try sidecar.ask("/metrics").body
            #expect(metrics.contains(#"git_sidecar_deployments_total{outcome="rolled-back",stage="notify"} 1"#))
            #expect(!sidecar.program.log.contains("some-token") && !metrics.contains("some-token"))
        }
    }
}
