import JSON
import Posix
import TestSupport
import Testing

@Suite("gunicorn on what is published", .endToEnd, .timeLimit(.minutes(3)))
struct GunicornTests {
    private let site: Site
    private let port: UInt16
    private let name = uniqueName("g")
    private let sidecar: RunningSidecar

    init() throws {
        site = try Site(["app.py": .text(Application.gunicornCode("one"))])
        port = try freePort()
        sidecar = try site.start(
            "--signal=HUP", "--signal-target=name:\(name)", "--health-url=http://127.0.0.1:\(port)/",
            "--health-interval=50ms", "--health-timeout=20s")
        try site.waitUntilLive(try site.tip)
    }

    private func startServer(_ options: String...) throws -> BackgroundProgram {
        // A worker that was forked a moment before would hold its master up for half a minute.
        try Application.gunicorn(site.link, name: name, port: port, options: ["--graceful-timeout", "2"] + options)
    }

    @Test("the master alone is signalled, and its workers answer with the new code")
    func reload() throws {
        let server = try startServer()
        defer { server.stop() }
        try sidecar.waitUntilConfirmed(try site.tip)
        let commit = try site.deploy(["app.py": .text(Application.gunicornCode("two"))], with: sidecar)
        let told = try #require(sidecar.log.with("application told").last)
        #expect(told["outcome"] == "sent HUP to process \(server.processID) (\(name))")
        let line = try sidecar.waitUntilConfirmed(commit)
        #expect(line["running"] == "likely" || line["running"] == "proved", "\(line)")
        try waitUntil("the new workers answer") { try ask(port).body == "two" }
        #expect(server.isRunning)
    }

    @Test("when broken code kills it, the link is back before it is started again, and then it is seen to be well")
    func killed() throws {
        let server = try startServer()
        defer { server.stop() }
        let good = try site.tip
        try sidecar.waitUntilConfirmed(good)
        let bad = try site.repository.commit(["app.py": "raise RuntimeError('broken')\n"])
        try sidecar.waitFor("the application does not run the new release; going back", within: .seconds(30))
        try site.waitUntilLive(good)
        #expect(!server.isRunning)
        #expect(!sidecar.log.has("rolled back"))
        // Start times are known to a hundredth of a second.
        try Deadline.after(.seconds(1)).pause(.milliseconds(20))
        let restarted = try startServer()
        defer { restarted.stop() }
        try sidecar.waitFor("rolled back")
        #expect(try sidecar.waitUntilConfirmed(good, count: 2)["running"] == "proved")
        #expect(try ask(port).body == "one")
        let held = try #require(try site.quarantine.first)
        #expect(held["commit"]?.string == bad)
        #expect(
            held["reason"]?.string?.contains("process \(server.processID) (\(name)) ended after SIGHUP") == true,
            "\(held)")
    }

    @Test("one that loads its code before it forks is reported to run the old release, with the cause")
    func preload() throws {
        let server = try startServer("--preload")
        defer { server.stop() }
        try sidecar.waitUntilConfirmed(try site.tip)
        let commit = try site.repository.commit(["app.py": .text(Application.gunicornCode("two"))])
        let line = try sidecar.waitFor("the application still uses an old release")
        #expect(line["cause"]?.contains("(\(name)) was started with --preload before publishing") == true, "\(line)")
        #expect(try sidecar.waitUntilConfirmed(commit)["running"] == "stale")
        #expect(try ask(port).body == "one")
    }
}
