internal import Deployment
internal import HTTPServer
internal import Posix
internal import Telemetry

/// Answers who asks how we are: on `--http-bind`, and on a socket file in the root that only our user can open.
final class ControlServer {
    private let settings: ControlSettings
    private let info: SidecarInfo
    private let socketFile: String
    private let status: Status
    private let events: Events
    private let journal: Journal
    private let metrics: Metrics
    private let queue: TriggerQueue
    private let heartbeat: Heartbeat
    private let logger: Logger
    private let log: QuietLog
    private let page = StatusPage()
    private var servers: [HTTPServer] = []

    /// Prepares to answer from what the others keep up to date; commands come by the socket file.
    init(
        _ settings: ControlSettings, _ info: SidecarInfo, socketFile: String, journal: Journal, status: Status,
        events: Events, metrics: Metrics, queue: TriggerQueue, heartbeat: Heartbeat, logger: Logger
    ) {
        self.settings = settings
        self.socketFile = socketFile
        self.info = info
        self.journal = journal
        self.status = status
        self.events = events
        self.metrics = metrics
        self.queue = queue
        self.heartbeat = heartbeat
        self.logger = logger
        log = QuietLog(logger)
    }

    /// Listens; throws `cannot listen on ADDRESS: …` when `--http-bind` is not to be had.
    ///
    /// Without the socket file only the commands are missing, so its failure is a warning.
    func start() throws(SystemError) {
        if let bind = settings.bind {
            let server = try serve(bind, ServerLimits(), router(isLocal: false))
            logger.info("listening", ["address": "\(bind)", "port": .count(server.port)])
            servers.append(server)
        }
        do throws(SystemError) {
            var limits = ServerLimits()
            limits.threads = 1
            limits.connections = 64
            servers.append(try serve(.file(socketFile), limits, router(isLocal: true)))
        } catch {
            logger.warning("commands cannot reach this sidecar", error: error)
        }
    }

    /// Ends all connections and removes the socket file; a second call does nothing.
    func stop() {
        for server in servers { server.stop() }
        servers = []
    }

    /// The port of `--http-bind`, once it is started.
    var port: UInt16? { servers.lazy.map(\.port).first { $0 != 0 } }

    private func serve(
        _ address: BindAddress, _ limits: ServerLimits, _ router: Router
    ) throws(SystemError) -> HTTPServer {
        let log = log
        return try HTTPServer(
            address, limits: limits, log: { log.warning("bad HTTP request", ["reason": "\($0)"]) },
            handler: { router.answer($0) })
    }

    /// Everything that can be asked on `--http-bind`, or on the socket file.
    func router(isLocal: Bool) -> Router {
        var router = Router()
        let probes = Probes(status: status, heartbeat: heartbeat)
        router.add("GET", "/") { probes.root($0) }
        router.add("GET", "/livez") { probes.live($0) }
        for path in ["/readyz", "/healthz"] { router.add("GET", path) { probes.ready($0) } }
        if isLocal || settings.servesMetrics {
            let registry = metrics.registry
            let type = HeaderField("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            router.add("GET", "/metrics") { _ in
                Response(200, headers: [type], body: .bytes(registry.render()))
            }
        }
        if isLocal || settings.servesProcessReport {
            let report = ProcessReport(status: status)
            router.add("GET", "/debug/pprof/") { _ in .text(200, report.text()) }
        }
        if !isLocal, !settings.pushSecretFiles.isEmpty {
            let queue = queue
            let hook = PushHook(
                secrets: PushSecrets(files: settings.pushSecretFiles, log: log), target: settings.target,
                logger: logger, log: log, wake: { queue.wake(.push) })
            router.add("POST", "/hooks/push") { hook.answer($0) }
        }
        let token = isLocal ? nil : APIToken(file: settings.tokenFile, log: log)
        API(
            info: info, status: status, events: events, journal: journal, queue: queue,
            signalTargets: settings.signalTargets, logger: logger, token: token
        ).add(to: &router)
        page.add(to: &router)
        return router
    }
}
