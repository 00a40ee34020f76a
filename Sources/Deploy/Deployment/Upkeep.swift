internal import GitObjects
internal import Posix

// The root at start, the live release while it is live, and what becomes of the old ones.
extension Pipeline {
    /// Finds out what is live, without the network, and has it served whatever else is wrong.
    package func start() {
        if let intent = state.intent {
            recorder.record(.found("stopped while a release was being published", subject: "\(intent.info.commit)"))
        }
        reconcile()
        releasePostponed()
        if let live = state.live {
            restore(live)
            if isBroken { retreat(from: live) }
        }
        if state.live?.isConfirmed == true { finishJournal() }
        recorder.retrySaving()
    }

    /// Brings what we believe into agreement with the link.
    func reconcile() {
        do throws(Failure) {
            let target = try releases.linkTarget()
            let reconcile = Reconcile(
                state: state, hasApplication: application != nil, reference: settings.reference, now: clock.now.time)
            for fact in reconcile.facts(target) { recorder.record(fact) }
            isReconciled = true
        } catch {
            // The next attempt tries again, before it publishes anything.
            isReconciled = false
            recorder.record(.found("cannot tell what is published", subject: "\(error)"))
        }
    }

    /// Has the link lead to the live release, and that be what its commit says.
    func restore(_ live: LiveRelease) {
        if restoreLink(live) { prove(live) }
    }

    /// Publishes the live release again where the link is gone or was turned elsewhere.
    ///
    /// - Returns: whether the link leads to it.
    private func restoreLink(_ live: LiveRelease) -> Bool {
        do throws(Failure) {
            switch try releases.linkTarget() {
            case .release(live.commit, let isThere):
                if !isThere { recorder.record(.lost("the directory of release \(live.commit) is gone")) }
                return true
            case .foreign(let reason):
                recorder.record(.lost(reason))
                return false
            case .nothing, .release:
                recorder.record(
                    .found("the link does not lead to the live release; it is made again", subject: "\(live.commit)"))
                guard releases.canRepublish(live.commit) else {
                    needsRedeployment = true
                    recorder.record(.lost("the directory of release \(live.commit) is gone"))
                    return false
                }
                for warning in try releases.publish(live.commit) {
                    recorder.record(.found("the link was made again, with a warning", subject: warning))
                }
                recorder.record(.repaired(live.commit, ["the link"]))
                hooks.synced(live.commit)
                return true
            }
        } catch {
            recorder.record(.lost("\(error)"))
            return false
        }
    }

    /// Finds out whether the live release is what its commit says; what is not is repaired in its place.
    private func prove(_ live: LiveRelease) {
        isBroken = false
        do throws(Failure) {
            let proof = try releases.prove(live.commit, clock.deadline(settings.syncTimeout)) {
                if application != nil, state.live?.isConfirmed == true { recorder.record(.disturbed(live.commit)) }
            }
            switch proof {
            case .whole:
                recorder.record(.proved(live.commit))
                if !live.isDurable { needsUpkeep = true }
            case .repaired(let differences):
                recorder.record(.repaired(live.commit, differences))
                hooks.synced(live.commit)
            case .needsDeployment(let reason), .broken(let reason):
                if case .broken = proof { isBroken = true }
                needsRedeployment = true
                settled = nil
                recorder.record(.unproved(live.commit, reason))
            case .unknown(let reason): recorder.record(.unproved(live.commit, reason))
            }
        } catch {
            recorder.record(.unproved(live.commit, "\(error)"))
        }
    }

    /// Publishes what was live before a release whose files were not all on the disk when the machine lost power.
    ///
    /// The newer one is deployed again by the next attempt, as the remote has it.
    private func retreat(from live: LiveRelease) {
        let known = [state.lastGood, state.retired.first.map { PublishedRelease($0) }].compactMap { $0 }
        guard !live.isDurable, let former = known.first(where: { $0.commit != live.commit }),
            !state.isHeldBack(former.commit), releases.canRepublish(former.commit)
        else { return }
        let intent = Intent(former.info, goesBackFrom: live.commit)
        recorder.record(
            .found(
                "not all of the live release reached the disk; what was live before is published",
                subject: "\(live.commit)"),
            .intended(intent))
        do throws(StageError) {
            try publish(intent)
            settled = nil
        } catch {
            recorder.record(.found("cannot publish what was live before", subject: "\(error)"))
        }
    }

    private func finishJournal() {
        guard let live = state.live, !live.isInJournal else { return }
        recorder.record(
            .deploymentEnded(
                DeploymentRecord(
                    live.info, live.isChosen ? .chosen : .deployed, at: .publish, time: live.release.time)))
    }

    /// Whether there is nothing left to do for what is live.
    var isInOrder: Bool {
        !needsRedeployment && state.intent == nil && state.outage == nil && state.live?.isConfirmed == true
    }

    /// Looks at a part of the live release, and repairs it when somebody edited or deleted something.
    ///
    /// Which commit is live does not change here.
    ///
    /// - Returns: whether an attempt should follow at once, because the application has to be told.
    @discardableResult
    package func lookAfterLive(share: Double) -> Bool {
        if let expiry = state.retention.nextExpiry, expiry <= clock.now.time {
            needsUpkeep = true
            keepHouse()
        }
        guard let live = state.live, !needsRedeployment else { return false }
        do throws(Failure) {
            let differences = try releases.watch(live.commit, share: share)
            watchProblem = nil
            if !differences.isEmpty {
                let words = differences.prefix(5).joined(separator: ", ")
                recorder.record(.unproved(live.commit, "not as it was published: \(words)"))
            }
            // What stood in the way may be gone, although nothing of the release differs.
            if !differences.isEmpty || state.outage != nil { restore(live) }
        } catch {
            // Said once, and not with each look.
            if watchProblem != error.description {
                recorder.record(.found("cannot look after the live release", subject: "\(error)"))
            }
            watchProblem = error.description
        }
        return live.isConfirmed && state.live?.isConfirmed == false
    }

    /// Makes the live release anew, from the remote where need be, while nothing newer may be deployed.
    func redeployLive() throws(StageError) {
        guard let live = state.live else { return }
        let limit = clock.deadline(settings.syncTimeout)
        let reference = RemoteReference(id: live.commit, commit: live.commit, name: live.info.reference)
        _ = try perform(.fetch) { () throws(Failure) in
            try source.fetch(reference, isStoreTrusted: false, limit)
        }
        try deploy(Intent(live.info, isChosen: live.isChosen), limit)
    }

    /// The commit of the live release must be there to go back to, before anything new is tried.
    func fetchLiveObjects(_ limit: Deadline) {
        guard needsRedeployment, let live = state.live else { return }
        let reference = RemoteReference(id: live.commit, commit: live.commit, name: live.info.reference)
        do throws(Failure) {
            _ = try source.fetch(reference, isStoreTrusted: false, limit)
        } catch {
            // A server may give out no commits but its tips; the directory is still there.
            recorder.record(.found("cannot fetch the commit of the live release again", subject: "\(error)"))
        }
    }

    /// Looks whether an attempt failed because a store of ours is damaged, and replaces the store if so.
    ///
    /// - Returns: whether another attempt may succeed.
    func repairStore(after error: StageError) -> Bool {
        guard error.failure.blame == .store, !clock.isCancelled else { return false }
        let now = clock.now.instant
        // Reading all of the stores is worth its time once in so long.
        if let storeChecked, storeChecked.duration(to: now) < .seconds(600) { return false }
        storeChecked = now
        do throws(Failure) {
            switch try source.repairStore(clock.deadline(settings.syncTimeout)) {
            case .whole:
                recorder.record(
                    .found(
                        "an object cannot be read although the store is whole; it is fetched again", subject: "\(error)"
                    ))
            case .replaced(let submodules):
                recorder.record(.storeReplaced(submodules: submodules, because: error.description))
            }
            needsRedeployment = true
            settled = nil
            return true
        } catch {
            recorder.record(.found("cannot look for damage in the object store", subject: "\(error)"))
            return false
        }
    }

    /// A release that could not be proved, or repaired, is looked at again with each attempt.
    func proveAgain() {
        guard let live = state.live, !state.isVerified, state.outage == nil, !needsRedeployment, !clock.isCancelled
        else {
            return
        }
        prove(live)
    }

    /// Puts away what is not needed any more, at the end of every attempt, whatever its outcome.
    func keepHouse() {
        guard needsUpkeep, !clock.isCancelled else { return }
        do throws(StageError) {
            try perform(.keep) { () throws(Failure) in
                if let live = state.live, !live.isDurable {
                    try releases.flush(live.commit, clock.deadline(settings.syncTimeout))
                    recorder.record(.flushed(live.commit))
                }
                let plan = Retention(state, settings).plan(at: clock.now.time)
                recorder.record(.retained(try releases.retain(plan, clock.deadline(settings.syncTimeout))))
            }
            needsUpkeep = false
        } catch {
            if error.failure.blame == .cancelled || clock.isCancelled { return }
            // It is tried again at the end of the next attempt.
            recorder.record(.found("cannot put away what is not needed any more", subject: "\(error)"))
        }
    }
}
