import JSON
import Posix
import TestSupport
import Testing

@Suite("The Node server", .endToEnd, .timeLimit(.minutes(3)))
struct NodeTests {
    private let site: Site
    private let port: UInt16
    private let sidecar: RunningSidecar
    private let server: BackgroundProgram

    private func start() throws -> RunningSidecar { try NodeTests.start(site, port) }

    private static func start(_ site: Site, _ port: UInt16) throws -> RunningSidecar {
        try site.start(
            "--period=10ms", "--signal=HUP", "--signal-target=port:\(port)",
            "--health-url=http://127.0.0.1:\(port)/healthz", "--health-revision-header=X-Revision",
            "--health-interval=50ms", "--health-timeout=3s", "--verbose=1")
    }

    init() throws {
        site = try Site(try Application.nodeFiles(Application.nodeCode("release 0")))
        port = try freePort()
        sidecar = try NodeTests.start(site, port)
        try site.waitUntilLive(try site.tip)
        server = try Application.node(site.link, port: port)
        try sidecar.waitUntilConfirmed(try site.tip)
    }

    private func stop() {
        server.stop()
        sidecar.program.stop()
    }

    private func code(_ number: Int) -> [String: GitFixture.File] {
        ["app.js": .text(Application.nodeCode("release \(number)"))]
    }

    @Test("fifty pushes go live under load without one failed request, each proved by the revision that is answered")
    func pushes() throws {
        defer { stop() }
        let load = try LoadClient(port: port, expecting: "^release [0-9]+$")
        defer { load.stop() }
        for number in 1...50 {
            let commit = try site.repository.commit(code(number))
            let line = try sidecar.waitUntilConfirmed(commit)
            #expect(line["running"] == "proved")
        }
        let answer = try ask(port)
        #expect(answer.body == "release 50")
        #expect(answer.revision == site.live)
        let result = try load.finish()
        #expect(result.failures == "")
        #expect(result.answers > 20, "\(result)")
        #expect(server.isRunning)
        try site.waitForOutcomes(Array(repeating: "deployed", count: 51))
    }

    @Test("code that throws when it starts is taken back and held back, also by the next sidecar; the fix goes live")
    func broken() throws {
        defer { stop() }
        let good = try site.deploy(code(1), with: sidecar)
        let load = try LoadClient(port: port, expecting: "^release [12]$")
        defer { load.stop() }
        let bad = try site.repository.commit(["app.js": "throw new Error('broken');\n"])
        let line = try sidecar.waitFor("rolled back")
        #expect(line["hash"] == good && line["from"] == bad)
        #expect(site.live == good)
        #expect(try site.quarantine.map { $0["commit"]?.string } == [bad])
        let reason = try #require(try site.quarantine.first?["reason"]?.string)
        #expect(reason.hasSuffix("X-Revision is \(good), not \(bad)"), "\(reason)")
        try site.waitForOutcomes(["deployed", "deployed", "rolled-back"])
        #expect(try sidecar.stop() == 0)

        let next = try start()
        defer { next.program.stop() }
        try next.waitFor("the commit is held back", count: 3)
        #expect(!next.log.has("published"))
        #expect(site.live == good)
        let fixed = try site.deploy(code(2), with: next)
        #expect(site.live == fixed)
        #expect(try ask(port).body == "release 2")
        #expect(try load.finish().failures == "")
        #expect(try site.quarantine.isEmpty)
    }
}
