import Glibc
import Posix
import TestSupport
import Testing

@testable import Reload

/// gunicorn in a link, under a name that no other process has.
private struct Gunicorn {
    let releases: Releases
    let name: String
    let port: UInt16
    let master: BackgroundProgram

    static func code(_ text: String) -> [String: String] { ["app.py": Application.gunicornCode(text)] }

    init(_ options: String..., knowsLink: Bool = true) throws {
        releases = try Releases()
        try releases.make(hash(1), Gunicorn.code("one"))
        try releases.make(hash(2), Gunicorn.code("two"))
        _ = try releases.publish(hash(1))
        name = uniqueName("g")
        port = try freePort()
        master = try Application.gunicorn(
            releases.link, name: name, port: port, options: options, knowsLink: knowsLink)
        let health = HealthCheck([url], timeout: .seconds(20), interval: .milliseconds(50))
        _ = try ReloadTests.reloader(health: health).confirm(anyChange(), deadline: within40Seconds)
    }

    /// What an orchestrator does.
    func restart() throws -> BackgroundProgram {
        try Application.gunicorn(releases.link, name: name, port: port)
    }

    var url: HealthCheck.Probe { .url("http://127.0.0.1:\(port)/", statuses: 200...200, revisionHeader: nil) }

    /// A reloader that looks so long for signs of the new release: new workers take their time on a busy machine.
    func reloader(timeout: Duration = .seconds(20), evidence: Duration = .seconds(20)) throws -> Reloader {
        try ReloadTests.reloader(
            [.signal(SIGHUP, [.name(name)])], health: HealthCheck([url], timeout: timeout, interval: .milliseconds(50)),
            evidenceTimeout: evidence)
    }
}

@Suite("gunicorn", .scratch, .timeLimit(.minutes(2)))
struct GunicornTests {
    @Test("only the master is signalled, and its new workers are seen to run the new release")
    func reload() throws {
        let gunicorn = try Gunicorn()
        defer { gunicorn.master.stop() }
        let change = try gunicorn.releases.publish(hash(2))
        let reloader = try gunicorn.reloader()
        let notices = try reloader.notify(change, deadline: within40Seconds)
        #expect(notices.map(\.outcome) == ["sent HUP to process \(gunicorn.master.processID) (\(gunicorn.name))"])
        let evidence = try reloader.confirm(change, deadline: within40Seconds).evidence
        #expect(evidence.verdict == .likely, "\(evidence.cause)")
        #expect(gunicorn.master.isRunning)
    }

    @Test(
        "with --preload, or started without knowing the link, it keeps the old code, which is seen, with the cause",
        arguments: [true, false])
    func keepsOldCode(preloads: Bool) throws {
        let gunicorn = try preloads ? Gunicorn("--preload") : Gunicorn(knowsLink: false)
        defer { gunicorn.master.stop() }
        let change = try gunicorn.releases.publish(hash(2))
        let reloader = try gunicorn.reloader(evidence: .seconds(2))
        try reloader.notify(change, deadline: within40Seconds)
        let evidence = try reloader.confirm(change, deadline: within40Seconds).evidence
        #expect(evidence.verdict == .stale, "\(evidence.cause)")
        let cause =
            preloads
            ? "was started with --preload before publishing: its workers have the code that it loaded then"
            : "was started after publishing and still has its working directory in release 111111111111…"
        #expect(evidence.cause.hasSuffix("(\(gunicorn.name)) \(cause)"), "\(evidence.cause)")
    }

    @Test("code that does not import ends it, which is noticed long before the time for getting well is over")
    func brokenCode() throws {
        // A worker that was forked a moment before would hold its master up for half a minute.
        let gunicorn = try Gunicorn("--graceful-timeout", "2")
        defer { gunicorn.master.stop() }
        try gunicorn.releases.make(hash(3), ["app.py": "raise RuntimeError('broken')\n"])
        let change = try gunicorn.releases.publish(hash(3))
        let reloader = try gunicorn.reloader(timeout: .seconds(30))
        try reloader.notify(change, deadline: within40Seconds)
        // Before the time for getting well is up, which would be another error.
        #expect {
            try reloader.confirm(change, deadline: within40Seconds)
        } throws: { error in
            (error as? ReloadError)?.code == .ended
        }

        var good = try gunicorn.releases.publish(hash(1))
        good.goesBack = true
        // Start times are known to a hundredth of a second.
        usleep(20_000)
        let restarted = try gunicorn.restart()
        defer { restarted.stop() }
        try reloader.notify(good, deadline: within40Seconds)
        #expect(try reloader.confirm(good, deadline: within40Seconds).evidence.verdict == .proved)
    }
}

/// A program that reads its configuration once and answers with it as its revision.
private struct Legacy {
    let releases: Releases
    let name = uniqueName("l")
    let port: UInt16
    let loop: BackgroundProgram

    init() throws {
        releases = try Releases()
        for number: UInt8 in [1, 2] { try releases.make(hash(number), ["config": "\(hash(number))"]) }
        _ = try releases.publish(hash(1))
        port = try freePort()
        let program = try script(
            name,
            """
            #!/usr/bin/python3
            import http.server, signal
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            revision = open('\(releases.link)/config').read()
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200)
                    self.send_header('X-Revision', revision)
                    self.end_headers()
            http.server.HTTPServer(('127.0.0.1', \(port)), Handler).serve_forever()
            """)
        loop = try start(["sh", "-c", "while :; do \(program); sleep 0.2; done"])
    }

    func deploy(_ signal: Int32, _ escalation: Escalation = Escalation()) throws -> Reload.ConfirmResult {
        let url = HealthCheck.Probe.url("http://127.0.0.1:\(port)/", statuses: 200...200, revisionHeader: "X-Revision")
        let reloader = try reloader(
            [.signal(signal, [.name(name)])], health: HealthCheck([url], timeout: .seconds(20)), escalation: escalation)
        let target = Target.name(name)
        _ = try reloader.wait(for: target, .after(.seconds(10)))
        // It must have come to ignoring the signal.
        _ = try ReloadTests.reloader(health: HealthCheck([url], timeout: .seconds(20))).confirm(
            anyChange(), deadline: within40Seconds)
        let change = try releases.publish(hash(2))
        try reloader.notify(change, deadline: within40Seconds)
        return try reloader.confirm(change, deadline: within40Seconds)
    }
}

@Suite("A legacy program in a restart loop", .scratch, .timeLimit(.minutes(1)))
struct LegacyTests {
    @Test("it is killed and comes up with the new configuration")
    func kill() throws {
        let legacy = try Legacy()
        defer { legacy.loop.stop() }
        #expect(try legacy.deploy(SIGKILL).evidence.verdict == .proved)
    }

    @Test("one that does not react to a signal is terminated when its time is up")
    func terminate() throws {
        let legacy = try Legacy()
        defer { legacy.loop.stop() }
        let confirmation = try legacy.deploy(SIGHUP, Escalation(terminateAfter: .milliseconds(400)))
        #expect(confirmation.evidence.verdict == .proved)
        #expect(confirmation.escalations.count == 1)
        #expect(confirmation.escalations.first?.hasPrefix("sent TERM to process ") == true)
    }

    @Test("one that comes back with what was published without its revision is proved by its start")
    func withoutRevision() throws {
        let legacy = try Legacy()
        defer { legacy.loop.stop() }
        let reloader = try reloader([.signal(SIGKILL, [.name(legacy.name)])])
        _ = try reloader.wait(for: .name(legacy.name), .after(.seconds(10)))
        let change = try legacy.releases.publish(hash(2))
        try reloader.notify(change, deadline: within40Seconds)
        let evidence = try reloader.confirm(change, deadline: within40Seconds).evidence
        #expect(evidence.verdict == .proved, "\(evidence.cause)")
    }
}

@Suite("A program that runs commands all the time", .scratch, .timeLimit(.minutes(1)))
struct CommandRunnerTests {
    @Test("it is not taken for one that does not stay up, however short the time for getting well is")
    func shortTime() throws {
        let name = uniqueName("s")
        let ready = "\(Scratch.directory)/ready"
        let path = try script(name, "#!/bin/sh\ntrap : HUP\ntouch \(ready)\nwhile :; do sleep 0.4; done\n")
        let program = try start([path], directory: "/")
        defer { program.stop() }
        try waitUntil("it has its handler") { TestFiles.exists(ready) }
        let reloader = try reloader([.signal(SIGHUP, [.name(name)])], healthTimeout: .seconds(1))
        let change = anyChange()
        try reloader.notify(change, deadline: within40Seconds)
        _ = try reloader.confirm(change, deadline: within40Seconds)
    }
}
