internal import GitProtocol
internal import HTTPClient
public import Options
public import Posix
internal import Releases
internal import Reload
internal import Remote
public import Telemetry
internal import Worker

/// The whole program but its command line: keeps a volume at the newest commit until it is told to stop.
public final class Sidecar {
    let plan: Plan
    let logger: Logger
    private let environment: [String: String]
    let cancellation: Cancellation
    let mailbox: Mailbox
    private let figures = Figures()
    private let status = Status()
    private let heartbeat = Heartbeat()
    private var control: ControlServer?
    private var notifier: ServiceNotifier?
    private var hookThreads: [NativeThread] = []
    let statusLine: StatusLine?

    /// Prepares to do what a plan says; nothing happens yet.
    ///
    /// How far a long stage is appears in the status line, where there is one.
    public init(
        _ plan: Plan, environment: [String: String], logger: Logger, statusLine: StatusLine? = nil
    ) throws(SystemError) {
        self.plan = plan
        self.statusLine = statusLine
        self.environment = environment
        self.logger = logger
        cancellation = try Cancellation()
        mailbox = try Mailbox()
    }

    /// Runs until the work is done, is called off by a signal, or cannot go on.
    ///
    /// Blocks the calling thread, which must be the only one of the process so far: signals are blocked before others
    /// are made.
    public func run() -> ExitCode {
        let errorFile = ErrorFile(plan.settings.errorFile?.text)
        let manager = ServiceManager.fromEnvironment()
        do {
            try listenForSignals()
            try notify(manager)
            warn()
            // Our memory has what the worker must not have. A sanitizer has to read it.
            if !Sandbox.isSanitized { try Sandbox.hideMemory() }
            let worker = try WorkerProgram.beside()
            if plan.settings.groupWrite { GroupAccess.allow() }
            if plan.settings.addUser { addUser(home: environment["HOME"], logger) }
            HTTPLibrary.start()
            let layout = try ReleaseLayout(root: plan.root.text, link: plan.link.text)
            let lock = try RootLock(layout)
            let loop = try assemble(layout, worker, errorFile)
            defer { control?.stop() }
            let code = try plan.settings.oneTime ? loop.runOnce() : loop.run()
            endHooks()
            _ = consume lock
            logger.info("stopped", ["code": .count(code.rawValue)])
            return code
        } catch {
            // A stop while the root was being taken over is no failure.
            let isStopped = cancellation.isCancelled
            endHooks()
            if isStopped {
                logger.info("stopped", ["code": .count(ExitCode.success.rawValue)])
                return .success
            }
            logger.error("cannot run", error: error)
            do {
                try errorFile.write("cannot run", "\(error)")
            } catch {
                logger.warning("cannot write the error file", error: error)
            }
            return .failure
        }
    }

    /// Takes the root and builds everything that the loop needs, from the bottom up.
    private func assemble(
        _ layout: ReleaseLayout, _ worker: consuming WorkerProgram, _ errorFile: ErrorFile
    ) throws -> SyncLoop {
        let url = try RemoteURL(plan)
        let settings = try RemoteSettings(
            plan, for: url, environment: environment, logger: logger, figures: figures)
        let query = try RefQuery(plan.settings.ref)
        let facts = Facts(plan, remote: url)
        let events = Events(status, StatusReport(facts: facts))
        figures.add(status, volume: layout.root)
        let reloader = try Reloader(plan, http: settings.http)
        try startControl(url, query, layout, facts, events, reloader?.settings.targets ?? [])
        let stateFile = StateFile(layout.state)
        let (state, problem) = try stateFile.load()
        if let problem { logger.warning("the saved state is unusable and starts anew", ["reason": "\(problem)"]) }
        let logger = logger
        let cleaner = try Cleaner(layout) { error in logger.warning("cannot remove what is not needed", error: error) }
        let jobs = WorkerClient(plan, layout, worker, from: url, cleaner, logger)
        let recovery = Recovery(
            layout: layout, mode: plan.publishMode, options: try StagingOptions(plan), cleaner: cleaner, jobs: jobs)
        let recovered = try recovery.run(
            recorded: state.current?.commit,
            deadline: .after(plan.settings.syncTimeout, cancellation: cancellation))
        let parts = Parts(
            plan: plan, remote: try RemoteRepository(url, settings), query: query,
            connect: { other in try RemoteRepository(other, settings) }, verifier: SignatureVerifier(plan),
            layout: layout, publisher: Publisher(layout: layout, mode: plan.publishMode), recovery: recovery,
            keeper: Keeper(layout: layout, cleaner: cleaner, staleTimeout: plan.settings.staleWorktreeTimeout),
            cleaner: cleaner, jobs: jobs,
            space: SpaceGuard(plan, root: layout.root), reloader: reloader,
            figures: figures, status: status, events: events, logger: logger, statusLine: statusLine,
            cancellation: cancellation,
            stateFile: stateFile,
            journal: Journal(layout.state), beforePublishing: try runner(Hook.beforePublishing(plan), settings.http),
            state: state, recovered: recovered)
        let hooks = try Hook.afterPublishing(plan).compactMap { try runner($0, settings.http) }
        if !plan.settings.oneTime {
            hookThreads = try (hooks + [parts.beforePublishing].compactMap { $0 }).map { try $0.start() }
        }
        logger.info(
            "started",
            [
                "version": "\(Product.version)", "repo": "\(url)", "ref": "\(plan.settings.ref)",
                "root": "\(layout.root)", "link": "\(layout.link)",
                "live": "\(recovered.live.map { "\($0.commit)" } ?? "nothing")",
            ])
        return SyncLoop(
            plan, deployer: Deployer(parts), mailbox: mailbox, hooks: hooks, heartbeat: heartbeat,
            errorFile: errorFile)
    }

    /// Answers from here on: probes are to be seen while a long recovery goes on.
    private func startControl(
        _ url: RemoteURL, _ query: RefQuery, _ layout: ReleaseLayout, _ facts: Facts, _ events: Events,
        _ signalTargets: [Target]
    ) throws(SystemError) {
        if plan.settings.oneTime, plan.settings.httpBind == nil { return }
        var settings = ControlSettings(plan, remote: url, query: query)
        settings.signalTargets = signalTargets
        let control = ControlServer(
            settings, facts, stateDirectory: layout.state, status: status, events: events, figures: figures,
            mailbox: mailbox, heartbeat: heartbeat, logger: logger)
        try control.start()
        self.control = control
    }

    private func notify(_ manager: ServiceManager?) throws(SystemError) {
        guard let manager else { return }
        let notifier = ServiceNotifier(
            manager, status: status, heartbeat: heartbeat, logger: logger, cancellation: cancellation)
        try notifier.start()
        self.notifier = notifier
    }

    private func warn() {
        for warning in plan.warnings { logger.warning(warning) }
        for name in GitSettings(plan.gitConfig).unknown {
            logger.warning("this git setting has no effect here", ["name": "\(name)"])
        }
    }

    /// Calls off the hooks that run and waits for their end, so that no child of ours outlives us.
    private func endHooks() {
        cancellation.cancel()
        notifier?.finish()
        for thread in hookThreads { thread.join() }
        hookThreads = []
    }

    private func runner(_ hook: Hook?, _ http: HTTPConfiguration) throws(SystemError) -> HookRunner? {
        guard let hook else { return nil }
        return try HookRunner(
            hook, http: http, logger: logger, counter: figures.hookRuns, cancellation: cancellation)
    }
}
