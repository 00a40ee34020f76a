import JSON
import Posix
import TestSupport
import Testing

@Suite("The trial run", .endToEnd, .timeLimit(.minutes(3)))
struct TrialTests {
    private let site: Site
    private let port: UInt16

    /// A server that does what its file says, and notes how it was started.
    private static let server = """
        import http.server, os, subprocess, sys, time
        text = open('file').read()
        with open(os.environ['NOTES'], 'a') as notes:
            child = subprocess.Popen(['sleep', '1000'])
            print(os.getpid(), child.pid, os.environ.get('PORT'), os.environ.get('GITSYNC_TRIAL'), sys.argv[1], file=notes)
        print('starting with ' + text, flush=True)
        if text.startswith('crash'): sys.exit('cannot start with ' + text)
        if text.startswith('hang'): time.sleep(1000)
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(500 if text.startswith('fail') else 200)
                self.send_header('X-Revision', 'old' if text.startswith('old') else os.environ['GITSYNC_HASH'])
                self.end_headers()
            def log_message(self, *arguments): pass
        http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
        """

    init() throws {
        site = try Site(["file": "one", "server.py": .text(TrialTests.server)])
        port = try freePort()
    }

    private func start(_ more: String...) throws -> RunningSidecar {
        try site.start(
            ["--trial-command=python3 server.py {port}", "--trial-health-url=http://127.0.0.1:{port}/"] + more,
            environment: ["NOTES": site.path("notes")])
    }

    /// What the trials so far have noted: two processes, the port, the mark, and the argument.
    private func trials() -> [[String]] {
        site.text("notes").split(separator: "\n").map { $0.split(separator: " ").map { String($0) } }
    }

    private func expectNobodyLeft() throws {
        for number in trials().flatMap({ $0.prefix(2) }) {
            try waitUntil("process \(number) has ended") { !TestFiles.exists("/proc/\(number)") }
        }
    }

    @Test("a release that starts is tried on a port of its own, ended with its children, and published")
    func good() throws {
        let sidecar = try start("--health-revision-header=X-Revision")
        try site.waitUntilLive(try site.tip)
        try site.waitUntilLive(try site.repository.commit(["file": "two"]))
        let trials = trials()
        #expect(trials.count == 2)
        for trial in trials { #expect(trial[2] == trial[4] && trial[3] == "1", "\(trial)") }
        try expectNobodyLeft()
        try site.waitForOutcomes(["deployed", "deployed"])
        #expect(try site.journal.last?["seconds"]?["trial"] != nil)
        #expect(try sidecar.stop() == 0)
    }

    @Test(
        "one that cannot start is never published, and what it wrote is the reason",
        arguments: [
            ("crash", "exited with code 1 before it was well"), ("hang", "it was not well within"),
            ("fail", "checks in a row were answered with a failure"), ("old", "X-Revision is old, not"),
        ])
    func bad(kind: String, reason: String) throws {
        let sidecar = try start(
            "--health-revision-header=X-Revision", "--trial-timeout=\(kind == "fail" ? "10s" : "2s")",
            "--health-interval=20ms")
        let good = try site.tip
        try site.waitUntilLive(good)
        let bad = try site.repository.commit(["file": .text(kind)])
        let line = try sidecar.waitFor("rejected; what is live stays")
        #expect(line["hash"] == bad && line["stage"] == "trial", "\(line)")
        #expect(line["reason"]?.contains(reason) == true, "\(line)")
        #expect(line["output"]?.contains("starting with \(kind)") == true, "\(line)")
        #expect(sidecar.log.with("published").map { $0["hash"] } == [good])
        try expectNobodyLeft()
        #expect(try site.quarantine.first?["output"]?.string?.contains("starting with \(kind)") == true)
        #expect(try sidecar.stop() == 0)
    }

    @Test("a push that crashes at start costs a server that can only be restarted no request")
    func load() throws {
        let link = site.link
        let sidecar = try start("--validate-command=test -e server.py")
        try site.waitUntilLive(try site.tip)
        let program = try Application.startAgainAndAgain(
            ["sh", "-c", "cd \(link)/ && exec python3 server.py \(port)"],
            adding: ["NOTES": site.path("own"), "GITSYNC_HASH": "x"])
        defer {
            program.stop()
            for pair in site.text("own").split(separator: "\n") {
                if let child = pair.split(separator: " ").dropFirst().first.flatMap({ Int32($0) }) {
                    _ = try? runProgram(["kill", "-KILL", "\(child)"])
                }
            }
        }
        try waitUntil("it answers") { (try? ask(port))?.status == 200 }
        let client = try LoadClient(port: port, expecting: "^$", forgivingResets: true)
        defer { client.stop() }
        try site.repository.commit(["file": "crash"])
        try sidecar.waitFor("rejected; what is live stays")
        let result = try client.finish()
        #expect(result.failures == "" && result.requests > 0, "\(result)")
        #expect(try sidecar.stop() == 0)
    }

    @Test("a stop ends a trial that is under way, and the commit is tried again by the next start")
    func stopped() throws {
        let site = try Site(["file": "hang", "server.py": .text(TrialTests.server)])
        let sidecar = try site.start(
            "--trial-command=python3 server.py {port}", "--trial-timeout=60s",
            environment: ["NOTES": site.path("notes")])
        try waitUntil("it is tried") { !site.text("notes").isEmpty }
        #expect(try sidecar.stop() == 0)
        #expect(site.live == nil)
        for number in site.text("notes").split(separator: " ").prefix(2) {
            try waitUntil("process \(number) has ended") { !TestFiles.exists("/proc/\(number)") }
        }
        #expect(try site.sync().status == 0)
    }

    @Test("check refuses a program that is not there, and a URL without a port is a mistake")
    func check() throws {
        let good = try Sidecar.run(["check"] + site.arguments(["--trial-command=python3 server.py {port}"]))
        #expect(good.status == 0 && good.output.contains("python3 is /"), "\(good.output)")
        let missing = try Sidecar.run(["check"] + site.arguments(["--trial-command=no-such-program {port}"]))
        #expect(missing.status == 1, "\(missing.output)")
        #expect(missing.output.contains("there is no no-such-program that we can run"), "\(missing.output)")
        let wrong = try Sidecar.run(
            site.arguments(["--trial-command=python3 {port}", "--trial-health-url=http://127.0.0.1:80/"]))
        #expect(wrong.status == 2 && wrong.errors.contains("expected a URL with {port} in it"), "\(wrong.errors)")
        let alone = try Sidecar.run(site.arguments(["--trial-health-url=http://127.0.0.1:{port}/"]))
        #expect(alone.status == 2 && alone.errors.contains("needs --trial-command"), "\(alone.errors)")
    }
}
