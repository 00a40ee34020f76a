import JSON
import Posix
import TestSupport
import Testing

@Suite("Commands", .endToEnd, .timeLimit(.minutes(5)))
struct CommandTests {
    /// How a command reaches the sidecar: by its socket, or over HTTP with a token.
    enum CommandRoute: CaseIterable {
        case socket, http
    }

    private func start(_ site: Site, _ road: CommandRoute, _ more: String...) throws -> RunningSidecar {
        // Commands, not the period, are to make things happen.
        let usual = ["--period=1h", "--keep-releases=3"]
        guard road == .http else { return try site.start(usual + more) }
        try TestFiles.write("secret-word\n", to: site.path("token"), mode: 0o600)
        return try site.start(
            usual + more + ["--http-bind=127.0.0.1:0", "--api-token-file=\(site.path("token"))"])
    }

    private func command(
        _ road: CommandRoute, _ site: Site, _ sidecar: RunningSidecar, _ words: String...
    ) throws -> Run {
        switch road {
        case .socket: return try Sidecar.run(["--root=\(site.root)"] + words)
        case .http:
            let port = try #require(try sidecar.waitFor("listening")["port"])
            let name = words.prefix(1)
            return try Sidecar.run(
                ["--api-token-file=\(site.path("token"))"] + name + ["--control=http://127.0.0.1:\(port)"]
                    + words.dropFirst())
        }
    }

    @Test("status says what is live in its first line, and ends with 0", arguments: CommandRoute.allCases)
    func status(road: CommandRoute) throws {
        let site = try Site()
        let sidecar = try start(site, road)
        try sidecar.waitFor("published")
        try waitUntil("it is current") {
            try command(road, site, sidecar, "status").output.hasPrefix("Your push is live")
        }
        let run = try command(road, site, sidecar, "status")
        #expect(run.status == 0)
        let tip = try site.tip
        #expect(run.output.hasPrefix("Your push is live: \(tip.prefix(7)) is published.\n"), "\(run.output)")
        #expect(run.output.contains("published  \(tip.prefix(7))  first"), "\(run.output)")
        let json = try JSONValue.read(try command(road, site, sidecar, "status", "--json").output)
        #expect(json["published"]?["hash"]?.string == tip)
        let releases = try command(road, site, sidecar, "releases")
        #expect(releases.output.contains("\(tip.prefix(7))  first"), "\(releases.output)")
        #expect(releases.status == 0)
    }

    @Test("status ends with 1 when nothing is published, and when no sidecar runs")
    func unhealthy() throws {
        let site = try Site([:])
        #expect(try Sidecar.run(["--root=\(site.root)", "status"]).status == 1)
        let sidecar = try site.start("--max-failures=-1", "--init-max-failures=-1")
        try sidecar.waitFor("sync failed; nothing is published yet")
        let run = try Sidecar.run(["status"], environment: ["GITSYNC_ROOT": site.root])
        #expect(run.status == 1)
        #expect(run.output.hasPrefix("Nothing is published: "), "\(run.output)")
        try sidecar.stop()
        let gone = try Sidecar.run(["--root=\(site.root)", "status"])
        #expect(gone.status == 1)
        #expect(gone.errors.contains("none runs there; start one"), "\(gone.errors)")
    }

    @Test(
        "sync --wait deploys what was pushed, shows its stages, and says what is live", arguments: CommandRoute.allCases
    )
    func sync(road: CommandRoute) throws {
        let site = try Site()
        let sidecar = try start(site, road)
        try sidecar.waitFor("published")
        try site.repository.commit(["file": "two"], message: "second")
        let run = try command(road, site, sidecar, "sync", "--wait")
        #expect(run.status == 0)
        let tip = try site.tip
        #expect(site.live == tip)
        #expect(run.output == "Done: \(tip.prefix(7)) \"second\" is live.", "\(run.output)")
        for stage in ["resolve  ", "fetch    ", "stage    ", "publish  "] {
            #expect(run.errors.contains("\(stage)0."), "\(stage) in \(run.errors)")
        }
        let again = try command(road, site, sidecar, "sync", "--wait")
        #expect(again.output == "Nothing new: \(tip.prefix(7)) \"second\" is live.")
        #expect(again.status == 0)
    }

    @Test(
        "a bad commit: sync --wait and wait end with 1 and the reason, resume tries it again",
        arguments: CommandRoute.allCases)
    func rejected(road: CommandRoute) throws {
        let site = try Site()
        let validate = try site.script("validate", "grep -q good file || { echo 'the file is bad'; exit 3; }")
        try site.repository.commit(["file": "good"], message: "good one")
        let good = try site.tip
        let sidecar = try start(site, road, "--validate-command=\(validate)")
        try sidecar.waitFor("published")
        let bad = try site.repository.commit(["file": "bad"], message: "bad one")
        let run = try command(road, site, sidecar, "sync", "--wait")
        #expect(run.status == 1)
        #expect(
            run.output.hasPrefix("Rejected: \(bad.prefix(7)) failed at validate; \(good.prefix(7))"), "\(run.output)")
        let wait = try command(road, site, sidecar, "wait", String(bad.prefix(8)), "--timeout=10s")
        #expect(wait.status == 1)
        #expect(wait.output.hasPrefix("Not live: \(bad.prefix(7)) was rejected at validate: "), "\(wait.output)")
        let status = try command(road, site, sidecar, "status")
        #expect(status.status == 0)
        #expect(
            status.output.hasPrefix(
                "Your push is not live: \(bad.prefix(7)) was rejected at validate; \(good.prefix(7)) stays live."),
            "\(status.output)")
        #expect(status.output.contains("the file is bad"), "\(status.output)")
        // The cause was elsewhere.
        _ = try site.script("validate", "exit 0")
        let resume = try command(road, site, sidecar, "resume")
        #expect(resume.status == 0, "\(resume.output) \(resume.errors)")
        #expect(resume.errors.hasPrefix("held back no more: \(bad.prefix(7))\n"), "\(resume.errors)")
        #expect(site.live == bad)
        #expect(try command(road, site, sidecar, "wait", bad, "--timeout=10s").status == 0)
    }

    @Test(
        "rollback goes to the release before, or to the one that is named, and says what is live",
        arguments: CommandRoute.allCases)
    func rollback(road: CommandRoute) throws {
        let site = try Site()
        let first = try site.tip
        let sidecar = try start(site, road)
        try sidecar.waitFor("published")
        let nothing = try command(road, site, sidecar, "rollback")
        #expect(nothing.status == 1)
        #expect(nothing.errors.contains("there is no earlier release to go back to"), "\(nothing.errors)")
        let second = try site.repository.commit(["file": "two"], message: "second")
        #expect(try command(road, site, sidecar, "sync", "--wait").status == 0)
        let run = try command(road, site, sidecar, "rollback")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output == "Done: \(first.prefix(7)) \"first\" is live.", "\(run.output)")
        #expect(site.live == first)
        // What was gone back from by hand is not live, and stays away.
        #expect(try command(road, site, sidecar, "wait", second, "--timeout=10s").status == 1)
        #expect(try command(road, site, sidecar, "sync", "--wait").status == 1)
        #expect(try command(road, site, sidecar, "resume").status == 0)
        #expect(site.live == second)
        let named = try command(road, site, sidecar, "rollback", String(first.prefix(9)))
        #expect(named.status == 0, "\(named.errors)")
        #expect(site.live == first)
    }

    @Test("without the token nothing can be changed over HTTP, and it says what to give")
    func token() throws {
        let site = try Site()
        let sidecar = try start(site, .http)
        let port = try #require(try sidecar.waitFor("listening")["port"])
        try sidecar.waitFor("published")
        let control = "--control=http://127.0.0.1:\(port)"
        #expect(try Sidecar.run(["status", control]).status == 0)
        let run = try Sidecar.run(["sync", control])
        #expect(run.status == 1)
        #expect(run.errors.contains("--api-token-file"), "\(run.errors)")
        try TestFiles.write("another", to: site.path("wrong"))
        let wrong = try Sidecar.run(["--api-token-file=\(site.path("wrong"))", "sync", control])
        #expect(wrong.status == 1)
        #expect(!wrong.errors.contains("another"), "\(wrong.errors)")
    }

    @Test("wait ends when the commit is live, also when the sidecar is restarted meanwhile")
    func wait() throws {
        let site = try Site()
        let first = try start(site, .socket)
        try first.waitFor("published")
        let second = try site.repository.commit(["file": "two"], message: "second")
        let waiting = try BackgroundProgram(
            [try Sidecar.program, "--root=\(site.root)", "wait", second, "--timeout=40s"],
            environment: try hermeticEnvironment(adding: [:]), log: site.path("wait.log"))
        try first.waitFor("published")
        try first.stop()
        try waitUntil("it tries again") { waiting.log.contains("trying again") }
        let other = try start(site, .socket)
        try other.waitFor("published")
        #expect(waiting.waitForEnd(within: .seconds(20)) == 0)
        #expect(waiting.log.contains("Live: \(second.prefix(7)) \"second\""), "\(waiting.log)")
        let timeout = try Sidecar.run(["--root=\(site.root)", "wait", "abcdef", "--timeout=100ms"])
        #expect(timeout.status == 1)
        #expect(
            timeout.output == "Not live: nothing was heard of abcdef within 100ms; \(second.prefix(7)) is live",
            "\(timeout.output)")
    }

    @Test("processes lists them like top, and says whom a signal would reach", arguments: CommandRoute.allCases)
    func processes(road: CommandRoute) throws {
        let site = try Site()
        let name = "target-\(UInt32.random(in: .min ... .max))"
        let application = try BackgroundProgram(
            ["sh", "-c", "trap : HUP; while :; do sleep 1; done", name],
            environment: try hermeticEnvironment(adding: [:]),
            log: site.path("application"))
        let sidecar = try start(site, road, "--signal=HUP", "--signal-target=cmdline:\(name)")
        try sidecar.waitFor("published")
        let run = try command(road, site, sidecar, "processes")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.hasPrefix("  PID  USER") || run.output.contains("PID  USER"), "\(run.output)")
        let line = "  \(application.processID): root of the tree that cmdline:\(name) finds"
        #expect(run.output.contains("A signal would reach\n\(line)"), "\(run.output)")
    }

    @Test("a root with a long path is reached, and one of another user says whom to be", .enabled(if: isRoot))
    func places() throws {
        var site = try Site()
        site.root = site.path(String(repeating: "long", count: 50))
        let sidecar = try start(site, .socket)
        try sidecar.waitFor("published")
        #expect(!sidecar.log.has("commands cannot reach this sidecar"))
        #expect(try Sidecar.run(["--root=\(site.root)", "status"]).status == 0)
        try runProgram(["chmod", "-R", "a+rX", site.directory]).succeeded()
        let other = try Sidecar.run(
            ["--root=\(site.root)", "status"], under: ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"])
        #expect(other.status == 1)
        #expect(other.errors.contains("run it as user 0"), "\(other.errors)")
    }
}
