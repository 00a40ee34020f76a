internal import GitObjects
internal import Options
internal import Posix
internal import Releases
internal import Remote
internal import Telemetry

/// Decides when the next attempt comes, what its end means, and when the process has had enough.
///
/// Runs on the thread that calls it until it is called off or gives up.
final class SyncLoop {
    private let plan: Plan
    private let deployer: Deployer
    private let mailbox: Mailbox
    private let hooks: [HookRunner]
    private let figures: Figures
    private let status: Status
    private let logger: Logger
    private let errorFile: ErrorFile
    private let heartbeat: Heartbeat
    private let cancellation: Cancellation
    private let patience: Patience
    private var pace: Pace
    private var lookFailure: String?

    init(
        _ plan: Plan, deployer: Deployer, mailbox: Mailbox, hooks: [HookRunner], heartbeat: Heartbeat,
        errorFile: ErrorFile
    ) {
        self.plan = plan
        self.deployer = deployer
        self.mailbox = mailbox
        self.hooks = hooks
        self.errorFile = errorFile
        self.heartbeat = heartbeat
        figures = deployer.figures
        status = deployer.status
        logger = deployer.logger
        cancellation = deployer.parts.cancellation
        let settings = plan.settings
        patience = Patience(maximum: settings.maxFailures, initialMaximum: settings.initMaxFailures)
        pace = Pace(
            period: settings.period, initialPeriod: plan.initPeriod, jitter: Double(settings.jitter.percent) / 100,
            maximumBackoff: settings.maxBackoff)
    }

    /// Syncs until it is told to stop, or until it may give up.
    func run() throws(SystemError) -> ExitCode {
        while true {
            if try !attempt() { return .failure }
            if cancellation.isCancelled { return .success }
            let pause = pace.pause(chance: .random(in: 0...1))
            logger.debug("waiting", ["seconds": .seconds(pause)])
            if !deployer.isSettledForGood {
                let next = ContinuousClock.now.advanced(by: pause)
                status.update { $0.nextAttempt = next }
            }
            deployer.parts.events.statusChanged(evenTimes: true)
            let reasons = try wait(pause)
            if cancellation.isCancelled { return .success }
            if !reasons.isEmpty { logger.debug("woken", ["by": .list(reasons.map { .text($0.rawValue) })]) }
        }
    }

    /// Waits until the next attempt is due or somebody asks for one, and has an eye on the live release meanwhile.
    ///
    /// A whole look at it is spread over the pause, so that no moment is expensive, and takes a second at least.
    private func wait(_ pause: Duration) throws(SystemError) -> [WakeReason] {
        var end = ContinuousClock.now.advanced(by: pause)
        let slices = SyncLoop.slices(files: deployer.watch?.files ?? 0, pause: pause)
        let share = min(1, pause.inSeconds) / Double(slices)
        while true {
            for _ in 1...slices {
                let left = ContinuousClock.now.duration(to: end)
                heartbeat.beat(until: .now.advanced(by: min(left, pause / slices) + plan.settings.syncTimeout))
                let reasons = try mailbox.wait(.after(min(left, pause / slices), cancellation: cancellation))
                if !reasons.isEmpty || cancellation.isCancelled { return reasons }
                do throws(StageError) {
                    try deployer.look(share: share)
                    lookFailure = nil
                } catch {
                    // Said once, and not with each look.
                    if lookFailure != error.description {
                        logger.error("cannot look after the live release", error: error)
                    }
                    lookFailure = error.description
                }
            }
            // Nothing can change any more at the remote: it is not asked.
            if !deployer.isSettledForGood { return [] }
            end = .now.advanced(by: pause)
        }
    }

    private static func slices(files: Int, pause: Duration) -> Int {
        let bySize = (files + 1999) / 2000
        let byTime = Int(pause.inSeconds * 10)
        return max(1, min(bySize, byTime, 50))
    }

    /// One deployment, with each hook run once: for `--one-time`.
    func runOnce() throws(SystemError) -> ExitCode {
        while true {
            let mayGoOn = try attempt()
            if cancellation.isCancelled { return .success }
            if !mayGoOn { return .failure }
            if pace.failures == 0, let live = deployer.live { return runHooksOnce(live) ? .success : .failure }
            if patience.maximum == nil && patience.initialMaximum == nil { return .failure }
            _ = try mailbox.wait(.after(pace.pause(chance: .random(in: 0...1)), cancellation: cancellation))
            if cancellation.isCancelled { return .success }
        }
    }

    /// One attempt and its consequences; false when the process is to end because of it.
    private func attempt() throws(SystemError) -> Bool {
        let start = ContinuousClock.now
        heartbeat.beat(until: start.advanced(by: deployer.longestAttempt))
        let (number, order) = mailbox.begin()
        let narrator = deployer.narrator
        narrator.begin(number, isOrdered: order != nil)
        do throws(StageError) {
            let outcome = try deployer.attempt(order)
            let mayGoOn = settle(outcome, ContinuousClock.now - start)
            noteUnconfirmed()
            narrator.end(outcome)
            return mayGoOn
        } catch {
            var mayGoOn = true
            if case .rollBack = order {
                refuse(error)
            } else if !cancellation.isCancelled {
                mayGoOn = fail(error, ContinuousClock.now - start)
            }
            noteUnconfirmed()
            narrator.end("failed", nil, error, isQuiet: false)
            return mayGoOn
        }
    }

    private func noteUnconfirmed() {
        let isUnconfirmed = deployer.unconfirmed != nil
        status.update { $0.isUnconfirmed = isUnconfirmed }
    }

    /// What a person asked for did not work out; that says nothing about the remote, nor about our own state.
    private func refuse(_ error: StageError) {
        if cancellation.isCancelled { return }
        status.update { $0.lastFailure = Status.Failure(error) }
        logger.error(
            "the order to go back was not carried out to the end", ["stage": "\(error.stage.rawValue)"], error: error)
    }

    private func settle(_ outcome: Outcome, _ duration: Duration) -> Bool {
        let isFirst = !pace.hasSucceeded
        switch outcome {
        case .unchanged(let commit):
            figures.syncs.add(1, "noop")
            figures.syncDuration.observe(duration, "noop")
            if isFirst { announce(commit, isNew: false) }
        case .deployed(let commit):
            figures.syncs.add(1, "success")
            figures.syncDuration.observe(duration, "success")
            announce(commit, isNew: true)
        case .chosen(let commit):
            figures.syncs.add(1, "success")
            figures.syncDuration.observe(duration, "success")
            announce(commit, isNew: true)
            // It says nothing about the remote.
            figures.stale.set(status.now.behindSince == nil ? 0 : 1)
            return true
        case .heldBack(let commit):
            figures.syncs.add(1, "noop")
            figures.syncDuration.observe(duration, "noop")
            figures.stale.set(1)
            if plan.settings.oneTime {
                logger.error("what the remote has is not published: it failed before", ["hash": "\(commit)"])
                return false
            }
            // Nothing went wrong this time; what went wrong before is still in the error file.
            if deployer.live != nil { succeeded() }
            return deployer.live != nil || mayGoOn()
        case .rejected(let commit, let error):
            figures.syncs.add(1, "error")
            figures.syncDuration.observe(duration, "error")
            figures.stale.set(1)
            writeErrorFile(
                "the new release was rejected", error, [("hash", "\(commit)"), ("stage", error.stage.rawValue)])
            pace.failed(retryAfter: nil)
            status.update { status in
                status.failures = pace.failures
                status.isFailing = false
                status.lastFailure = Status.Failure(error)
            }
            return mayGoOn()
        }
        succeeded()
        figures.stale.set(0)
        do {
            try errorFile.clear()
        } catch {
            logger.warning("cannot remove the error file", error: error)
        }
        return true
    }

    private func succeeded() {
        pace.succeeded()
        status.update { status in
            status.failures = 0
            status.isFailing = false
            status.lastFailure = nil
            status.hasSucceeded = true
        }
        figures.failuresInARow.set(0)
    }

    private func fail(_ error: StageError, _ duration: Duration) -> Bool {
        figures.syncs.add(1, "error")
        figures.syncDuration.observe(duration, "error")
        figures.deployments.add(1, JournalEntry.Outcome.failed.rawValue, error.stage.rawValue)
        pace.failed(retryAfter: (error.cause as? RemoteError)?.retryAfter)
        figures.failuresInARow.set(Double(pace.failures))
        figures.stale.set(1)
        status.update { status in
            status.failures = pace.failures
            status.isFailing = true
            status.lastFailure = Status.Failure(error)
        }
        logger.error(
            deployer.live == nil ? "sync failed; nothing is published yet" : "sync failed; what is live stays",
            ["stage": "\(error.stage.rawValue)", "failures": .count(pace.failures)], error: error)
        writeErrorFile("sync failed", error, [("stage", error.stage.rawValue), ("failures", "\(pace.failures)")])
        return mayGoOn()
    }

    private func mayGoOn() -> Bool {
        guard
            patience.isExhausted(
                failures: pace.failures, hasSucceeded: pace.hasSucceeded, isServing: deployer.live != nil)
        else { return true }
        logger.error("giving up", ["failures": .count(pace.failures)])
        return false
    }

    /// Tells the hooks and touches the file: after each deployment, and after the first success of this process.
    private func announce(_ commit: ObjectID, isNew: Bool) {
        if let path = plan.settings.touchFile {
            do {
                try TouchFile.touch(path.text)
            } catch {
                logger.error("cannot touch the file", error: error)
            }
        }
        guard !plan.settings.oneTime, let live = deployer.live else { return }
        for hook in hooks { hook.send(HookEvent(commit: commit, directory: live.path)) }
    }

    private func runHooksOnce(_ live: Release) -> Bool {
        var succeeded = !deployer.hookFailed
        for hook in hooks {
            do throws(HookError) {
                try hook.runOnce(HookEvent(commit: live.commit, directory: live.path))
            } catch {
                succeeded = false
            }
        }
        return succeeded
    }

    private func writeErrorFile(_ message: String, _ error: StageError, _ arguments: [(String, String)]) {
        do {
            try errorFile.write(message, error.description, arguments)
        } catch {
            logger.warning("cannot write the error file", error: error)
        }
    }
}
