internal import GitProtocol
internal import GitStore
internal import Options
internal import Posix
internal import Releases
internal import Remote
internal import Telemetry

/// Takes a push from the remote to a live release; everything that one attempt does is here, in order.
///
/// Belongs to the thread of the loop.
final class Deployer {
    let plan: Plan
    let remote: RemoteRepository
    let query: RefQuery
    let store: ObjectStore
    let layout: ReleaseLayout
    let publisher: Publisher
    let figures: Figures
    let status: Status
    let logger: Logger
    let cancellation: Cancellation
    let stateFile: StateFile
    let journal: Journal
    let beforePublishing: HookRunner?

    var state: State
    /// The release that readers of the link see.
    var live: Release?
    // What the remote's name stood for at the last attempt that left everything in order.
    private var settled: ObjectID?
    private var durations: [(stage: Stage, duration: Duration)] = []

    init(_ parts: Parts) {
        plan = parts.plan
        remote = parts.remote
        query = parts.query
        store = parts.store
        layout = parts.layout
        publisher = parts.publisher
        figures = parts.figures
        status = parts.status
        logger = parts.logger
        cancellation = parts.cancellation
        stateFile = parts.stateFile
        journal = parts.journal
        beforePublishing = parts.beforePublishing
        state = parts.state
        live = parts.live
    }

    /// Whether nothing can change any more: a full hash was asked for, and it is live.
    var isSettledForGood: Bool { query.objectID != nil && settled == query.objectID }

    /// One attempt: asks the remote, and makes live what it has when that is something new.
    func attempt() throws(StageError) -> Outcome {
        durations = []
        let deadline = Deadline.after(plan.settings.syncTimeout, cancellation: cancellation)
        defer { remote.close() }
        let found = try perform(.resolve) { try remote.resolve(query, deadline) }
        status.update { $0.remote = (found.commit, .now()) }
        figures.remoteVerified.setToNow()
        if let settled, settled == found.id, let live { return .unchanged(live.commit) }

        let commit = try fetch(found, deadline)
        if let held = state.quarantine.first(where: { $0.commit == commit }) {
            logger.debug("the commit is held back", ["hash": "\(commit)", "reason": "\(held.reason)"])
            return .heldBack(commit)
        }
        if live?.commit == commit {
            settled = found.id
            return .unchanged(commit)
        }
        do {
            try deploy(commit, found, deadline)
        } catch {
            guard let verdict = error.cause as? Verdict else { throw error }
            try reject(commit, found, error, verdict)
            return .rejected(commit, error)
        }
        settled = found.id
        return .deployed(commit)
    }

    private func fetch(_ found: ResolvedReference, _ deadline: Deadline) throws(StageError) -> ObjectID {
        var lastReport = ContinuousClock.now
        let result = try perform(.fetch) {
            try remote.fetch(found, FetchScope(plan), into: store, deadline) { progress in
                // A long fetch is heard from now and then; a short one is not worth a line.
                guard ContinuousClock.now - lastReport > .seconds(5) else { return }
                lastReport = .now
                logger.info(
                    "fetching",
                    [
                        "objects": .count(progress.objects), "of": .count(progress.total),
                        "bytes": .count(progress.bytes),
                    ])
            }
        }
        if result.objects > 0 {
            figures.fetches.add()
            figures.objectsFetched.add(Double(result.objects))
            figures.bytesFetched.add(Double(result.bytes))
            logger.info(
                "fetched",
                [
                    "hash": "\(result.commit)", "ref": "\(found.name)", "objects": .count(result.objects),
                    "bytes": .count(result.bytes),
                ])
        }
        return result.commit
    }

    /// From a commit in the store to the live release.
    private func deploy(
        _ commit: ObjectID, _ found: ResolvedReference, _ deadline: Deadline
    ) throws(StageError) {
        let summary = try perform(.verify) { try store.commit(commit) }
        try perform(.publish) { try publisher.check() }
        let stager = Stager(layout: layout, objects: store, options: try perform(.stage) { try StagingOptions(plan) })
        let staged = try perform(.stage) { try stager.stage(commit, from: live, deadline: deadline) }
        figures.filesWritten.add(Double(staged.figures.written))
        figures.filesShared.add(Double(staged.figures.shared))
        let release: Release
        do throws(StageError) {
            try prepareAndValidate(staged)
            release = try perform(.publish) { try stager.install(staged) }
        } catch {
            discard(staged, with: stager)
            throw error
        }
        beforePublishing?.send(HookEvent(commit: commit, directory: release.path))
        let former = live
        let published = try perform(.publish) { () throws -> Release in
            // Kept before it is live: from the first moment on its commit must not fall to a compaction.
            try store.keep(commit)
            return try publisher.publish(release)
        }
        live = published
        record(commit, found, summary)
        discard(staged, with: stager)
        try perform(.keep) { try keep(former) }
    }

    /// Notes everywhere that a release is live.
    private func record(_ commit: ObjectID, _ found: ResolvedReference, _ summary: Commit) {
        let time = Timestamp.now()
        if let former = state.current, former.commit != commit {
            state.retired.removeAll { $0.commit == former.commit || $0.commit == commit }
            state.retired.insert(State.Retired(commit: former.commit, time: time), at: 0)
        }
        state.current = State.Published(
            commit: commit, reference: found.name, subject: summary.subject, time: time, isConfirmed: false)
        state.lastGood = commit
        // Newer commits have come: what was held back is history.
        state.quarantine = []
        saveState()
        status.update { $0.published = (commit, time) }
        figures.published.setToNow()
        figures.quarantined.set(0)
        figures.deployments.add(1, JournalEntry.Outcome.deployed.rawValue, Stage.publish.rawValue)
        logger.info(
            "published",
            [
                "hash": "\(commit)", "ref": "\(found.name)", "link": "\(layout.link)", "subject": "\(summary.subject)",
                "seconds": .seconds(durations.reduce(.zero) { $0 + $1.duration }),
            ])
        write(
            JournalEntry(
                time: time, commit: commit, reference: found.name, subject: summary.subject, outcome: .deployed,
                reason: nil, durations: durations))
    }

    /// Holds a bad commit back until a newer one comes.
    private func reject(
        _ commit: ObjectID, _ found: ResolvedReference, _ error: StageError, _ verdict: Verdict
    ) throws(StageError) {
        let time = Timestamp.now()
        state.quarantine.append(
            State.Quarantined(
                commit: commit, stage: error.stage, reason: verdict.description, output: verdict.output, time: time))
        saveState()
        figures.quarantined.set(Double(state.quarantine.count))
        figures.deployments.add(1, JournalEntry.Outcome.rejected.rawValue, error.stage.rawValue)
        logger.error(
            "rejected; what is live stays",
            ["hash": "\(commit)", "stage": "\(error.stage.rawValue)", "output": "\(verdict.output)"], error: verdict)
        let summary = try perform(.keep) { try store.commit(commit) }
        write(
            JournalEntry(
                time: time, commit: commit, reference: found.name, subject: summary.subject, outcome: .rejected,
                reason: verdict.description, durations: durations))
    }

    /// Runs a stage: times it, says where we are, and names it in its failure.
    func perform<Result: ~Copyable>(_ stage: Stage, _ body: () throws -> Result) throws(StageError) -> Result {
        let start = ContinuousClock.now
        status.update { $0.stage = (stage, start) }
        defer {
            let duration = ContinuousClock.now - start
            durations.append((stage, duration))
            figures.stageDuration.observe(duration, stage.rawValue)
            if stage == .resolve { figures.pollDuration.observe(duration) }
            status.update { $0.stage = nil }
        }
        do {
            return try body()
        } catch let error as StageError {
            throw error
        } catch {
            throw StageError(stage: stage, cause: error)
        }
    }

    /// Removes what a staged release left behind.
    ///
    /// That it cannot be removed is no reason to fail: the next start does it.
    private func discard(_ staged: StagedRelease, with stager: Stager) {
        do {
            try stager.discard(staged)
        } catch {
            logger.warning("cannot clean up after staging", error: error)
        }
    }

    private func saveState() {
        do {
            try stateFile.save(state)
        } catch {
            // The release is live all the same; what is lost is what a restart would have remembered.
            logger.error("cannot save the state", error: error)
        }
    }

    private func write(_ entry: JournalEntry) {
        do {
            try journal.append(entry)
        } catch {
            logger.warning("cannot write the journal", error: error)
        }
    }
}
