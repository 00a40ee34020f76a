internal import GitObjects
internal import Options
internal import Posix
internal import Releases
internal import Telemetry

// What becomes of releases that were replaced, and what is done when the live one is damaged.
extension Deployer {
    /// Puts away what was replaced, and compacts the store when it is time.
    func keep() throws {
        try keepReleases()
        guard let live else { return }
        let tidied = try parts.jobs.run(
            TidyStores(
                live: live.commit, previous: previousReleases(before: live.commit), mode: CompactionMode(plan)),
            deadline(plan.settings.syncTimeout))
        if !tidied.modules.removed.isEmpty {
            parts.cleaner.start()
            logger.info(
                "removed the stores of submodules", ["names": .list(tidied.modules.removed.map { .text($0) })])
        }
        if let packs = tidied.removedPacks {
            logger.debug(
                "compacted the object store",
                ["removed_packs": .count(packs), "removed_objects": .count(tidied.removedLooseObjects)])
        }
    }

    /// Removes directories whose time is up, if there are any.
    func keepReleases() throws {
        guard let live else { return }
        let previous = previousReleases(before: live.commit)
        let result = try parts.keeper.keep(
            live: live, previous: previous,
            retired: state.retired.map { RetiredRelease(commit: $0.commit, since: $0.time) }, parts.jobs,
            deadline(plan.settings.syncTimeout), now: .now())
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
        let candidates = [live.commit] + previousReleases(before: live.commit)
        let kept: [Status.KeptRelease]
        do {
            // What is not in the store cannot be published; it is told so when somebody asks for it.
            kept = try describe(candidates).compactMap { $0.map { keptRelease($0) } }
        } catch {
            logger.warning("cannot tell what can be gone back to", error: error)
            kept = []
        }
        status.update { $0.kept = kept }
        figures.kept.set(Double(kept.count))
    }

    private func noteSizes() {
        if let watch { figures.diskUsed.set(Double(watch.bytes), "release") }
        do {
            figures.diskUsed.set(
                Double(try parts.jobs.run(MeasureStore(), deadline(plan.settings.syncTimeout))), "store")
        } catch {
            logger.debug("cannot tell how large the store is", error: error)
        }
    }

    private func keptRelease(_ commit: CommitSummary) -> Status.KeptRelease {
        let current = state.current.flatMap { $0.commit == commit.id ? $0 : nil }
        let retired = state.retired.first { $0.commit == commit.id }
        return Status.KeptRelease(
            commit: commit.id, reference: current?.reference ?? retired?.reference ?? "",
            subject: Origin.shortened(commit.subject), time: current?.time ?? retired?.published,
            isGood: state.lastGood == commit.id)
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
        if let expiry = nextExpiry, expiry <= .now() {
            defer { parts.jobs.end() }
            try perform(.keep) { try keepReleases() }
        }
        guard let live else { return }
        let differences = try perform(.keep) { () throws -> [Difference] in
            let passes = watch?.passes
            let found = try watch?.step(share: share) ?? []
            guard found.isEmpty, watch?.passes != passes, try !layout.submodules(of: live.commit).isEmpty else {
                return found
            }
            // Submodules are not in the index that is walked in steps: they are looked at when it has been.
            return try ReleaseVerifier(layout: layout).verifySubmodules(
                of: live, .quick, deadline(plan.settings.syncTimeout))
        }
        guard !differences.isEmpty else { return }
        logger.warning(
            "the live release is not as it was published; it is repaired",
            ["hash": "\(live.commit)", "differences": .list(differences.prefix(5).map { .text("\($0)") })])
        defer { parts.jobs.end() }
        let recovered = try perform(.keep) {
            try parts.recovery.repair(live, deadline: deadline(plan.settings.syncTimeout))
        }
        adopt(recovered)
    }
}
