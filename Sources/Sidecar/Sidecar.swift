internal import GitProtocol
internal import GitStore
internal import HTTPClient
public import Options
public import Posix
internal import Releases
internal import Remote
public import Telemetry

/// The whole program but its command line: keeps a volume at the newest commit until it is told to stop.
public final class Sidecar {
    let plan: Plan
    let logger: Logger
    private let environment: [String: String]
    let cancellation: Cancellation
    let mailbox: Mailbox
    private let figures = Figures()
    private let status = Status()

    /// Prepares to do what a plan says; nothing happens yet.
    public init(_ plan: Plan, environment: [String: String], logger: Logger) throws(SystemError) {
        self.plan = plan
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
        do {
            try listenForSignals()
            let loop = try assemble(errorFile)
            let code = try plan.settings.oneTime ? loop.runOnce() : loop.run()
            logger.info("stopped", ["code": .count(code.rawValue)])
            return code
        } catch {
            logger.error("cannot run", error: error)
            do {
                try errorFile.write("cannot run", "\(error)")
            } catch {
                logger.warning("cannot write the error file", error: error)
            }
            return .failure
        }
    }

    /// Builds everything that the loop needs, from the bottom up.
    private func assemble(_ errorFile: ErrorFile) throws -> SyncLoop {
        if plan.settings.groupWrite { Files.setCreationMask(0o002) }
        HTTPLibrary.start()
        for warning in plan.warnings { logger.warning(warning) }
        for name in GitSettings(plan.gitConfig).unknown {
            logger.warning("this git setting has no effect here", ["name": "\(name)"])
        }
        let url = try RemoteURL(plan)
        let settings = try RemoteSettings(plan, for: url, environment: environment, logger: logger)
        let layout = try ReleaseLayout(root: plan.root.text, link: plan.link.text)
        try Files.makeDirectories(layout.state)
        let publisher = Publisher(layout: layout, mode: plan.publishMode)
        let stateFile = StateFile(layout.state)
        let (state, problem) = try stateFile.load()
        if let problem { logger.warning("the saved state is unusable and starts anew", ["reason": "\(problem)"]) }
        let parts = Parts(
            plan: plan, remote: try RemoteRepository(url, settings), query: try RefQuery(plan.settings.ref),
            store: try ObjectStore.open(layout.gitDirectory), layout: layout, publisher: publisher, figures: figures,
            status: status, logger: logger, cancellation: cancellation, stateFile: stateFile,
            journal: Journal(layout.state), beforePublishing: try runner(Hook.beforePublishing(plan), settings.http),
            state: state, live: try publisher.current())
        let hooks = try Hook.afterPublishing(plan).compactMap { try runner($0, settings.http) }
        if !plan.settings.oneTime { for hook in hooks { _ = try hook.start() } }
        if let hook = parts.beforePublishing { _ = try hook.start() }
        logger.info(
            "started",
            [
                "version": "\(Product.version)", "repo": "\(url)", "ref": "\(plan.settings.ref)",
                "root": "\(layout.root)", "link": "\(layout.link)",
            ])
        return SyncLoop(plan, deployer: Deployer(parts), mailbox: mailbox, hooks: hooks, errorFile: errorFile)
    }

    private func runner(_ hook: Hook?, _ http: HTTPConfiguration) throws(SystemError) -> HookRunner? {
        guard let hook else { return nil }
        return try HookRunner(
            hook, http: http, logger: logger, counter: figures.hookRuns, cancellation: cancellation)
    }
}
