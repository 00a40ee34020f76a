internal import GitProtocol
internal import HTTPServer
internal import Options
internal import Posix
internal import Remote
internal import Telemetry

/// Answers who asks how we are: on `--http-bind`, and on a socket file in the root that only our user can open.
final class ControlServer {
    /// What it needs to know, and whom it wakes.
    struct Parts: Sendable {
        let plan: Plan
        /// The repository as it is reached.
        let remote: RemoteURL
        let query: RefQuery
        /// The directory of the socket file.
        let stateDirectory: String
        let status: Status
        let figures: Figures
        let mailbox: Mailbox
        let heartbeat: Heartbeat
        let logger: Logger
    }

    private let parts: Parts
    private let log: QuietLog
    private var servers: [HTTPServer] = []

    init(_ parts: Parts) {
        self.parts = parts
        log = QuietLog(parts.logger)
    }

    /// Listens; throws `cannot listen on ADDRESS: …` when `--http-bind` is not to be had.
    ///
    /// Without the socket file only the commands are missing, so its failure is a warning.
    func start() throws(SystemError) {
        if let bind = parts.plan.settings.httpBind {
            let server = try serve(.port(host: bind.host, bind.port), routes(isLocal: false))
            parts.logger.info("listening", ["address": "\(bind)", "port": .count(server.port)])
            servers.append(server)
        }
        do {
            var limits = ServerLimits()
            limits.threads = 1
            limits.connections = 64
            servers.append(
                try serve(.file(ControlServer.socketPath(parts.stateDirectory)), routes(isLocal: true), limits))
        } catch {
            parts.logger.warning("no commands can be given to this sidecar", error: error)
        }
    }

    /// Ends all connections and removes the socket file.
    func stop() {
        for server in servers { server.stop() }
        servers = []
    }

    /// The port of `--http-bind`, once it is started.
    var port: UInt16? { servers.lazy.map(\.port).first { $0 != 0 } }

    /// Where the socket file of a root lies.
    static func socketPath(_ stateDirectory: String) -> String { stateDirectory + "/control.sock" }

    private func serve(
        _ address: BindAddress, _ router: Router, _ limits: ServerLimits = ServerLimits()
    ) throws(SystemError) -> HTTPServer {
        let log = log
        return try HTTPServer(
            address, limits: limits, log: { log.warning("bad HTTP request", ["reason": "\($0)"]) },
            handler: { router.answer($0) })
    }

    /// Everything that can be asked, there or on the socket file.
    func routes(isLocal: Bool) -> Router {
        var router = Router()
        let probes = Probes(status: parts.status, heartbeat: parts.heartbeat)
        router.add("GET", "/") { probes.root($0) }
        router.add("GET", "/livez") { probes.live($0) }
        for path in ["/readyz", "/healthz"] { router.add("GET", path) { probes.ready($0) } }
        let settings = parts.plan.settings
        if isLocal || settings.httpMetrics {
            let registry = parts.figures.registry
            router.add("GET", "/metrics") { _ in
                Response(
                    200, headers: [HeaderField("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
                    body: .bytes(registry.render()))
            }
        }
        if isLocal || settings.httpPprof {
            let report = ProcessReport(status: parts.status)
            router.add("GET", "/debug/pprof/") { _ in .text(200, report.text()) }
        }
        if !isLocal, !settings.pushSecretFiles.isEmpty {
            let hook = pushHook()
            router.add("POST", "/hooks/push") { hook.answer($0) }
        }
        return router
    }

    private func pushHook() -> PushHook {
        let mailbox = parts.mailbox
        let original = RepositoryIdentity(address: parts.plan.repository.exposed)
        return PushHook(
            secrets: PushSecrets(files: parts.plan.settings.pushSecretFiles.map(\.text), log: log),
            target: PushTarget(
                repositories: [RepositoryIdentity(parts.remote)] + [original].compactMap { $0 }, query: parts.query),
            logger: parts.logger, log: log, wake: { mailbox.wake(.push) })
    }
}
