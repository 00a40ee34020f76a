internal import Options
internal import Posix
internal import Releases
internal import Reload
internal import Telemetry

/// A published release that the application was not shown to run.
struct Unconfirmed {
    var release: Release
    /// The release before it, as far as there is one to go back to.
    var former: Release?
}

// The application is told about a release and shown to run it, or we go back to the last one that it ran.
extension Deployer {
    /// Tells the application about the release that is live, and waits until it runs it.
    ///
    /// `goesBack` says that the release is an earlier one, after a newer one has failed: then the application may be
    /// down, and is waited for.
    func apply(_ release: Release, from former: Release?, goesBack: Bool = false) throws(StageError) {
        unconfirmed = Unconfirmed(release: live ?? release, former: former)
        guard let reloader = parts.reloader else { return confirmed(nil) }
        let change = try perform(.notify) { () throws -> Change in
            var change = try describeChange(to: live ?? release, from: former)
            change.goesBack = goesBack
            for notice in try reloader.notify(change, deadline: deadline(actionLimit)) {
                logger.info("application told", ["action": "\(notice.action)", "outcome": "\(notice.outcome)"])
            }
            return change
        }
        let confirmation = try perform(.confirm) { try reloader.confirm(change, deadline: deadline(confirmLimit)) }
        confirmed(confirmation)
    }

    /// Makes sure that the application runs what is live, where that is still open: after a restart in the middle of a
    /// deployment, or after a roll-back that could not be confirmed.
    func confirmWhatIsLive() throws(StageError) {
        guard let open = unconfirmed, let current = state.current, let live else { return }
        narrator.speak(of: live.commit, isNews: false)
        // What was known to be good has nothing to go back to, and what a person chose is left to persons.
        let staysPublished = state.lastGood == live.commit || current.isChosen
        do throws(StageError) {
            try apply(live, from: open.former, goesBack: staysPublished)
        } catch {
            // It is asked for again.
            if staysPublished { throw error }
            let good = state.lastGood.map { Release(commit: $0, path: layout.directory(of: $0)) }
            throw try goBack(from: Origin(current), to: good, because: error)
        }
    }

    /// Publishes the last good release again after the application could not be brought to run a new one.
    ///
    /// - Returns: the failure to report: a verdict about the commit when we went back.
    func goBack(
        from bad: Origin, to good: Release?, because error: StageError
    ) throws(StageError) -> StageError {
        let cause = error.cause as? ReloadError
        // Called off by us: nothing is known about the commit, and the next start finds out.
        if parts.cancellation.isCancelled || cause?.code == .cancelled { return error }
        guard plan.rollsBack, let good else {
            logger.error(
                "the application does not run the new release, which stays published",
                ["hash": "\(bad.commit)", "stage": "\(error.stage.rawValue)"], error: error)
            note(bad, .failed, at: error.stage, reason: error.description, output: cause?.output)
            return error
        }
        reject(bad, at: error.stage, error.description, cause?.output ?? "", .rolledBack)
        try publishAgain(good)
        var reason = error.description
        do throws(StageError) {
            try apply(
                live ?? good, from: Release(commit: bad.commit, path: layout.directory(of: bad.commit)),
                goesBack: true)
            logger.warning("rolled back", ["hash": "\(good.commit)", "from": "\(bad.commit)"])
        } catch {
            // The good release stays published; every further attempt tries to confirm it.
            figures.deployments.add(1, "rollback-failed", error.stage.rawValue)
            logger.error(
                "rolled back, but the application does not run the good release either",
                ["hash": "\(good.commit)", "stage": "\(error.stage.rawValue)"], error: error)
            reason += "; gone back to \(good.commit), which the application does not run either: \(error)"
        }
        do throws(StageError) {
            try perform(.keep) { try keep() }
        } catch {
            logger.warning("cannot put away what was rolled back", error: error)
        }
        return StageError(
            stage: error.stage, cause: Verdict(description: reason, output: cause?.output ?? ""))
    }

    /// Publishes a release that was live before: its directory when that is as it was, else a new one from the store.
    ///
    /// When a person chose it, the commit that is left is held back from the same moment on.
    @discardableResult
    func publishAgain(_ good: Release, leaving left: Origin? = nil) throws(StageError) -> Origin {
        let summary = try perform(.publish, quietly: true) { try describe(good.commit) }
        let known = state.retired.first { $0.commit == good.commit }?.reference
        let reference = known ?? state.current?.reference ?? plan.settings.ref
        let release = try perform(.stage, quietly: true) { () throws -> Release in
            let release = Release(commit: good.commit, path: layout.directory(of: good.commit))
            let limit = deadline(plan.settings.syncTimeout)
            if try Files.statusIfPresent(release.path)?.kind == .directory,
                try verify(release, .quick, limit).isEmpty
            {
                return release
            }
            return try makeRelease(good.commit, limit)
        }
        let origin = Origin(
            State.Published(
                commit: good.commit, reference: reference, subject: Origin.shortened(summary.subject), time: .now(),
                isConfirmed: false))
        let held = state.quarantine
        if let left {
            tellBeforePublishing(HookEvent(commit: good.commit, directory: release.path))
            // Chosen again, it is not held back any more.
            state.quarantine.removeAll { $0.commit == good.commit }
            holdBack(left, at: .publish, "gone back from by hand", "")
        }
        do throws(StageError) {
            try publish(release, origin, isChosen: left != nil)
        } catch {
            state.quarantine = held
            throw error
        }
        return origin
    }

    private func confirmed(_ confirmation: Confirmation?) {
        unconfirmed = nil
        state.current?.isConfirmed = true
        state.lastGood = live?.commit
        let running = confirmation?.evidence.running ?? .unknown
        if let confirmation, let live {
            state.running = State.Running(
                commit: live.commit, verdict: running.rawValue, cause: confirmation.evidence.cause, time: .now())
            figures.running.setOnly(running.rawValue)
        }
        saveState()
        status.update { status in
            status.running = state.running
            status.isUnconfirmed = false
        }
        noteKept()
        guard let confirmation else { return }
        figures.confirmed.setToNow()
        logger.info(
            "confirmed",
            [
                "hash": "\(live.map { "\($0.commit)" } ?? "")", "running": "\(running.rawValue)",
                "cause": "\(confirmation.evidence.cause)", "checks": .count(confirmation.checks),
                "healthy_after": .seconds(confirmation.healthyAfter),
            ])
        for step in confirmation.escalations {
            logger.warning("the application was made to restart", ["by": "\(step)"])
        }
        if running == .stale {
            logger.warning("the application still uses an old release", ["cause": "\(confirmation.evidence.cause)"])
        }
    }

    private func describeChange(to release: Release, from former: Release?) throws -> Change {
        let others = try FileDescriptor.openDirectory(layout.releases).entries().map { entry in
            layout.releases + "/" + String(decoding: entry.name, as: UTF8.self)
        }
        return Change(
            commit: release.commit, paths: try changedPaths(from: former?.commit, to: release.commit),
            release: release.path, otherReleases: others.filter { $0 != release.path }, publishedAt: publishedAt,
            environment: environment(for: release))
    }

    /// Actions have limits of their own; this one is for all of them together.
    private var actionLimit: Duration { plan.settings.healthTimeout * 2 + plan.settings.reloadTimeout + .seconds(60) }

    /// The health check has limits of its own; this one is for what it may do all in all, escalations included.
    private var confirmLimit: Duration {
        let settings = plan.settings
        let escalation = (settings.terminateAfter ?? .zero) + (settings.killAfter ?? .zero)
        return settings.healthTimeout * 3 + settings.healthWatch + escalation + .seconds(30)
    }

    /// What one attempt may take at most, everything that has a limit of its own included: twice, for going back.
    var longestAttempt: Duration {
        let settings = plan.settings
        let commands = settings.prepareTimeout + settings.validateTimeout
        return settings.syncTimeout * 3 + (commands + actionLimit + confirmLimit) * 2
    }
}
