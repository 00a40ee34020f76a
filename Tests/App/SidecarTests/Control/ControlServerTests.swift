import Deployment
import GitProtocol
import HTTPClient
import HTTPServer
import Layout
import Posix
import Telemetry
import TestSupport
import Testing

@testable import Sidecar

@Suite("The control server", .timeLimit(.minutes(1)), .scratch)
struct ControlServerTests {
    private let status = Status()
    private let metrics = Metrics(version: "1")
    private let log = LogCollector()

    private func server(
        _ queue: TriggerQueue, socketFile: String = Scratch.directory + "/socket",
        _ change: (inout ControlSettings) -> Void = { _ in }
    ) throws -> ControlServer {
        let repository = [RepositoryIdentity(address: "https://example.com/team/app")].compactMap { $0 }
        var settings = ControlSettings(target: PushTarget(repositories: repository, query: try RefQuery("main")))
        settings.bind = .port(host: "127.0.0.1", 0)
        change(&settings)
        let info = SidecarInfo()
        return ControlServer(
            settings, info, socketFile: socketFile,
            journal: Journal(try Place(resolving: Scratch.directory + "/journal")), status: status,
            events: Events(status, StatusReport(info: info)), metrics: metrics, queue: queue,
            heartbeat: Heartbeat(), logger: Logger(log.sink))
    }

    @Test("without switches nothing but the probes is open on a port")
    func closed() throws {
        let router = try server(TriggerQueue()).router(isLocal: false)
        for path in ["/metrics", "/debug/pprof/", "/hooks/push"] {
            #expect(router.answer(Request("GET", path)).status == 404)
            #expect(router.answer(Request("POST", path)).status == 404)
        }
        #expect(router.answer(Request("GET", "/livez")).status == 200)
        #expect(router.answer(Request("GET", "/readyz")).status == 503)
        #expect(router.answer(Request("GET", "/healthz")).status == 503)
        #expect(router.answer(Request("GET", "/")).status == 503)
    }

    @Test("with their switches, metrics and the state of the process are shown")
    func switches() throws {
        let router = try server(TriggerQueue()) { settings in
            settings.servesMetrics = true
            settings.servesProcessReport = true
        }.router(isLocal: false)
        let metrics = router.answer(Request("GET", "/metrics"))
        #expect(metrics.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
        #expect(String(decoding: metrics.bytes, as: UTF8.self).contains("git_sidecar_build_info{version="))
        let report = String(decoding: router.answer(Request("GET", "/debug/pprof/")).bytes, as: UTF8.self)
        for part in ["loop:", "resident: ", "threads:", "descriptors:", "/dev/null"] { #expect(report.contains(part)) }
    }

    @Test("the port and the socket file answer, and are gone after the end")
    func sockets() throws {
        let server = try server(TriggerQueue())
        try server.start()
        let file = Scratch.directory + "/socket"
        #expect(try Files.status(file).permissions == 0o600)
        let port = try #require(server.port)
        #expect(try get(port, "/livez") == 200)
        #expect(try get(port, "/readyz") == 503)
        server.stop()
        #expect(try Files.statusIfPresent(file) == nil)
        #expect(throws: TransferError.self) { try get(port, "/livez") }
        #expect(log.messages == ["listening"])
    }

    @Test("a port that is taken is an error, and a socket file that cannot be made is only a warning")
    func taken() throws {
        let first = try server(TriggerQueue(), socketFile: Scratch.directory + "/missing/socket")
        try first.start()
        defer { first.stop() }
        #expect(log.messages.contains("commands cannot reach this sidecar"))
        let port = try #require(first.port)
        let second = try server(TriggerQueue()) { $0.bind = .port(host: "127.0.0.1", port) }
        let error = try #require(throws: SystemError.self) { try second.start() }
        #expect(error.description == "cannot listen on 127.0.0.1:\(port): address already in use")
    }

    @Test("a delivery reaches the waiting loop; how long that takes is printed")
    func latency() throws {
        let secret = Scratch.directory + "/secret"
        try AtomicFile.write(Array("s".utf8), to: secret)
        let queue = try TriggerQueue()
        let server = try server(queue) { $0.pushSecretFiles = [secret] }
        try server.start()
        defer { server.stop() }
        let url = "http://127.0.0.1:\(try #require(server.port))/hooks/push"
        let client = try HTTPClient(HTTPConfiguration(userAgent: "tests"))
        var times: [Duration] = []
        // As many as may come at once.
        for number in 0..<30 {
            let woken = Locked<ContinuousClock.Instant?>(nil)
            let loop = try NativeThread("loop") {
                if (try? queue.wait(.after(.seconds(10)))) == [.push] { woken.withLock { $0 = .now } }
            }
            let delivery = Forge.github.delivery("s", id: "\(number)")
            let start = ContinuousClock.now
            let request = HTTPRequest(
                url, method: "POST", headers: delivery.headers.map { HTTPHeader($0.name, $0.value) },
                body: delivery.body)
            _ = try client.fetch(request, limit: 1 << 20, deadline: .after(.seconds(10)))
            loop.join()
            times.append(start.duration(to: try #require(woken.withLock { $0 })))
        }
        times.sort()
        print("from sending a delivery to the loop's wake-up: median \(times[15]), worst \(times[29])")
    }

    private func get(_ port: UInt16, _ path: String) throws -> Int {
        let request = HTTPRequest("http://127.0.0.1:\(port)\(path)")
        return try HTTPClient(HTTPConfiguration(userAgent: "tests")).fetch(
            request, limit: 1 << 20, deadline: .after(.seconds(10))
        ).response.status
    }
}
