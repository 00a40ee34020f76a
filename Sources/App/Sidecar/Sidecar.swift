internal import Assembly
internal import Deployment
internal import GitObjects
internal import GitProtocol
internal import HTTPClient
internal import Layout
public import Options
public import Posix
internal import Releases
internal import Reload
internal import Remote
internal import Signatures
public import Telemetry
internal import Worker

/// The whole program but its command line: keeps a volume at the newest commit until it is told to stop.
public final class Sidecar {
    let plan: Plan
    let logger: Logger
    private let environment: [String: String]
    let cancellation: Cancellation
    let queue: TriggerQueue
    private let metrics = Metrics(version: Product.version)
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
        queue = try TriggerQueue()
    }

    /// Runs until the work is done, is called off by a signal, or cannot go on.
    ///
    /// Blocks the calling thread, which must be the only one of the process so far: signals are blocked before others
    /// are made.
    public func run() -> ExitCode {
        let errorFile = ErrorFile(plan.settings.errorFile?.text, root: plan.root.text)
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
            let layout = try layOut()
            let lock = try RootLock(layout)
            let (loop, hooks, workspace) = try assemble(layout, worker, errorFile)
            defer { control?.stop() }
            let code: ExitCode
            let end = try loop.run()
            workspace.rest()
            if plan.settings.oneTime { finishRemoving(workspace) }
            switch end {
            case .stopped: code = .success
            case .gaveUp: code = .failure
            case .done(let commit): code = hooks.runOnce(commit) ? .success : .failure
            }
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

    /// Makes and holds the root, and clears what is ours in it of what cannot be used.
    private func layOut() throws(SystemError) -> ReleaseLayout {
        let logger = logger
        let layout = try ReleaseLayout(root: plan.root.text, link: plan.link.text) { path, found in
            logger.warning(
                "something that is not ours was in the place of a file or directory of ours and was taken away",
                ["path": "\(path)", "found": "\(found)"])
        }
        for failure in layout.mendFiles() {
            logger.warning("a file of ours cannot be used", error: failure)
        }
        return layout
    }

    /// Takes the root and builds everything that the loop needs, from the bottom up.
    private func assemble(
        _ layout: ReleaseLayout, _ worker: consuming WorkerProgram, _ errorFile: ErrorFile
    ) throws -> (SyncLoop, SyncHooks, Workspace) {
        let url = try RemoteURL(plan)
        let settings = try RemoteSettings(
            plan, for: url, environment: environment, logger: logger, metrics: metrics)
        let query = try RefQuery(plan.settings.ref)
        let info = SidecarInfo(plan, remote: url)
        let events = Events(status, StatusReport(info: info))
        metrics.add(status, volume: layout.root)
        let reloader = try Reloader(plan, http: settings.http)
        try startControl(url, query, layout, info, events, reloader?.settings.targets ?? [])

        let (recorder, state) = recorder(layout, events, errorFile)
        let workspace = try workspace(layout, worker, from: url, recorded: state.live?.commit, events)
        let releases = RootReleases(workspace, cleaner: workspace.recovery.cleaner, http: settings.http)
        let source = RemoteSource(
            workspace, try RemoteRepository(url, settings), query, verifier: SignatureVerifier(plan),
            connect: { other in try RemoteRepository(other, settings) })
        let hooks = try hooks(settings.http, layout, directory: releases.directory)
        let schedule = LookSchedule(queue, period: plan.settings.period)
        let pipeline = Pipeline(
            DeploymentSettings(plan), source: source, releases: releases,
            application: reloader.map { ReloadedApplication($0, releases, workspace) }, hooks: hooks,
            triggers: schedule, clock: SystemClock(cancellation), recorder: recorder)
        pipeline.start()
        logger.info(
            "started",
            [
                "version": "\(Product.version)", "repo": "\(url)", "ref": "\(plan.settings.ref)",
                "root": "\(layout.root)", "link": "\(layout.link)",
                "live": "\(pipeline.state.live.map { "\($0.commit)" } ?? "nothing")",
            ])
        let loop = SyncLoop(
            LoopSettings(plan), pipeline: pipeline, queue: queue, schedule: schedule, hooks: hooks, status: status,
            heartbeat: heartbeat, cancellation: cancellation, logger: logger,
            onPause: {
                workspace.rest()
                events.statusChanged(evenTimes: true)
            })
        return (loop, hooks, workspace)
    }

    /// What we believe, as the last run left it, and everybody who is told of what changes.
    private func recorder(
        _ layout: ReleaseLayout, _ events: Events, _ errorFile: ErrorFile
    ) -> (Recorder, DeploymentState) {
        let file = StateFile(layout.stateFile)
        var (state, problem) = file.load()
        if let problem { logger.warning("the saved state is unusable and starts anew", ["reason": "\(problem)"]) }
        let journal = Journal(layout.journal)
        // Killed between the journal and the state.
        if let live = state.live?.commit, (try? journal.lastDeployed()) == live { state.live?.isInJournal = true }
        let logger = logger
        status.show(state)
        let metricsProjection = MetricsProjection(metrics)
        metricsProjection.showLive(state)
        let recorder = Recorder(
            state, storage: file, journal: journal,
            projections: [
                status, metricsProjection, LogProjection(logger, link: layout.link),
                ProgressReporter(events, statusLine), ErrorFileProjection(errorFile, logger),
            ], clock: SystemClock(cancellation))
        return (recorder, state)
    }

    private func workspace(
        _ layout: ReleaseLayout, _ worker: consuming WorkerProgram, from url: RemoteURL, recorded: ObjectID?,
        _ events: Events
    ) throws -> Workspace {
        let (logger, status, statusLine) = (logger, status, statusLine)
        let cleaner = try Cleaner(layout) { error in logger.warning("cannot remove what is not needed", error: error) }
        let recovery = Recovery(
            layout: layout, mode: plan.publishMode, options: try StagingOptions(plan), cleaner: cleaner,
            jobs: WorkerClient(plan, layout, worker, from: url, cleaner, logger))
        return Workspace(plan, layout, recovery, recorded: recorded, cancellation: cancellation, logger: logger) {
            stage, unit, message in
            StageProgress(
                stage, unit: unit, logging: message, status: status, events: events, logger: logger,
                statusLine: statusLine)
        }
    }

    private func hooks(
        _ http: HTTPConfiguration, _ layout: ReleaseLayout, directory: @escaping (ObjectID) -> String
    ) throws -> SyncHooks {
        let hooks = SyncHooks(
            before: try runner(Hook.beforePublishing(plan), http),
            after: try Hook.afterPublishing(plan).compactMap { try runner($0, http) }, plan, layout, logger: logger,
            directory: directory)
        if !plan.settings.oneTime { hookThreads = try hooks.all.map { try $0.start() } }
        return hooks
    }

    /// Answers from here on: probes are to be seen while a long recovery goes on.
    private func startControl(
        _ url: RemoteURL, _ query: RefQuery, _ layout: ReleaseLayout, _ info: SidecarInfo, _ events: Events,
        _ signalTargets: [Target]
    ) throws(SystemError) {
        if plan.settings.oneTime, plan.settings.httpBind == nil { return }
        var settings = ControlSettings(plan, remote: url, query: query)
        settings.signalTargets = signalTargets
        let control = ControlServer(
            settings, info, socketFile: layout.controlSocket, journal: Journal(layout.journal), status: status,
            events: events, metrics: metrics, queue: queue, heartbeat: heartbeat, logger: logger)
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

    /// Whoever runs us once finds nothing in the root that was to go.
    private func finishRemoving(_ workspace: Workspace) {
        do {
            try workspace.recovery.cleaner.finish(workspace.deadline(plan.settings.syncTimeout))
        } catch {
            if !cancellation.isCancelled { logger.warning("cannot remove what is not needed", error: error) }
        }
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
            hook, http: http, logger: logger, counter: metrics.hookRuns, cancellation: cancellation)
    }
}
