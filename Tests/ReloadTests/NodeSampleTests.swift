import GitStore
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

    private static let source =
        #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        + "/sample-app/node"

    init() throws {
        releases = try Releases()
        for number: UInt8 in [1, 2] {
            try releases.make(
                hash(number),
                ["server.js": "\(NodeSample.source)/server.js", "app.js": "\(NodeSample.source)/app.js"])
        }
        _ = try releases.publish(hash(1))
        port = try freePort()
        server = try start(["node", "\(releases.link)/server.js"], directory: "/", adding: ["PORT": "\(port)"])
        let health = HealthCheck([probe()], timeout: .seconds(20))
        _ = try ReloadTests.reloader(health: health).confirm(anyChange(), deadline: within40Seconds)
    }

    func probe(_ header: String? = "X-Revision") -> HealthCheck.Probe {
        .url("http://127.0.0.1:\(port)/healthz", statuses: 200...200, revisionHeader: header)
    }

    func reloader(header: String? = "X-Revision", timeout: Duration = .seconds(20)) throws -> Reloader {
        try ReloadTests.reloader(
            [.signal(SIGHUP, [.port(port)])], health: HealthCheck([probe(header)], timeout: timeout))
    }

    /// Asks over and over on eight kept connections, until it is told to stop; prints how often and what failed.
    func load() throws -> BackgroundProgram {
        let path = "\(Scratch.directory)/load.js"
        try TestFiles.write(
            """
            const http = require('node:http');
            const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
            let requests = 0, stopping = false, running = 8;
            const failures = [];
            const ask = () => {
              if (stopping) { if (--running === 0) { console.log(JSON.stringify({ requests, failures })); process.exit(0); } return; }
              const request = http.get({ port: \(port), host: '127.0.0.1', path: '/', agent }, (response) => {
                let body = '';
                response.on('data', (piece) => { body += piece; });
                response.on('error', (error) => { failures.push(String(error)); });
                response.on('end', () => {
                  requests += 1;
                  if (response.statusCode !== 200 || body !== 'Hello from git\\n') failures.push(response.statusCode + body);
                  // Leaves some time to the server, which shares the processors.
                  setTimeout(ask, 1);
                });
              });
              request.on('error', (error) => { failures.push(String(error)); ask(); });
            };
            process.on('SIGTERM', () => { stopping = true; });
            for (let index = 0; index < 8; index += 1) ask();
            """, to: path)
        return try start(["node", path], directory: "/")
    }
}

@Suite("The Node sample", .scratch, .timeLimit(.minutes(3)))
struct NodeSampleTests {
    @Test("fifty releases go live under load without one failed request, each proved by its revision")
    func reloads() throws {
        let sample = try NodeSample()
        defer { sample.server.stop() }
        let load = try sample.load()
        defer { load.stop() }
        let reloader = try sample.reloader()
        for number in 0..<50 {
            let change = try sample.releases.publish(hash(UInt8(2 - number % 2)))
            let notices = try reloader.notify(change, deadline: within40Seconds)
            #expect(notices.map(\.outcome).joined().hasPrefix("sent HUP to process \(sample.server.processID) ("))
            #expect(try reloader.confirm(change, deadline: within40Seconds).evidence.running == .proved)
        }
        load.signal(SIGTERM)
        try waitUntil("the load ends: \(load.log)") { !load.log.isEmpty && !load.isRunning }
        #expect(load.log.hasSuffix(#","failures":[]}"# + "\n"), "\(load.log)")
        #expect(!load.log.hasPrefix(#"{"requests":0,"#))
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
        #expect(sample.server.log.contains("kept the old workers: "))
        let good = try sample.releases.publish(hash(1))
        try reloader.notify(good, deadline: within40Seconds)
        #expect(try reloader.confirm(good, deadline: within40Seconds).evidence.running == .proved)
    }

    @Test("without the revision header its processes prove what it runs")
    func evidence() throws {
        let sample = try NodeSample()
        defer { sample.server.stop() }
        let change = try sample.releases.publish(hash(2))
        let reloader = try sample.reloader(header: nil)
        try reloader.notify(change, deadline: within40Seconds)
        let evidence = try reloader.confirm(change, deadline: within40Seconds).evidence
        #expect(evidence.running == .proved || evidence.running == .likely, "\(evidence.cause)")
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
