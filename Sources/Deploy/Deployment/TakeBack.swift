internal import GitObjects
internal import Posix

// The application does not run what is live: the last release that it ran is published again, or a newer commit is tried.
extension Pipeline {
    /// Publishes the last good release again, and holds back the commit that the application could not be brought to run.
    ///
    /// It needs that release's directory and the state, nothing else. What the commit has not done does not hold it
    /// back: it is put off.
    ///
    /// - Returns: the failure to report: one of the commit when we went back from it for what it did.
    func takeBack(because error: StageError) throws(StageError) -> StageError {
        guard let bad = state.live else { return error }
        switch error.failure.blame {
        // Called off by us: nothing is known about the commit, and the next start finds out.
        case .cancelled: return error
        case .overtaken: return overtake(bad, error)
        case .commit, .attempt, .store, .configuration: if clock.isCancelled { return error }
        }
        guard settings.rollsBack, let good = state.lastGood, good.commit != bad.commit else {
            endFailed(bad.info, error)
            return StageError(error.stage, Failure(error.description, output: error.failure.output))
        }
        let intent = Intent(good.info, goesBackFrom: bad.commit)
        // Where time was cut short because of commits before it, the commit has not had its chance.
        let hadItsTime = !isTimeShared
        let isToBlame = error.failure.blame == .commit
        if !isToBlame, state.postponed?.commit != bad.commit {
            recorder.record(
                .postponed(postponed(bad.info, error)),
                .deploymentEnded(
                    DeploymentRecord(
                        bad.info, .failed, at: error.stage, time: clock.now.time, reason: error.description,
                        output: error.failure.output, durations: durations)),
                .intended(intent))
        } else if isToBlame, hadItsTime, !state.isHeldBack(bad.commit) {
            recorder.record(
                .deploymentEnded(
                    DeploymentRecord(
                        bad.info, .rolledBack, at: error.stage, time: clock.now.time, reason: error.description,
                        output: error.failure.output, durations: durations)),
                .heldBack(heldBack(bad.info, error)), .intended(intent))
        } else {
            recorder.record(.intended(intent))
        }
        settled = nil
        do throws(StageError) {
            try makeAgain(good.commit)
        } catch {
            abandon(intent)
            throw error
        }
        try publish(intent)
        var reason = error.description
        if let application {
            do throws(StageError) {
                try tellAndConfirm(application, former: bad.commit, goesBack: true)
            } catch {
                // The good release stays published; every further attempt tries to confirm it.
                reason += "; gone back to \(good.commit), \(TakeBackWords.neither): \(error)"
            }
        }
        judged = bad.commit
        let blame: Failure.Blame =
            !isToBlame ? .configuration : hadItsTime ? .commit : .overtaken(by: bad.commit)
        return StageError(error.stage, Failure(reason, output: error.failure.output, blame: blame))
    }

    /// A newer commit takes the place of one that the application was not seen to run in time.
    private func overtake(_ older: LiveRelease, _ error: StageError) -> StageError {
        recorder.record(
            .deploymentEnded(
                DeploymentRecord(
                    older.info, .overtaken, at: error.stage, time: clock.now.time, reason: error.description,
                    durations: durations)))
        return error
    }

    /// Looks at the remote while the application is waited for, once the release has failed a check or used half of its
    /// time, and gives up the wait when there is something newer.
    func makeWay(for progress: ConfirmProgress) throws(Failure) {
        guard let live = state.live, source.fixedCommit == nil else { return }
        guard progress.answeredFailures > 0 || progress.elapsed * 2 >= settings.healthTimeout else { return }
        guard triggers.isLookDue() else { return }
        let found: RemoteReference
        do throws(Failure) {
            found = try source.resolve(clock.deadline(settings.syncTimeout))
        } catch {
            // A remote that cannot be asked now has nothing newer to say.
            return
        }
        recorder.record(.remoteHas(found.commit))
        guard found.commit != live.commit, found.id != settled, found.id != asked, !state.isHeldBack(found.commit)
        else { return }
        throw Failure("overtaken by \(found.commit)", blame: .overtaken(by: found.commit))
    }

    /// What is left of `--health-timeout` in an outage that began with an earlier release.
    var timeLeft: Duration? {
        guard isTimeShared, let since = state.unconfirmedSince else { return nil }
        return max(.zero, settings.healthTimeout - since.duration(to: clock.now.instant))
    }

    /// Whether a release before the live one was not seen to run either, so that they have one time together.
    private var isTimeShared: Bool {
        guard let since = state.unconfirmedSince, let published = state.liveSince else { return false }
        return since < published && settings.rollsBack && state.lastGood != nil
    }

    /// Before another commit is tried: an application that has been without a release that it runs for as long as one may
    /// take gets the last good one first.
    func endOutage() throws(StageError) {
        guard application != nil, settings.rollsBack, let live = state.live, !live.isConfirmed, !live.isChosen,
            let good = state.lastGood, good.commit != live.commit, let since = state.unconfirmedSince,
            since.duration(to: clock.now.instant) >= settings.healthTimeout
        else { return }
        let words = "no release was healthy for \(settings.healthTimeout)"
        _ = try takeBack(because: StageError(.confirm, Failure(words, blame: .commit)))
    }
}

/// What is said of a roll-back that did not help.
enum TakeBackWords {
    static let neither = "which the application does not run either"
}
