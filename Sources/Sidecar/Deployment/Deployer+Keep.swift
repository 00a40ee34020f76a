internal import GitStore
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
                live: live.commit, deadline: deadline(plan.settings.syncTimeout))
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
        var previous = state.retired.map(\.commit).filter { commit in
            !state.quarantine.contains { $0.commit == commit }
        }.prefix(plan.keepReleases).map { $0 }
        if let good = state.lastGood, good != live.commit, !previous.contains(good) { previous.append(good) }
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
        if !result.removed.isEmpty {
            logger.debug("removed releases", ["hashes": .list(result.removed.map { .text("\($0)") })])
        }
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
            status.update { $0.published = (current.commit, current.time) }
            figures.published.set(current.time.secondsSince1970)
            if !current.isConfirmed, parts.reloader != nil { unconfirmed = Unconfirmed(release: live, former: nil) }
        }
        status.update { status in
            status.isVerified = recovered.isVerified
            status.quarantine = state.quarantine
        }
        beginWatch()
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
        let differences = try perform(.keep) { try watch?.step(share: share) ?? [] }
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
