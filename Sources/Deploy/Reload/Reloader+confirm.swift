internal import Figures
public import Posix

extension Reloader {
    /// Waits until the application is well and, as far as it can be seen, runs the release.
    ///
    /// With a health check that names the revision, that is the proof. Otherwise the processes of the targets are
    /// looked at; what they show is part of the result, and a failure only with an escalation configured: then an
    /// application that does not let go of the old release is terminated, killed, and waited for.
    ///
    /// - Parameters:
    ///   - change: the release.
    ///   - deadline: when to give up, whatever else is configured.
    ///   - limit: how long it may take to become healthy; nil for what the health check says.
    ///   - look: is called between two checks; what it throws ends the wait.
    /// - Returns: what was seen.
    /// - Throws: `unhealthy`, `ended` or `unconfirmed`: the release is not to be kept. `cancelled`: nothing
    ///   is known about it. What `look` throws.
    public func confirm(
        _ change: ReleaseChange, deadline: Deadline, within limit: Duration? = nil,
        _ look: (ConfirmState) throws -> Void = { _ in }
    ) throws -> ConfirmResult {
        try withoutActuallyEscaping(look) { look in
            let work = ConfirmWork(reloader: self, change: change, deadline: deadline, limit: limit, look: look)
            do throws(ReloadError) {
                return try work.run()
            } catch {
                throw work.interruption ?? error
            }
        }
    }
}

/// How far a confirmation is.
public struct ConfirmState: Sendable, Equatable {
    /// Checks in a row that the application itself answered with a failure.
    public var answeredFailures: Int
    /// Since the beginning of `confirm`.
    public var elapsed: Duration
}

/// One confirmation, from the first check to the last.
final class ConfirmWork {
    let reloader: Reloader
    let change: ReleaseChange
    let deadline: Deadline
    let settings: ReloadSettings
    private let start: ContinuousClock.Instant
    /// From when on the time for getting well counts: from the beginning, or the last escalation.
    private(set) var since: ContinuousClock.Instant
    private var steps: [(after: Duration, signal: Int32)]
    private(set) var escalations: [String] = []
    private var checks = 0
    private var answeredFailures = 0
    private let limit: Duration?
    /// Nil where nobody is expected to start again, or nothing better could be done.
    private var restarts: RestartWatch?
    private let look: (ConfirmState) throws -> Void
    /// What the caller ended the wait with.
    private(set) var interruption: (any Error)?

    init(
        reloader: Reloader, change: ReleaseChange, deadline: Deadline, limit: Duration?,
        look: @escaping (ConfirmState) throws -> Void
    ) {
        self.limit = limit
        self.look = look
        self.reloader = reloader
        self.change = change
        self.deadline = deadline
        settings = reloader.settings
        start = deadline.now
        since = start
        steps = reloader.signalledAt == nil ? [] : reloader.settings.escalation.steps
        restarts =
            change.goesBack || reloader.activeTargets.isEmpty
            ? nil : RestartWatch(reloader, publishedAt: change.publishedAt)
    }

    func run() throws(ReloadError) -> ConfirmResult {
        while true {
            try waitUntilHealthy()
            let healthyAfter = elapsed
            // No evidence means that it was terminated or killed, and has to become well again first.
            guard let evidence = try waitForEvidence() else { continue }
            try watch()
            return ConfirmResult(
                evidence: evidence, checks: checks, healthyAfter: healthyAfter, escalations: escalations)
        }
    }

    /// Whether a revision in the health answer is what will prove it.
    var provesRevision: Bool { settings.health?.provesRevision == true && !reloader.isLeftAlone }

    /// Whether there are signals left to send to those who do not react.
    var canEscalate: Bool { !steps.isEmpty }

    private var elapsed: Duration { start.duration(to: deadline.now) }

    private func probe(_ health: HealthCheck, _ deadline: Deadline) throws(ReloadError) {
        checks += 1
        let context = ProbeContext(
            commit: reloader.isLeftAlone ? nil : change.commit, directory: change.release,
            environment: change.environment, http: settings.http)
        try health.probe(context, deadline)
    }

    func waitUntilHealthy() throws(ReloadError) {
        guard let health = settings.health else { return }
        var successes = 0
        var failures = 0
        var previous: ReloadError?
        var refusals = Refusals(health)
        while true {
            let limit = limited(min(health.timeout, limit ?? health.timeout))
            do {
                try probe(health, limit)
                (successes, failures) = (successes + 1, 0)
                answeredFailures = 0
                refusals.end()
                if successes >= health.successes { return }
            } catch {
                if error.code == .cancelled { throw error }
                (successes, failures) = (0, failures + 1)
                answeredFailures = error.isAnswer ? answeredFailures + 1 : 0
                if error.isConfiguration {
                    throw ReloadError(
                        code: error.code, operation: "confirm \(change.commit)", message: "\(error)",
                        output: error.output)
                }
                try checkAlive()
                // Going back, there is nothing better to publish. Who is going to be restarted may answer differently then.
                if refusals.count(error, at: deadline.now), !change.goesBack, !canEscalate {
                    throw ReloadError(
                        code: .unhealthy, operation: "confirm \(change.commit)",
                        message: "\(health.failures) checks in a row were answered with a failure: \(error)",
                        output: error.output)
                }
                if try !escalate(), limit.remaining == .zero {
                    // The last check was cut short by the end of the time: the one before it knew the reason.
                    let reason = previous ?? error
                    throw ReloadError(
                        code: .unhealthy, operation: "confirm \(change.commit)",
                        message: "not healthy within \(measuredText(elapsed.inSeconds)): \(reason)",
                        output: reason.output)
                }
                previous = error
            }
            try pause(
                health.pause(afterEqual: max(successes, failures), waited: elapsed))
        }
    }

    /// Every check from now on must succeed, for as long as it is asked for.
    private func watch() throws(ReloadError) {
        guard let health = settings.health, health.watch > .zero else { return }
        let end = deadline.now + health.watch
        while end > deadline.now, deadline.remaining > .zero {
            try pause(min(health.interval, deadline.now.duration(to: end)))
            do {
                try probe(health, deadline.renewed(for: health.probeLimit))
            } catch {
                if error.code == .cancelled { throw error }
                throw ReloadError(
                    code: .unhealthy, operation: "confirm \(change.commit)",
                    message: "it was healthy, but not for \(durationText(health.watch)): \(error)", output: error.output
                )
            }
        }
    }

    /// The deadline, or the end of a time that counts from the beginning or the last escalation.
    func limited(_ time: Duration) -> Deadline {
        deadline.capped(at: deadline.now.duration(to: since + time))
    }

    func pause(_ duration: Duration) throws(ReloadError) {
        do {
            try look(ConfirmState(answeredFailures: answeredFailures, elapsed: elapsed))
        } catch {
            interruption = error
            throw ReloadError(code: .interrupted, operation: "confirm \(change.commit)", message: "\(error)")
        }
        var left = max(.zero, min(duration, deadline.remaining))
        repeat {
            let step = restarts.map { min(left, $0.pace) } ?? left
            do {
                try deadline.pause(step)
            } catch {
                if error.isCancelled { throw ReloadError(error) }
                // Whoever paused looks at the time.
            }
            left -= step
            try checkRestarts()
        } while left > .zero
    }

    /// Fails when the application was started on the release again and again, and ended each time.
    private func checkRestarts() throws(ReloadError) {
        guard let ended = try restarts?.look() else { return }
        throw ReloadError(
            code: .ended, operation: "confirm \(change.commit)",
            message:
                "it does not stay up: \(ended.map(\.shown).joined(separator: " and ")) ended after they were started on it"
        )
    }

    /// Fails at once when a signal that should have made it reload ended the application, and nobody has restarted it.
    ///
    /// The earlier the release before it is back, the better the chance that it is what the application restarts with.
    func checkAlive() throws(ReloadError) {
        // Going back, there is nothing better to publish: whatever restarts it finds a good release.
        if change.goesBack { return }
        let ended = reloader.signalled.first { !isEnding($0.signal) && $0.process.hasEnded }
        guard let ended, escalations.isEmpty, try roots().isEmpty else { return }
        throw ReloadError(
            code: .ended, operation: "confirm \(change.commit)",
            message: "\(ended.process.entry.shown) ended after \(Signal(ended.signal))",
            hint: "a server that is meant to end and to be restarted gets TERM")
    }

    /// The processes that the signalled targets stand for now.
    func roots() throws(ReloadError) -> [Int32] {
        let targets = reloader.activeTargets.isEmpty ? settings.targets : reloader.activeTargets
        var roots: [Int32] = []
        for target in targets {
            do {
                roots += try target.find(ourselves: reloader.ourselves).map(\.entry.processID)
            } catch {
                if ![.noTarget, .stalePidFile, .permission].contains(error.code) { throw error }
            }
        }
        return roots
    }

    /// Sends the next signal of the escalation when its time has come; whether it did.
    func escalate() throws(ReloadError) -> Bool {
        guard let signalledAt = reloader.signalledAt, let step = steps.first,
            deadline.now >= signalledAt + step.after
        else { return false }
        steps.removeFirst()
        var reached = false
        for signalled in reloader.signalled where try signalled.process.send(signal: step.signal) {
            escalations.append("sent \(Signal(step.signal).name) to \(signalled.process.entry.shown)")
            reached = true
        }
        if reached { since = deadline.now }
        return reached
    }
}

/// A release that the application is well with, as far as anybody asked.
public struct ConfirmResult: Sendable, Equatable {
    /// Whether the application runs it, and how that is known.
    public let evidence: Evidence
    /// How many health checks were made.
    public let checks: Int
    /// From the beginning of `confirm` to the last health check that counted, without the time of watching.
    public let healthyAfter: Duration
    /// What was done to processes that did not react, in words.
    public let escalations: [String]
}
