import Posix
import TestSupport
import Testing

@Suite("When it syncs", .endToEnd, .timeLimit(.minutes(5)))
struct PaceTests {
    /// How long the last pause that a sidecar announced was to be, in seconds.
    private func pause(_ sidecar: RunningSidecar, number: Int) throws -> Double {
        Double(try sidecar.waitFor("waiting", count: number)["seconds"] ?? "") ?? 0
    }

    @Test("the period is the pause between polls, spread by --jitter")
    func period() throws {
        let site = try Site()
        let sidecar = try site.start("--period=10s", "--jitter=0%", "--verbose=1")
        #expect(try abs(pause(sidecar, number: 1) - 10) < 0.5)
        #expect(try sidecar.stop() == 0)
    }

    @Test("--init-period holds until the first success, --period afterwards")
    func initPeriod() throws {
        let site = try Site()
        try Files.rename(site.repository.path, to: site.path("away"))
        let sidecar = try site.start("--init-period=20ms", "--period=1h", "--max-failures=-1", "--verbose=1")
        #expect(try pause(sidecar, number: 2) < 0.1)
        try Files.rename(site.path("away"), to: site.repository.path)
        try sidecar.waitFor("published")
        try waitUntil("a long pause") {
            sidecar.log.with("waiting").contains { Double($0["seconds"] ?? "") ?? 0 > 3000 }
        }
        #expect(try sidecar.stop() == 0)
    }

    @Test("from the fourth failure in a row on the pause grows, to --max-backoff, and a success ends that")
    func backoff() throws {
        let site = try Site()
        let sidecar = try site.start("--period=20ms", "--jitter=0%", "--max-backoff=100ms", "--verbose=1")
        try sidecar.waitFor("published")
        try Files.rename(site.repository.path, to: site.path("away"))
        try sidecar.waitFor("sync failed; what is live stays", count: 8)
        try Files.rename(site.path("away"), to: site.repository.path)
        try site.waitUntilLive(try site.repository.commit(["file": "two"]))
        let before = sidecar.log.with("waiting").count
        try sidecar.waitFor("waiting", count: before + 2)
        let lines = sidecar.log
        let failures = lines.indices.filter { lines[$0].message == "sync failed; what is live stays" }
        let pauses = failures.prefix(8).compactMap { failure in
            lines[failure...].first { $0.message == "waiting" }.flatMap { Double($0["seconds"] ?? "") }
        }
        #expect(pauses.prefix(3).allSatisfy { $0 < 0.03 }, "\(pauses)")
        #expect(pauses == pauses.sorted(), "\(pauses)")
        #expect(pauses.count == 8 && pauses[7] > 0.09 && pauses[7] < 0.11, "\(pauses)")
        #expect(try #require(Double(lines.with("waiting").last?["seconds"] ?? "")) < 0.03)
        #expect(try sidecar.stop() == 0)
    }

    @Test("a signal starts a sync at once, by any of its names", arguments: [("SIGHUP", 1), ("HUP", 1), ("10", 10)])
    func signal(name: String, number: Int32) throws {
        let site = try Site()
        let sidecar = try site.start("--period=1h", "--sync-on-signal=\(name)", "--verbose=1")
        try sidecar.waitFor("waiting")
        let next = try site.repository.commit(["file": "two"])
        sidecar.signal(number)
        try site.waitUntilLive(next)
        #expect(try sidecar.stop() == 0)
    }

    @Test("a signal during a deployment is remembered")
    func signalDuringDeployment() throws {
        let site = try Site()
        let judge = try site.script(
            "judge", "echo . >> \(site.path("judged")); while [ ! -e \(site.path("go")) ]; do sleep 0.01; done")
        let sidecar = try site.start("--period=1h", "--sync-on-signal=HUP", "--validate-command=\(judge)")
        try waitUntil("the first release is judged") { TestFiles.exists(site.path("judged")) }
        let next = try site.repository.commit(["file": "two"])
        sidecar.signal(1)
        try TestFiles.write("", to: site.path("go"))
        try site.waitUntilLive(next)
        try sidecar.waitFor("published", count: 2)
        #expect(try sidecar.stop() == 0)
    }

    @Test("the touch file is touched at the first success and after each deployment, and not in between")
    func touchFile() throws {
        let site = try Site()
        let file = site.root + "/touched"
        #expect(try site.sync("--touch-file=touched").status == 0)
        #expect(TestFiles.exists(file))
        try Files.remove(file)
        // Nothing new, but the first success of another process.
        let sidecar = try site.start("--touch-file=touched", "--verbose=1")
        try waitUntil("the file is there") { TestFiles.exists(file) }
        try Files.remove(file)
        try sidecar.waitFor("waiting", count: 4)
        #expect(!TestFiles.exists(file))
        try site.repository.commit(["file": "two"])
        try waitUntil("the file is there again") { TestFiles.exists(file) }
        #expect(site.read("file") == "two")
        #expect(try sidecar.stop() == 0)
    }

    @Test("a poll that finds nothing is one request on a connection that is kept")
    func onePerPoll() throws {
        let server = try Servers.http.get()
        let site = try Site().overHTTP(server)
        let sidecar = try site.start("--verbose=1", "--period=10ms")
        try sidecar.waitFor("waiting", count: 20)
        #expect(try sidecar.stop() == 0)
        let requests = try site.requests(to: server)
        let polls = sidecar.log.with("waiting").count
        // Two more for the first greeting and the fetch, one for a poll that the end cut off.
        #expect((polls...polls + 3).contains(requests.count), "\(requests.count) requests in \(polls) polls")
        #expect(Set(requests.map(\.connection)).count <= 2)
    }
}
