import JSON
import Posix
import TestSupport
import Testing

@Suite("A newer commit overtakes one that the application does not run", .endToEnd, .timeLimit(.minutes(3)))
struct OvertakeTests {
    /// The application is well while the release has this file.
    private static let check = "--health-command=test -e well"

    @Test("after an answered failure a push that mends it is live long before the time is up, and wait says so")
    func overtaken() throws {
        let site = try Site(["file": "one", "well": ""])
        let sidecar = try site.start(Self.check, "--health-timeout=600s", "--health-interval=20ms")
        try sidecar.waitUntilConfirmed(try site.tip)
        let bad = try site.repository.commit(["file": "two", "well": .deleted])
        try site.waitUntilLive(bad)
        let mended = try site.repository.commit(["file": "three", "well": ""])
        try sidecar.waitUntilConfirmed(mended)
        try site.waitForOutcomes(["deployed", "overtaken", "deployed"])
        let entry = try #require(try site.journal.dropFirst().first)
        #expect(entry["hash"]?.string == bad)
        #expect(entry["reason"]?.string == "overtaken by \(mended)")
        #expect(try site.quarantine.isEmpty)
        let wait = try Sidecar.run(["wait", bad, "--root=\(site.root)", "--timeout=10s"])
        #expect(wait.status == 1)
        #expect(wait.output.contains("was overtaken by \(mended)"), "\(wait.output)")
        #expect(try sidecar.stop() == 0)
    }

    @Test(
        "bad ones in a row: after one time limit without health the last good release is back, and the newest is tried")
    func outage() throws {
        let site = try Site(["file": "one", "well": ""])
        let sidecar = try site.start(Self.check, "--health-timeout=2s", "--health-interval=20ms", "--max-backoff=50ms")
        let good = try site.tip
        try sidecar.waitUntilConfirmed(good)
        for number in 1...3 {
            let bad = try site.repository.commit(["file": .text("bad \(number)"), "well": .deleted])
            try waitUntil("it was published") { sidecar.log.with("published").contains { $0["hash"] == bad } }
        }
        let newest = try site.tip
        try sidecar.waitUntilConfirmed(good, count: 2)
        try waitUntil("the newest is held back") { try site.quarantine.contains { $0["commit"]?.string == newest } }
        try site.waitUntilLive(good)
        #expect(try sidecar.stop() == 0)
    }
}
