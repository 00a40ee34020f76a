internal import GitObjects
internal import GitProtocol
internal import Options
internal import Posix
internal import Releases
internal import Reload
internal import Remote
internal import Telemetry

/// Takes a push from the remote to a live release that the application runs; what one attempt does is here, in order.
///
/// Belongs to the thread of the loop. The stages are in `Deployer+Release` (from a commit to a published directory),
/// `Deployer+Application` (the application runs it, or we go back) and `Deployer+Keep` (what becomes of the old).
final class Deployer {
    let parts: Parts
    var plan: Plan { parts.plan }
    var layout: ReleaseLayout { parts.layout }
    var publisher: Publisher { parts.publisher }
    var figures: Figures { parts.figures }
    var status: Status { parts.status }
    var logger: Logger { parts.logger }
    let narrator: Narrator

    var state: State
    /// The release that readers of the link see.
    var live: Release?
    /// When the link was swapped last, on the clock of processes' start times; at our own start at the earliest.
    var publishedAt = CurrentProcess.timeSinceBoot
    /// What the application has not been shown to run yet, and must be before anything else counts as done.
    var unconfirmed: Unconfirmed?
    var watch: LiveWatch?
    /// When a directory's time is up that waits for its removal.
    var nextExpiry: Timestamp?
    var durations: [(stage: Stage, duration: Duration)] = []
    /// Whether the hook that runs before publishing failed, where that counts.
    private(set) var hookFailed = false
    // What was last said to be held back: it is said once.
    private var saidHeldBack: ObjectID?
    // What the remote's name stood for at the last attempt that left everything in order.
    var settled: ObjectID?
    // Whether the live commit must be deployed once more, because its release cannot be repaired otherwise.
    var mustRedeploy = false
    // Whether the live release was proved to be what its commit says, so that others may share its files.
    var isLiveProved = false
    // When every byte of the object stores was last looked at.
    var storesChecked: ContinuousClock.Instant?

    init(_ parts: Parts) {
        self.parts = parts
        narrator = Narrator(parts.status, parts.events, parts.logger, parts.statusLine)
        state = parts.state
        live = parts.recovered.live
        adopt(parts.recovered)
        // How long directories stay may have been changed since the last run.
        nextExpiry = live == nil ? nil : .now()
    }

    /// Whether nothing can change any more: a full hash was asked for, and it is live.
    var isSettledForGood: Bool { parts.query.objectID != nil && settled == parts.query.objectID && unconfirmed == nil }

    /// A deadline for work that has its own limit, beside that of the whole attempt.
    func deadline(_ limit: Duration) -> Deadline { .after(limit, cancellation: parts.cancellation) }

    /// One attempt: asks the remote, and makes live what it has when that is something new; or what an order says.
    func attempt(_ order: Order? = nil) throws(StageError) -> Outcome {
        durations = []
        // A release of a partial clone may need the remote, too.
        defer {
            parts.remote.close()
            parts.jobs.end()
        }
        switch order {
        case .rollBack(let commit): return try choose(commit)
        case .resume: resume()
        case .sync, nil: break
        }
        let deadline = deadline(plan.settings.syncTimeout)
        do throws(StageError) {
            return try attempt(deadline)
        } catch {
            // A store in which a byte has changed is given up, and what is needed comes from the remote again.
            guard repairStores(after: error, deadline) else { throw error }
            return try attempt(deadline)
        }
    }

    private func attempt(_ deadline: Deadline) throws(StageError) -> Outcome {
        let found = try perform(.resolve) { try parts.remote.resolve(parts.query, deadline) }
        figures.remoteVerified.setToNow()
        // Something foreign at the link is noticed also where there is nothing new to publish.
        do { try publisher.check() } catch { throw StageError(stage: .publish, cause: error) }
        if let settled, settled == found.id, let live, unconfirmed == nil {
            status.update { $0.noteRemote(live.commit) }
            return .unchanged(live.commit)
        }
        status.update { $0.noteRemote(found.commit) }
        releaseQuarantine()
        // What is held back need not be brought.
        if isHeldBack(found.commit) { return try holdBack(found.commit) }
        if live?.commit != found.commit || mustRedeploy { narrator.speak(of: found.commit, isNews: true) }

        let commit = try fetch(found, deadline)
        // Only now is it known what a tag stands for, where the server did not say.
        if commit != found.commit { status.update { $0.noteRemote(commit) } }
        if isHeldBack(commit) { return try holdBack(commit) }
        if live?.commit == commit, !mustRedeploy {
            try confirmWhatIsLive()
            settled = found.id
            return .unchanged(commit)
        }
        do {
            try deploy(commit, found, deadline)
            mustRedeploy = false
        } catch {
            guard let verdict = error.cause as? Verdict else { throw error }
            return .rejected(commit, StageError(stage: error.stage, cause: verdict))
        }
        settled = found.id
        saidHeldBack = nil
        return .deployed(commit)
    }

    private func isHeldBack(_ commit: ObjectID) -> Bool { state.quarantine.contains { $0.commit == commit } }

    private func holdBack(_ commit: ObjectID) throws(StageError) -> Outcome {
        if saidHeldBack != commit {
            saidHeldBack = commit
            let reason = state.quarantine.first { $0.commit == commit }?.reason ?? ""
            logger.info("what the remote has is held back", ["hash": "\(commit)", "reason": "\(reason)"])
        }
        logger.debug("the commit is held back", ["hash": "\(commit)"])
        if mustRedeploy { try redeploy() }
        try confirmWhatIsLive()
        return .heldBack(commit)
    }

    /// Makes the live release anew where it could not be repaired in its place, while nothing newer may be deployed.
    private func redeploy() throws(StageError) {
        guard let former = live, let current = state.current, current.commit == former.commit else { return }
        let release = try makeRelease(former.commit, deadline(plan.settings.syncTimeout))
        try publish(release, Origin(current), isChosen: current.isChosen)
        mustRedeploy = false
        try apply(release, from: former)
    }

    private func fetch(_ found: ResolvedReference, _ deadline: Deadline) throws(StageError) -> ObjectID {
        let meter = narrator.meter(.fetch, unit: "objects", logging: "fetching")
        let result = try perform(.fetch) {
            var scope = FetchScope(plan)
            scope.maximumBytes = try parts.space.mostFetched
            let watch = FetchWatch(parts.space, meter, "fetch \(found.shownName) from \(parts.remote.url)")
            do throws(RemoteError) {
                return try parts.remote.fetch(
                    found, scope, into: parts.jobs.destination(.root), isComplete: !mustRedeploy, deadline, watch.look)
            } catch {
                throw error.explained(byLimit: scope.maximumBytes)
            }
        }
        if result.objects > 0 {
            figures.fetches.add()
            figures.objectsFetched.add(Double(result.objects))
            figures.bytesFetched.add(Double(result.bytes))
            logger.info(
                "fetched",
                [
                    "hash": "\(result.commit)", "ref": "\(found.shownName)", "objects": .count(result.objects),
                    "bytes": .count(result.bytes),
                ])
        }
        return result.commit
    }

    /// From a commit in the store to a live release that the application runs.
    private func deploy(
        _ commit: ObjectID, _ found: ResolvedReference, _ deadline: Deadline
    ) throws(StageError) {
        let former = live
        let origin = try perform(.verify) { () throws -> Origin in
            // A failure here is one of the attempt, not of the commit: a key may be added to the trusted ones later.
            if let verifier = parts.verifier {
                let chain = try parts.jobs.run(ReadObjects(id: found.id, limit: 16 << 20), deadline)
                let signer = try verifier.verify(found, commit: commit, chain, in: layout.state, deadline)
                logger.info("signature verified", ["hash": "\(commit)", "signer": "\(signer)"])
            }
            return Origin(found, try describe(commit))
        }
        try perform(.publish, quietly: true) { try parts.reloader?.checkPermission() }
        let release: Release
        do throws(StageError) {
            release = try makeRelease(commit, deadline)
        } catch {
            if let verdict = error.cause as? Verdict {
                reject(origin, at: error.stage, verdict.description, verdict.output, .rejected)
            }
            throw error
        }
        tellBeforePublishing(HookEvent(commit: commit, directory: release.path))
        try publish(release, origin)
        do throws(StageError) {
            try apply(release, from: former)
        } catch {
            throw try goBack(from: origin, to: former, because: error)
        }
        note(origin, .deployed, at: .confirm)
        try perform(.keep) { try keep() }
    }

    /// Makes sure that nothing forbids what publishing needs, before anything is made for it.
    func checkPublishing() throws(StageError) {
        try perform(.publish, quietly: true) {
            try publisher.check()
            try parts.reloader?.checkPermission()
        }
    }

    /// The hook before publishing never holds a release back; with `--one-time` there is no later for it to run in.
    func tellBeforePublishing(_ event: HookEvent) {
        guard let hook = parts.beforePublishing else { return }
        guard plan.settings.oneTime else { return hook.send(event) }
        do throws(HookError) { try hook.runOnce(event) } catch { hookFailed = true }
    }

    /// Runs a stage: times it, says where we are, and names it in its failure.
    ///
    /// A part of a stage that is not worth a word is done `quietly`.
    func perform<Result: ~Copyable>(
        _ stage: Stage, quietly: Bool = false, _ body: () throws -> Result
    ) throws(StageError) -> Result {
        let start = ContinuousClock.now
        narrator.begin(stage, quietly: quietly)
        var failure: StageError?
        defer {
            let duration = ContinuousClock.now - start
            // A stage may have several parts.
            if let place = durations.firstIndex(where: { $0.stage == stage }) {
                durations[place].duration += duration
            } else if !quietly {
                durations.append((stage, duration))
            }
            figures.stageDuration.observe(duration, stage.rawValue)
            if stage == .resolve { figures.pollDuration.observe(duration) }
            narrator.end(stage, after: duration, failure, quietly: quietly)
        }
        do {
            return try body()
        } catch let error as StageError {
            throw error
        } catch {
            let error = StageError(stage: stage, cause: error)
            failure = error
            throw error
        }
    }
}
