import JSON
import Posix
import TestSupport
import Testing

@Suite("Failing fast", .endToEnd, .timeLimit(.minutes(3)))
struct FailFastTests {
    private let site: Site
    private let port: UInt16

    /// A server that can only be restarted: it answers with what its file held when it was started.
    private static let server = """
        import http.server, sys
        text = open(sys.argv[1]).read()
        if text.startswith('crash'): sys.exit('cannot start with ' + text)
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(500 if text.startswith('fail') else 200)
                self.end_headers()
                self.wfile.write(text.encode())
            def log_message(self, *arguments): pass
        http.server.HTTPServer(('127.0.0.1', int(sys.argv[2])), Handler).serve_forever()
        """

    init() throws {
        site = try Site(["file": "one", "server.py": .text(FailFastTests.server)])
        port = try freePort()
    }

    /// Everything at its default, beside a supervisor that starts the server again within 200 ms.
    private func start(target: String) throws -> (RunningSidecar, BackgroundProgram) {
        let sidecar = try site.start(
            "--signal=TERM", "--signal-target=\(target)", "--health-url=http://127.0.0.1:\(port)/")
        try site.waitUntilLive(try site.tip)
        let program = try Application.startAgainAndAgain([
            "python3", "\(site.link)/server.py", "\(site.link)/file", "\(port)",
        ])
        try sidecar.waitUntilConfirmed(try site.tip)
        return (sidecar, program)
    }

    @Test("a push that crashes at start is gone back from after two starts", arguments: ["port", "cmdline"])
    func crash(kind: String) throws {
        let (sidecar, program) = try start(
            target: kind == "port" ? "port:\(port)" : "cmdline:^python3 \(site.link)/server.py")
        defer { program.stop() }
        let good = try site.tip
        let bad = try site.repository.commit(["file": "crash"])
        let reason = try #require(
            try sidecar.waitFor("the application does not run the new release; going back")["reason"])
        #expect(reason.contains("it does not stay up: process "), "\(reason)")
        try sidecar.waitFor("rolled back")
        try sidecar.waitUntilConfirmed(good, count: 2)
        #expect(try ask(port).body == "one")
        #expect(try site.quarantine.map { $0["commit"]?.string } == [bad])
        let times = try sidecar.log.with("published").suffix(2).map { try #require(Timestamp(rfc3339: $0["ts"] ?? "")) }
        let away = times[1].secondsSince1970 - times[0].secondsSince1970
        print("crash at start, found by \(kind): gone back after \(away) s")
    }

    @Test("what the application said at its end is part of the reason, everywhere")
    func ownWords() throws {
        let log = site.path("app.log")
        let sidecar = try site.start(
            "--signal=TERM", "--signal-target=port:\(port)", "--health-url=http://127.0.0.1:\(port)/",
            "--app-log=\(log)")
        try site.waitUntilLive(try site.tip)
        let program = try Application.startAgainAndAgain([
            "sh", "-c", "exec python3 \(site.link)/server.py \(site.link)/file \(port) 2>> \(log)",
        ])
        defer { program.stop() }
        try sidecar.waitUntilConfirmed(try site.tip)
        let bad = try site.repository.commit(["file": "crash"])
        let line = try sidecar.waitFor("the application does not run the new release; going back")
        let last = "the application logged last: cannot start with crash"
        #expect(line["reason"]?.hasSuffix(last) == true && line["output"]?.contains("The application logged:") == true)
        try sidecar.waitFor("rolled back")
        #expect(try site.quarantine.first?["reason"]?.string?.hasSuffix(last) == true)
        #expect(try site.journal.last?["reason"]?.string?.hasSuffix(last) == true)
        #expect(try site.journal.last?["output"]?.string?.contains("cannot start with crash") == true)
        let status = try Sidecar.run(["--root=\(site.root)", "status"]).output
        #expect(status.contains("cannot start with crash"), "\(status)")
        let wait = try Sidecar.run(["--root=\(site.root)", "wait", bad, "--timeout=10s"])
        #expect(
            wait.status == 1 && wait.output.contains("\n  The application logged:\n  cannot start with crash"),
            "\(wait.output)")
    }

    @Test("a push that starts and answers 500 is gone back from after ten answers")
    func answers() throws {
        let (sidecar, program) = try start(target: "port:\(port)")
        defer { program.stop() }
        try site.repository.commit(["file": "fail"])
        let reason = try #require(
            try sidecar.waitFor("the application does not run the new release; going back")["reason"])
        #expect(reason.contains("10 checks in a row were answered with a failure: "), "\(reason)")
        try sidecar.waitFor("rolled back")
        #expect(try ask(port).body == "one")
    }

    @Test("a start that runs other commands before the server is no crash")
    func otherCommands() throws {
        let name = uniqueName("s")
        let server = try site.script(name, "while :; do sleep 0.1; done")
        let supervisor = try site.script(
            "supervise",
            "while :; do for step in 1 2 3; do sh -c 'sleep 0.1; :' \(name)-$step; done; \(server); sleep 0.1; done")
        let program = try Application.start([supervisor], directory: "/")
        defer { program.stop() }
        let sidecar = try site.start("--signal=KILL", "--signal-target=cmdline:\(name)")
        try sidecar.waitUntilConfirmed(try site.tip)
        try waitUntil("the server runs") {
            try runProgram(["pgrep", "-f", "sh \(server)"]).status == 0
        }
        _ = try site.deploy(["file": "two"], with: sidecar)
        #expect(try site.quarantine.isEmpty)
    }
}
