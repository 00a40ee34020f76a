import Glibc
import Posix
import TestSupport
import Testing

@testable import Reload

/// The sample application, started in a published link.
private struct NodeSample {
    let releases: Releases
    let port: UInt16
    let server: BackgroundProgram

    init() throws {
        releases = try Releases()
        for number: UInt8 in [1, 2] {
            try releases.make(
                hash(number),
                ["server.js": Application.sample("node/server.js"), "app.js": Application.sample("node/app.js")])
        }
        _ = try releases.publish(hash(1))
        port = try freePort()
        server = try Application.node(releases.link, port: port)
        let health = HealthCheck([probe()], timeout: .seconds(20))
        _ = try ReloadTests.reloader(health: health).confirm(anyChange(), deadline: within40Seconds)
    }

    func probe(_ header: String? = "X-Revision") -> HealthCheck.Probe {
        .url("http://127.0.0.1:\(port)/healthz", statuses: 200...200, revisionHeader: header)
    }

    func reloader(header: String? = "X-Revision", timeout: Duration = .seconds(20)) throws -> Reloader {
        try ReloadTests.reloader(
            [.signal(SIGHUP, [.port(port)])], health: HealthCheck([probe(header)], timeout: timeout),
            evidenceTimeout: .seconds(20))
    }
}

@Suite("The Node sample", .scratch, .timeLimit(.minutes(3)))
struct NodeSampleTests {
    @Test("fifty releases go live under load without one failed request, each proved by its revision")
    func reloads() throws {
        let sample = try NodeSample()
        defer { sample.server.stop() }
        let load = try LoadClient(port: sample.port, expecting: "^Hello from git\\n$")
        defer { load.stop() }
        let reloader = try sample.reloader()
        for number in 0..<50 {
            let change = try sample.releases.publish(hash(UInt8(2 - number % 2)))
            let notices = try reloader.notify(change, deadline: within40Seconds)
            #expect(notices.map(\.outcome).joined().hasPrefix("sent HUP to process \(sample.server.processID) ("))
            #expect(try reloader.confirm(change, deadline: within40Seconds).evidence.verdict == .proved)
        }
        let result = try load.finish()
        #expect(result.failures == "")
        #expect(result.requests > 0)
    }

    @Test("code that throws when it starts leaves the old workers serving, and going back works")
    func brokenCode() throws {
        let sample = try NodeSample()
        defer { sample.server.stop() }
        try sample.releases.make(
            hash(3), ["server.js": "\(sample.releases.link)/server.js", "app.js": "throw new Error('broken');\n"])
        let bad = try sample.releases.publish(hash(3))
        let reloader = try sample.reloader(timeout: .seconds(2))
        try reloader.notify(bad, deadline: within40Seconds)
        #expect {
            try reloader.confirm(bad, deadline: within40Seconds)
        } throws: { error in
            "\(error)".hasSuffix("X-Revision is \(hash(1)), not \(hash(3))")
        }
        try waitUntil("the server has noticed it") { sample.server.log.contains("kept the old workers: ") }
        let good = try sample.releases.publish(hash(1))
        try reloader.notify(good, deadline: within40Seconds)
        #expect(try reloader.confirm(good, deadline: within40Seconds).evidence.verdict == .proved)
    }

    @Test("without the revision header its processes prove what it runs")
    func evidence() throws {
        let sample = try NodeSample()
        defer { sample.server.stop() }
        let change = try sample.releases.publish(hash(2))
        let reloader = try sample.reloader(header: nil)
        try reloader.notify(change, deadline: within40Seconds)
        let evidence = try reloader.confirm(change, deadline: within40Seconds).evidence
        #expect(evidence.verdict == .proved || evidence.verdict == .likely, "\(evidence.cause)")
        #expect(evidence.processes.contains { $0.isFresh && $0.current != nil })
    }

    @Test("it ends when it is told to, and its workers with it")
    func ends() throws {
        let sample = try NodeSample()
        defer { sample.server.stop() }
        let workers = try ProcessTable.read().descendants(of: sample.server.processID).map(\.processID)
        #expect(workers.count == 2)
        sample.server.signal(SIGTERM)
        try waitUntil("it ends") { !sample.server.isRunning }
        try waitUntil("its workers end") {
            try workers.allSatisfy { try ProcessEntry.read($0, .all)?.isZombie != false }
        }
    }
}
