internal import GitObjects
internal import Posix

// Which commits are not tried again by themselves, and what a person decides about that.
extension Pipeline {
    /// The remote has a commit that failed before: what is live stays, and is looked after.
    ///
    /// - Returns: nil when the commit is to be tried.
    func stayBack(_ commit: ObjectID) throws(StageError) -> Outcome? {
        guard commit != state.live?.commit else { return nil }
        let outcome: Outcome
        if state.isHeldBack(commit) {
            outcome = .heldBack(commit)
        } else if let put = state.postponed, put.commit == commit {
            outcome = .postponed(commit, StageError(put.stage, Failure(put.reason, output: put.output)))
        } else {
            return nil
        }
        if needsRedeployment { try redeployLive() }
        try confirmLive()
        return outcome
    }

    /// Puts a commit off that was never published, for a reason that is not the commit's.
    ///
    /// While nothing is live there is nothing to wait for.
    func postpone(_ info: CommitInfo, _ error: StageError) {
        guard state.live != nil else {
            recorder.record(.abandoned(info.commit))
            return
        }
        recorder.record(
            .postponed(postponed(info, error)),
            .deploymentEnded(
                DeploymentRecord(
                    info, .failed, at: error.stage, time: clock.now.time, reason: error.description,
                    output: error.failure.output, durations: durations)), .abandoned(info.commit))
    }

    func postponed(_ info: CommitInfo, _ error: StageError) -> Postponed {
        Postponed(
            commit: info.commit, stage: error.stage, reason: error.description, output: error.failure.output,
            time: clock.now.time, fingerprint: settings.fingerprint)
    }

    /// What is put off is tried again with other parameters.
    func releasePostponed() {
        guard let put = state.postponed, put.fingerprint != settings.fingerprint else { return }
        recorder.record(.released([put.commit]))
    }

    /// Holds a commit back that was never published.
    func reject(_ info: CommitInfo, _ error: StageError) {
        judged = info.commit
        recorder.record(
            .deploymentEnded(
                DeploymentRecord(
                    info, .rejected, at: error.stage, time: clock.now.time, reason: error.description,
                    output: error.failure.output, durations: durations)),
            .heldBack(heldBack(info, error)), .abandoned(info.commit))
    }

    func heldBack(_ info: CommitInfo, _ error: StageError) -> HeldBack {
        HeldBack(
            commit: info.commit, stage: error.stage, reason: error.description, output: error.failure.output,
            time: clock.now.time)
    }

    func abandon(_ intent: Intent) {
        if state.intent?.info.commit == intent.info.commit { recorder.record(.abandoned(intent.info.commit)) }
    }

    /// A deployment failed without anybody knowing whether the commit is to blame; its line is written once.
    func endFailed(_ info: CommitInfo, _ error: StageError) {
        if let last = state.lastFailedDeployment, last.info.commit == info.commit, last.stage == error.stage,
            last.reason == error.description
        {
            return
        }
        recorder.record(
            .deploymentEnded(
                DeploymentRecord(
                    info, .failed, at: error.stage, time: clock.now.time, reason: error.description,
                    output: error.failure.output, durations: durations)))
    }

    /// Lets commits go whose time is up.
    func releaseExpired() {
        let limit = settings.quarantineTTL
        guard limit > .zero else { return }
        let now = clock.now.time
        let since = state.heldBack.map { ($0.commit, $0.time) } + (state.postponed.map { [($0.commit, $0.time)] } ?? [])
        let expired = since.filter { $0.1.adding(limit) <= now }.map(\.0)
        if !expired.isEmpty { recorder.record(.released(expired)) }
    }

    /// Throws while a commit has to wait during whose deployment this program has ended more than once.
    ///
    /// What is live is served meanwhile. A person may have it tried at once.
    func checkInterruption(_ commit: ObjectID) throws(StageError) {
        guard settings.waitsAfterInterruption, state.work?.isOrdered != true, state.live != nil,
            let last = state.interruption, last.commit == commit
        else { return }
        // A clock that was set back must not hold it for years. Bounded: both are within thousands of years.
        let seconds = min(last.nextTry.seconds - clock.now.time.seconds, 1800)
        guard seconds > 0 else { return }
        throw StageError(
            .stage,
            Failure(
                "git-sidecar ended \(last.count) times while it was deploying \(commit); it is tried again at "
                    + "\(last.nextTry), or at once by git-sidecar sync", retryAfter: .seconds(seconds)))
    }

    /// Lets what is held back or put off be tried again: one commit, or all.
    func resume(_ commit: ObjectID?) {
        if let intent = state.intent { abandon(intent) }
        let all = state.heldBack.map(\.commit) + (state.postponed.map { [$0.commit] } ?? [])
        let released = commit.map { commit in all.filter { $0 == commit } } ?? all
        if !released.isEmpty { recorder.record(.released(released)) }
        settled = nil
    }

    /// Publishes a release that is still kept, and holds back the commit that it replaces.
    ///
    /// The remote is not asked. What a person chose stays published even when the application does not run it: then every
    /// further attempt tries to confirm it.
    func choose(_ commit: ObjectID) throws(StageError) -> Outcome {
        guard let live = state.live else {
            throw StageError(.publish, Failure("cannot go back: nothing is published"))
        }
        // Chosen twice in a row, or gone back to already by the deployment before.
        if live.commit == commit {
            try confirmLive()
            return .unchanged(commit)
        }
        guard let wanted = state.known(commit), isKept(commit) else {
            if state.intent?.info.commit == commit { recorder.record(.abandoned(commit)) }
            throw StageError(.publish, Failure("cannot go back to \(commit): it is not kept any more"))
        }
        recorder.record(.commitFound(commit, isNew: true))
        try part(.publish) { () throws(Failure) in
            try releases.checkLink()
            try application?.checkPermission()
        }
        let intent = Intent(wanted.info, isChosen: true, goesBackFrom: live.commit)
        recorder.begin(intent)
        do throws(StageError) {
            try makeAgain(commit)
        } catch {
            abandon(intent)
            throw error
        }
        try publish(intent)
        settled = nil
        do throws(StageError) {
            if let application { try tellAndConfirm(application, former: live.commit, goesBack: true) }
        } catch {
            recorder.record(
                .deploymentEnded(
                    DeploymentRecord(
                        intent.info, .chosen, at: error.stage, time: clock.now.time, reason: error.description,
                        output: error.failure.output, durations: durations)))
            throw error
        }
        recorder.record(
            .deploymentEnded(
                DeploymentRecord(intent.info, .chosen, at: .confirm, time: clock.now.time, durations: durations)))
        return .chosen(commit)
    }

    private func isKept(_ commit: ObjectID) -> Bool {
        state.previous(settings.keepReleases).contains { $0.commit == commit } || releases.canRepublish(commit)
    }
}
