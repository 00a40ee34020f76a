package import GitObjects
package import Posix
package import Telemetry

/// The parameters of the loop.
package struct LoopSettings: Sendable {
    package var period: Duration = .seconds(10)
    package var initialPeriod: Duration = .seconds(10)
    package var jitter = 0.1
    package var maximumBackoff: Duration = .seconds(300)
    package var failureLimit = FailureLimit()
    package var isOneTime = false
    package var syncTimeout: Duration = .seconds(120)
    /// What one attempt may take at most, everything that has a limit of its own included.
    package var longestAttempt: Duration = .seconds(600)

    package init() {}
}

/// Decides when the next attempt comes, and when the process has had enough.
///
/// Runs on the thread that calls it until it is called off or gives up.
package final class SyncLoop {
    private let settings: LoopSettings
    private let pipeline: Pipeline
    private let queue: TriggerQueue
    private let schedule: LookSchedule
    private let hooks: any Hooks
    private let status: Status
    private let heartbeat: Heartbeat
    private let cancellation: Cancellation
    private let logger: Logger
    /// Is told when an attempt has ended and the next one is known.
    private let onPause: () -> Void
    private var pace: Pace

    package init(
        _ settings: LoopSettings, pipeline: Pipeline, queue: TriggerQueue, schedule: LookSchedule, hooks: any Hooks,
        status: Status, heartbeat: Heartbeat, cancellation: Cancellation, logger: Logger,
        onPause: @escaping () -> Void
    ) {
        self.settings = settings
        self.pipeline = pipeline
        self.queue = queue
        self.schedule = schedule
        self.hooks = hooks
        self.status = status
        self.heartbeat = heartbeat
        self.cancellation = cancellation
        self.logger = logger
        self.onPause = onPause
        pace = Pace(
            period: settings.period, initialPeriod: settings.initialPeriod, jitter: settings.jitter,
            maximumBackoff: settings.maximumBackoff)
    }

    /// How the loop ended.
    package enum End: Sendable, Equatable {
        case stopped
        /// `--one-time`, and this commit is live.
        case done(ObjectID)
        case gaveUp
    }

    /// Syncs until it is told to stop, until it may give up, or with `--one-time` until something is live.
    package func run() throws(SystemError) -> End {
        var isTriggered = false
        while true {
            let outcome = attempt(isTriggered)
            if cancellation.isCancelled { return .stopped }
            if case .overtaken = outcome { continue }
            if settings.isOneTime, let end = end(after: outcome) { return end }
            if isExhausted(outcome) {
                logger.error("giving up", ["failures": .count(pace.failures)])
                return .gaveUp
            }
            let pause = pace.pause(chance: .random(in: 0...1))
            logger.debug("waiting", ["seconds": .seconds(pause)])
            if !pipeline.isSettledForGood { status.setNextAttempt(.now.advanced(by: pause)) }
            onPause()
            let reasons =
                settings.isOneTime
                ? try queue.wait(.after(pause, cancellation: cancellation)) : try wait(pause)
            if cancellation.isCancelled { return .stopped }
            isTriggered = !reasons.isEmpty
            if !reasons.isEmpty { logger.debug("woken", ["by": .list(reasons.map { .text($0.rawValue) })]) }
        }
    }

    /// `isTriggered` when somebody asked for it, as one does after a push.
    private func attempt(_ isTriggered: Bool) -> Outcome {
        heartbeat.beat(until: .now.advanced(by: settings.longestAttempt))
        let (number, order) = queue.begin()
        let isFirst = !pace.hasSucceeded
        let outcome = pipeline.attempt(number, order, isChangeExpected: isTriggered || settings.isOneTime)
        schedule.looked()
        switch outcome {
        case .unchanged(let commit):
            pace.succeeded()
            if isFirst { hooks.synced(commit) }
        case .deployed(let commit), .chosen(let commit):
            pace.succeeded()
            hooks.synced(commit)
        // The remote has answered: a newer commit should not have to wait for a back-off.
        case .heldBack, .postponed: if pipeline.state.live != nil { pace.succeeded() }
        case .rejected: pace.failed(retryAfter: nil)
        case .failed(let error): pace.failed(retryAfter: error.failure.retryAfter)
        case .refused, .overtaken, .cancelled: break
        }
        return outcome
    }

    private func end(after outcome: Outcome) -> End? {
        switch outcome {
        case .unchanged(let commit), .deployed(let commit), .chosen(let commit): return .done(commit)
        case .heldBack(let commit):
            logger.error("what the remote has is not published: it failed before", ["hash": "\(commit)"])
            return .gaveUp
        case .postponed(let commit, let error):
            logger.error(
                "what the remote has is not published: it is put off until the parameters change",
                ["hash": "\(commit)"], error: error)
            return .gaveUp
        case .failed, .rejected, .refused:
            let limit = settings.failureLimit
            return limit.maximum == nil && limit.initialMaximum == nil ? .gaveUp : nil
        case .overtaken, .cancelled: return nil
        }
    }

    private func isExhausted(_ outcome: Outcome) -> Bool {
        switch outcome {
        case .failed, .rejected: break
        case .heldBack: if pipeline.state.live != nil { return false }
        default: return false
        }
        return settings.failureLimit.isExhausted(
            failures: pace.failures, hasSucceeded: pace.hasSucceeded, isServing: pipeline.state.live != nil)
    }

    /// Waits until the next attempt is due or triggered, and has an eye on the live release meanwhile.
    ///
    /// A whole look at it is spread over the pause, so that no moment is expensive, and takes a second at least.
    private func wait(_ pause: Duration) throws(SystemError) -> [WakeReason] {
        var end = ContinuousClock.now.advanced(by: pause)
        let slices = SyncLoop.slices(files: pipeline.releases.watchedFiles, pause: pause)
        let share = min(1, pause.inSeconds) / Double(slices)
        while true {
            for _ in 1...slices {
                let left = ContinuousClock.now.duration(to: end)
                heartbeat.beat(until: .now.advanced(by: min(left, pause / slices) + settings.syncTimeout))
                let reasons = try queue.wait(.after(min(left, pause / slices), cancellation: cancellation))
                if !reasons.isEmpty || cancellation.isCancelled { return reasons }
                if pipeline.lookAfterLive(share: share) { return [] }
            }
            // Nothing can change any more at the remote: it is not asked.
            if !pipeline.isSettledForGood { return [] }
            end = .now.advanced(by: pause)
        }
    }

    private static func slices(files: Int, pause: Duration) -> Int {
        let bySize = (files + 1999) / 2000
        let byTime = Int(min(pause.inSeconds, 3600) * 10)
        return max(1, min(bySize, byTime, 50))
    }
}
