import JSON
import Posix
import TestSupport
import Testing

@Suite("Going back", .endToEnd, .timeLimit(.minutes(3)))
struct RollBackTests {
    private let site: Site
    private let healthy: String

    init() throws {
        site = try Site()
        healthy = site.path("healthy")
        try TestFiles.write("", to: healthy)
    }

    private func start(_ more: String...) throws -> RunningSidecar {
        try site.start(
            [
                "--health-command=test -e \(healthy)", "--health-timeout=200ms", "--health-interval=20ms",
                "--http-bind=127.0.0.1:0", "--http-metrics", "--max-backoff=50ms",
            ] + more)
    }

    @Test("when the good release is not well either it stays published, is said loudly, and is asked for until it is")
    func failsToo() throws {
        let sidecar = try start()
        let good = try site.tip
        try sidecar.waitUntilConfirmed(good)
        try Files.remove(healthy)
        let bad = try site.repository.commit(["file": "two"])
        let line = try sidecar.waitFor("rolled back, but the application does not run the good release either")
        #expect(line.level == "error" && line["hash"] == good && line["stage"] == "confirm", "\(line)")
        #expect(site.live == good)
        #expect(
            try sidecar.ask("/metrics").body.contains(
                #"git_sidecar_deployments_total{outcome="rollback-failed",stage="confirm"} 1"#))
        let failure = try sidecar.waitFor("sync failed; what is live stays", count: 2)
        #expect(failure["stage"] == "confirm" && failure.error?.contains(good) == true, "\(failure)")
        #expect(!sidecar.log.has("rolled back"))
        #expect(site.live == good)
        try TestFiles.write("", to: healthy)
        try sidecar.waitUntilConfirmed(good, count: 2)
        #expect(try site.quarantine.map { $0["commit"]?.string } == [bad])
        #expect(sidecar.log.with("published").map { $0["hash"] } == [good, bad, good])
        #expect(try sidecar.stop() == 0)
    }

    @Test("a sidecar that is stopped before the good release was confirmed goes on asking in the next one")
    func restartedMeanwhile() throws {
        let first = try start()
        let good = try site.tip
        try first.waitUntilConfirmed(good)
        try Files.remove(healthy)
        try site.repository.commit(["file": "two"])
        try first.waitFor("rolled back, but the application does not run the good release either")
        #expect(try first.stop() == 0)
        let next = try start()
        try next.waitFor("sync failed; what is live stays")
        try TestFiles.write("", to: healthy)
        try next.waitUntilConfirmed(good)
        #expect(site.live == good)
        #expect(!next.log.has("published"))
        #expect(try next.stop() == 0)
    }

    @Test("the first release has nothing before it: it stays, and is confirmed when the application is well")
    func firstRelease() throws {
        try Files.remove(healthy)
        let sidecar = try start("--max-failures=-1")
        let tip = try site.tip
        try sidecar.waitFor("the application does not run the new release, which stays published")
        #expect(site.live == tip)
        try TestFiles.write("", to: healthy)
        try sidecar.waitUntilConfirmed(tip)
        #expect(try site.quarantine.isEmpty)
        #expect(try sidecar.stop() == 0)
    }

    @Test("without rolling back the new release stays published, and is confirmed when it is well")
    func off() throws {
        let sidecar = try start("--rollback=off")
        try sidecar.waitUntilConfirmed(try site.tip)
        try Files.remove(healthy)
        let next = try site.repository.commit(["file": "two"])
        try sidecar.waitFor("the application does not run the new release, which stays published")
        #expect(site.live == next)
        try TestFiles.write("", to: healthy)
        try sidecar.waitUntilConfirmed(next)
        #expect(try site.quarantine.isEmpty)
        #expect(try sidecar.stop() == 0)
    }

    @Test("an application that comes up and falls over again and again is not taken for one that runs")
    func fallsOver() throws {
        let name = uniqueName("f")
        let program = try Application.startAgainAndAgain([
            try site.script(name, "grep -q one \(site.link)/file && sleep 1000\nsleep 0.1")
        ])
        defer { program.stop() }
        let sidecar = try site.start("--signal=KILL", "--signal-target=name:\(name)", "--health-timeout=2s")
        let good = try site.tip
        try sidecar.waitUntilConfirmed(good)
        try site.repository.commit(["file": "two"])
        try sidecar.waitFor("rolled back")
        #expect(site.live == good)
        let reason = try #require(try site.quarantine.first?["reason"]?.string)
        #expect(reason.contains("nobody started it again") || reason.contains("does not stay up"), "\(reason)")
    }

    @Test("--quarantine-ttl lets a bad commit be tried again, and no sooner")
    func timeToLive() throws {
        let judge = try site.script(
            "judge", "echo . >> \(site.path("judged")); test -e \(healthy) || { echo no; exit 1; }")
        let sidecar = try site.start("--validate-command=\(judge)", "--quarantine-ttl=1s", "--verbose=1")
        try site.waitUntilLive(try site.tip)
        try Files.remove(healthy)
        let start = ContinuousClock.now
        let next = try site.repository.commit(["file": "two"])
        try sidecar.waitFor("rejected; what is live stays", count: 2)
        #expect(ContinuousClock.now - start >= .seconds(1))
        try sidecar.waitFor("the commit is held back")
        #expect(try site.quarantine.first?["output"]?.string == "no\n")
        try TestFiles.write("", to: healthy)
        try site.waitUntilLive(next)
        try site.waitForOutcomes(["deployed", "rejected", "rejected", "deployed"])
        #expect(site.text("judged") == ".\n.\n.\n.\n")
        #expect(try sidecar.stop() == 0)
    }
}
