internal import GitStore
internal import Layout
internal import Options
internal import Posix
internal import Releases
internal import Telemetry

// What becomes of releases that were replaced, and what is done when the live one is damaged.
extension Deployer {
    /// Puts away what was replaced, and compacts the store when it is time.
    func keep() throws {
        try keepReleases()
        if let live {
            let swept = try parts.modules.sweep(
                live: live.commit, previous: previousReleases(before: live.commit), in: store,
                deadline: deadline(plan.settings.syncTimeout))
            if !swept.removed.isEmpty {
                logger.info("removed the stores of submodules", ["names": .list(swept.removed.map { .text($0) })])
            }
        }
        let compacted = try parts.compaction.runIfNeeded(
            store, live: live?.commit, isPartial: store.filter != .none,
            deadline: deadline(plan.settings.syncTimeout))
        if let compacted {
            logger.debug(
                "compacted the object store",
                [
                    "removed_packs": .count(compacted.removedPacks),
                    "removed_objects": .count(compacted.removedLooseObjects),
                ])
        }
    }

    /// Removes directories whose time is up, if there are any.
    func keepReleases() throws {
        guard let live else { return }
        let previous = previousReleases(before: live.commit)
        let result = try parts.keeper.keep(
            live: live, previous: previous,
            retired: state.retired.map { RetiredRelease(commit: $0.commit, since: $0.time) }, store: store, now: .now())
        let stillThere = Set(result.retired.map(\.commit))
        let known = state.retired.filter { stillThere.contains($0.commit) || previous.contains($0.commit) }
        if known != state.retired {
            state.retired = known
            saveState()
        }
        nextExpiry = result.nextExpiry
        noteKept()
        noteSizes()
        if !result.removed.isEmpty {
            logger.debug("removed releases", ["hashes": .list(result.removed.map { .text("\($0)") })])
        }
    }

    /// What can be gone back to, newest first: what was live before, and the last good release.
    ///
    /// What the application could not be brought to run is not among it; what a person has gone back from is.
    private func previousReleases(before live: ObjectID) -> [ObjectID] {
        let candidates = state.retired.map(\.commit).filter { commit in
            commit != live && !state.quarantine.contains { $0.commit == commit && !$0.isByHand }
        }
        var previous = candidates.prefix(plan.keepReleases).map { $0 }
        if let good = state.lastGood, good != live, !previous.contains(good) { previous.append(good) }
        return previous
    }

    /// Says what can be gone back to.
    func noteKept() {
        guard let live else { return }
        let kept = ([live.commit] + previousReleases(before: live.commit)).compactMap { describe($0) }
        status.update { $0.kept = kept }
        figures.kept.set(Double(kept.count))
    }

    private func noteSizes() {
        if let watch { figures.diskUsed.set(Double(watch.bytes), "release") }
        do {
            figures.diskUsed.set(Double(try store.statistics().packedBytes), "store")
        } catch {
            logger.debug("cannot tell how large the store is", error: error)
        }
    }

    private func describe(_ commit: ObjectID) -> Status.KeptRelease? {
        // What is not in the store cannot be published; it is told so when somebody asks for it.
        guard store.contains(commit), let subject = try? store.commit(commit).subject else { return nil }
        let current = state.current.flatMap { $0.commit == commit ? $0 : nil }
        let retired = state.retired.first { $0.commit == commit }
        return Status.KeptRelease(
            commit: commit, reference: current?.reference ?? retired?.reference ?? "",
            subject: Origin.shortened(subject), time: current?.time ?? retired?.published,
            isGood: state.lastGood == commit)
    }

    /// Takes over how the root was found at start, or after a repair.
    func adopt(_ recovered: Recovered) {
        live = recovered.live
        isLiveProved = recovered.isVerified
        for finding in recovered.findings {
            logger.warning(finding.message, ["subject": "\(finding.subject)"])
        }
        // What cannot be repaired from the store is deployed once more, as if it were new.
        if recovered.needsFetch || recovered.needsDeployment { settled = nil }
        mustRedeploy = recovered.needsFetch || recovered.needsDeployment
        figures.quarantined.set(Double(state.quarantine.count))
        if let live, let current = state.current, current.commit == live.commit {
            status.update { $0.published = current }
            figures.published.set(current.time.secondsSince1970)
            if !current.isConfirmed, parts.reloader != nil { unconfirmed = Unconfirmed(release: live, former: nil) }
        }
        if let running = state.running {
            figures.running.setOnly(running.verdict)
            if running.commit == live?.commit { figures.confirmed.set(running.time.secondsSince1970) }
        }
        status.update { status in
            status.isVerified = recovered.isVerified
            status.quarantine = state.quarantine
            status.running = state.running
            status.isUnconfirmed = unconfirmed != nil
        }
        noteKept()
        beginWatch()
        noteSizes()
    }

    /// Begins to watch the live release for edits.
    func beginWatch() {
        guard let live else {
            watch = nil
            return
        }
        status.update { $0.isVerified = true }
        do {
            watch = try LiveWatch(layout: layout, mode: plan.publishMode, live: live)
        } catch {
            // A release that another tool has made: it is served as it is and replaced by the next one.
            watch = nil
            logger.debug("the live release cannot be watched", error: error)
        }
    }

    /// Looks at a part of the live release, and repairs it when somebody edited or deleted something.
    func look(share: Double) throws(StageError) {
        if let expiry = nextExpiry, expiry <= .now() { try perform(.keep) { try keepReleases() } }
        guard let live else { return }
        let differences = try perform(.keep) { () throws -> [Difference] in
            let passes = watch?.passes
            let found = try watch?.step(share: share) ?? []
            guard found.isEmpty, watch?.passes != passes, try !layout.submodules(of: live.commit).isEmpty else {
                return found
            }
            // Submodules are not in the index that is walked in steps: they are looked at when it has been.
            return try stager().verifySubmodules(of: live, .quick, deadline(plan.settings.syncTimeout))
        }
        guard !differences.isEmpty else { return }
        logger.warning(
            "the live release is not as it was published; it is repaired",
            ["hash": "\(live.commit)", "differences": .list(differences.prefix(5).map { .text("\($0)") })])
        let recovered = try perform(.keep) {
            try parts.recovery.repair(live, store: store, deadline: deadline(plan.settings.syncTimeout))
        }
        adopt(recovered)
    }
}
