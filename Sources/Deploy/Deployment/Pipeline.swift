internal import GitObjects
internal import Posix

/// Takes a push from the remote to a live release that the application runs: one attempt, its stages straight down.
///
/// Belongs to the thread of the loop. What it does when the application does not follow is in `TakeBack.swift`, what a
/// person asks for in `HoldBack.swift`, and how the live release is looked after in `Upkeep.swift`.
package final class Pipeline {
    let settings: DeploymentSettings
    let source: any Source
    let releases: any ReleaseStore
    /// Nil where there is nobody to tell or to ask.
    let application: (any Application)?
    let hooks: any Hooks
    let triggers: any Triggers
    let clock: any Clock
    let recorder: Recorder

    // What the remote's name stood for at the last attempt that left everything in order.
    var settled: ObjectID?
    // What the remote's name stood for in this attempt.
    var asked: ObjectID?
    // Whether the live commit must be made once more, because its release cannot be repaired otherwise.
    var needsRedeployment = false
    // Whether what is damaged in the live release can be had back only by deploying it anew.
    var isBroken = false
    // Whether what we believe was brought into agreement with the link.
    var isReconciled = true
    // Whether there may be something to put away.
    var needsUpkeep = true
    var durations: [StageDuration] = []
    // The commit that this attempt has found to be bad.
    var judged: ObjectID?
    // What this process has put at the link last.
    var swapped: ObjectID?
    // When every byte of the object stores was last looked at.
    var storeChecked: ContinuousClock.Instant?
    // Why the live release could not be looked at the last time.
    var watchProblem: String?

    package init(
        _ settings: DeploymentSettings, source: any Source, releases: any ReleaseStore, application: (any Application)?,
        hooks: any Hooks, triggers: any Triggers, clock: any Clock, recorder: Recorder
    ) {
        self.settings = settings
        self.source = source
        self.releases = releases
        self.application = application
        self.hooks = hooks
        self.triggers = triggers
        self.clock = clock
        self.recorder = recorder
    }

    package var state: DeploymentState { recorder.state }

    /// Whether nothing can change any more: a full hash was asked for, and it is live.
    package var isSettledForGood: Bool {
        source.fixedCommit != nil && settled == source.fixedCommit && state.live?.isConfirmed == true
    }

    /// One attempt: asks the remote, and makes live what it has when that is something new; or does what a person asks.
    package func attempt(_ number: Int, _ order: Order? = nil, isChangeExpected: Bool = false) -> Outcome {
        let start = clock.now.instant
        if isChangeExpected || state.live == nil { source.expectChange() }
        durations = []
        (judged, asked) = (nil, nil)
        recorder.retrySaving()
        recorder.record(.attemptBegan(number, isOrdered: order != nil))
        if !isReconciled { self.start() }
        let outcome = attempt(order)
        proveAgain()
        source.close()
        keepHouse()
        recorder.record(.attemptEnded(outcome, after: start.duration(to: clock.now.instant)))
        assertAgreement()
        return outcome
    }

    private func attempt(_ order: Order?) -> Outcome {
        let isChoice: Bool
        do throws(StageError) {
            // A choice that we were stopped in comes first, unless a person wants something else by now.
            let pending = state.intent.flatMap { $0.isChosen ? Order.rollBack(to: $0.info.commit) : nil }
            let wanted = order == .sync ? pending ?? order : order ?? pending
            if case .rollBack = wanted { isChoice = true } else { isChoice = false }
            switch wanted {
            case .rollBack(let commit): return try choose(commit)
            case .resume(let commit): resume(commit)
            case .sync: if let postponed = state.postponed { recorder.record(.released([postponed.commit])) }
            case nil: break
            }
            do throws(StageError) {
                return try run()
            } catch {
                // A store in which a byte has changed is given up, and what is needed comes from the remote again.
                guard repairStore(after: error) else { throw error }
                return try run()
            }
        } catch {
            return outcome(of: error, isChoice: isChoice)
        }
    }

    private func outcome(of error: StageError, isChoice: Bool) -> Outcome {
        let live = state.live?.commit
        switch error.failure.blame {
        case .cancelled: return .cancelled
        case .overtaken(let newer): return live.map { .overtaken($0, by: newer) } ?? .failed(error)
        case .commit:
            if let judged { return .rejected(judged, error) }
            return isChoice ? .refused(error) : .failed(error)
        case .attempt, .store, .configuration:
            if clock.isCancelled { return .cancelled }
            return isChoice ? .refused(error) : .failed(error)
        }
    }

    /// The eleven stages, in their order.
    private func run() throws(StageError) -> Outcome {
        let limit = clock.deadline(settings.syncTimeout)

        // resolve
        let found: RemoteReference
        do throws(StageError) {
            found = try perform(.resolve) { () throws(Failure) in try source.resolve(limit) }
        } catch {
            // What the application was not told, and the way back, need no remote.
            if !clock.isCancelled, state.live?.isConfirmed == false, !needsRedeployment { try confirmLive() }
            throw error
        }
        asked = found.id
        let isSettled = settled == found.id && state.live != nil
        // A tag may stand for more than its name says.
        recorder.record(.remoteHas(isSettled ? state.live?.commit ?? found.commit : found.commit))
        // Something foreign at the link is noticed also where there is nothing new to publish.
        try part(.publish) { () throws(Failure) in try releases.checkLink() }
        if let live = state.live, state.outage != nil { restore(live) }
        if isSettled, let live = state.live, isInOrder { return .unchanged(live.commit) }
        releaseExpired()
        // What is held back need not be brought.
        if let outcome = try stayBack(found.commit) { return outcome }
        if found.commit != state.live?.commit { try endOutage() }
        recorder.record(
            .commitFound(found.commit, isNew: state.live?.commit != found.commit || needsRedeployment))

        if state.live?.commit != found.commit { try checkInterruption(found.commit) }

        // fetch
        fetchLiveObjects(limit)
        let (info, summary): (CommitInfo, FetchSummary)
        do throws(StageError) {
            (info, summary) = try perform(.fetch) { () throws(Failure) in
                try source.fetch(found, isStoreTrusted: !needsRedeployment, limit)
            }
        } catch {
            // Taking its objects in has ended the worker more than once.
            if error.failure.blame == .commit, found.commit != state.live?.commit {
                reject(CommitInfo(commit: found.commit, reference: found.name, subject: ""), error)
            }
            throw error
        }
        if summary.objects > 0 {
            needsUpkeep = true
            recorder.record(.fetched(summary))
        }
        let commit = info.commit
        if commit != found.commit {
            // Only now is it known what a tag stands for, where the server did not say.
            recorder.record(
                .remoteHas(commit),
                .commitFound(commit, isNew: state.live?.commit != commit || needsRedeployment))
            if let outcome = try stayBack(commit) { return outcome }
        }
        if state.live?.commit == commit, !needsRedeployment {
            try confirmLive()
            settled = found.id
            return .unchanged(commit)
        }

        // verify
        let signer = try perform(.verify) { () throws(Failure) in try source.verify(found, commit, limit) }
        if let signer { recorder.record(.signatureVerified(commit, signer: signer)) }
        try part(.publish) { () throws(Failure) in try application?.checkPermission() }

        // stage, prepare, validate, publish, notify, confirm
        try deploy(Intent(info, isChosen: false), limit)
        settled = found.id
        return .deployed(commit)
    }

    /// From a commit in the store to a live release that the application runs.
    func deploy(_ intent: Intent, _ limit: Deadline) throws(StageError) {
        let former = state.live?.commit
        // On its way to the disk while the release is made.
        recorder.begin(intent)
        do throws(StageError) {
            try make(intent.info.commit, limit)
            try tryOut(intent.info.commit)
        } catch {
            // What is live was judged when it was new, and is not held back because it cannot be made once more.
            let isNew = intent.info.commit != former
            switch error.failure.blame {
            case .commit where isNew: reject(intent.info, error)
            case .configuration where isNew: postpone(intent.info, error)
            default: abandon(intent)
            }
            throw error
        }
        try publish(intent)
        try confirmLive(after: former)
    }

    /// stage, prepare, validate: the directory of a commit, as it is going to be published.
    ///
    /// The commands run where the release is going to stay, so that absolute paths which they write hold; nobody sees it
    /// yet.
    func make(_ commit: ObjectID, _ limit: Deadline) throws(StageError) {
        needsUpkeep = true
        let previous = state.live?.commit
        try part(.fetch) { () throws(Failure) in
            try source.complete(commit, isStoreTrusted: !needsRedeployment, limit)
        }
        // What could not be proved may hold anything: nothing of it goes into another release.
        let summary = try perform(.stage) { () throws(Failure) in
            try releases.stage(commit, sharing: state.isVerified ? previous : nil, limit)
        }
        recorder.record(.staged(commit, summary))
        do throws(StageError) {
            if releases.hasPrepareCommand {
                try perform(.prepare) { () throws(Failure) in try releases.prepare(commit, previous: previous) }
            }
            if releases.hasValidateCommand {
                try perform(.validate) { () throws(Failure) in try releases.validate(commit, previous: previous) }
            }
        } catch {
            if commit != previous { releases.discard(commit) }
            throw error
        }
        try part(.publish) { () throws(Failure) in try releases.flushFew(commit, limit) }
    }

    /// The directory of an earlier release, as it is going to be published once more.
    ///
    /// What cannot be mended there does not keep us from going back.
    func makeAgain(_ commit: ObjectID) throws(StageError) {
        guard releases.canRepublish(commit) else {
            return try make(commit, clock.deadline(settings.syncTimeout))
        }
        for problem in releases.freshen(commit, clock.deadline(min(settings.syncTimeout, .seconds(10)))) {
            recorder.record(.found("an earlier release may not be what its commit says", subject: problem))
        }
    }

    /// trial: whether a new release can start; the way back does not wait for that.
    private func tryOut(_ commit: ObjectID) throws(StageError) {
        let previous = state.live?.commit
        guard releases.hasTrial, commit != previous else { return }
        do throws(StageError) {
            try perform(.trial) { () throws(Failure) in try releases.tryOut(commit, previous: previous) }
        } catch {
            releases.discard(commit)
            throw error
        }
    }

    /// publish: what is intended is on the disk, then the link is swapped, then that is remembered.
    func publish(_ intent: Intent) throws(StageError) {
        hooks.beforePublishing(intent.info.commit)
        let warnings: [String]
        do throws(StageError) {
            warnings = try perform(.publish) { () throws(Failure) in
                do throws(Failure) {
                    try recorder.makeDurable()
                } catch {
                    // Going back must not wait for a volume that is full: what is live is bad.
                    if intent.goesBackFrom == nil || intent.isChosen { throw error }
                }
                let warnings = try releases.publish(intent.info.commit)
                swapped = intent.info.commit
                return warnings
            }
        } catch {
            abandon(intent)
            throw error
        }
        needsUpkeep = true
        needsRedeployment = false
        recorder.record(
            .published(Publication(intent, time: clock.now.time, needsConfirmation: application != nil)))
        for warning in warnings {
            recorder.record(.found("the link was swapped, with a warning", subject: warning))
        }
    }

    /// notify, confirm: tells the application about the live release and waits until it runs it; else goes back.
    func confirmLive(after former: ObjectID? = nil) throws(StageError) {
        guard let live = state.live else { return }
        if application == nil, !live.isConfirmed {
            // There was one when it was published.
            recorder.record(.confirmed(Confirmation(commit: live.commit, verdict: nil, time: clock.now.time)))
        }
        if let application, !live.isConfirmed {
            // What was known to be good has nothing to go back to, and what a person chose is left to persons.
            let staysPublished = state.lastGood?.commit == live.commit || live.isChosen
            if !staysPublished, let held = state.heldBack.first(where: { $0.commit == live.commit }) {
                // Stopped while going back.
                throw try takeBack(
                    because: StageError(held.stage, Failure(held.reason, output: held.output, blame: .commit)))
            }
            if !staysPublished, let put = state.postponed, put.commit == live.commit {
                throw try takeBack(
                    because: StageError(put.stage, Failure(put.reason, output: put.output, blame: .configuration)))
            }
            do throws(StageError) {
                try tellAndConfirm(application, former: former, goesBack: staysPublished)
            } catch {
                if staysPublished { throw error }
                throw try takeBack(because: error)
            }
        }
        endDeployment()
    }

    /// The live release has its line in the journal from now on.
    private func endDeployment() {
        guard let live = state.live, live.isConfirmed, !live.isInJournal else { return }
        recorder.record(
            .deploymentEnded(
                DeploymentRecord(
                    live.info, live.isChosen ? .chosen : .deployed, at: .confirm, time: clock.now.time,
                    durations: durations)))
    }

    func tellAndConfirm(
        _ application: any Application, former: ObjectID?, goesBack: Bool
    ) throws(StageError) {
        guard let live = state.live else { return }
        let change = Change(
            commit: live.commit, former: former ?? state.retired.first?.commit, goesBack: goesBack)
        let told = try perform(.notify) { () throws(Failure) in try application.tell(change) }
        recorder.record(.told(live.commit, told))
        let confirmation = try perform(.confirm) { () throws(Failure) in
            try application.confirm(change, within: goesBack ? nil : timeLeft) { (progress) throws(Failure) in
                if !goesBack { try makeWay(for: progress) }
            }
        }
        recorder.record(.confirmed(confirmation))
    }
}

// How a stage is run.
extension Pipeline {
    func perform<Result: ~Copyable>(
        _ stage: Stage, _ body: () throws(Failure) -> Result
    ) throws(StageError) -> Result {
        try perform(stage, isPart: false, body)
    }

    /// A part of a stage that is not worth a word.
    func part<Result: ~Copyable>(_ stage: Stage, _ body: () throws(Failure) -> Result) throws(StageError) -> Result {
        try perform(stage, isPart: true, body)
    }

    /// Times a stage, says where we are, and names the stage in its failure.
    private func perform<Result: ~Copyable>(
        _ stage: Stage, isPart: Bool, _ body: () throws(Failure) -> Result
    ) throws(StageError) -> Result {
        let start = clock.now.instant
        recorder.record(.stageBegan(stage, isPart: isPart))
        do throws(Failure) {
            let result = try body()
            let duration = start.duration(to: clock.now.instant)
            // A stage may have several parts.
            if let place = durations.firstIndex(where: { $0.stage == stage }) {
                durations[place].duration += duration
            } else if !isPart {
                durations.append(StageDuration(stage: stage, duration: duration))
            }
            recorder.record(.stageEnded(stage, after: duration, isPart: isPart))
            return result
        } catch {
            let failure = StageError(stage, error)
            recorder.record(.stageFailed(failure, after: start.duration(to: clock.now.instant)))
            throw failure
        }
    }
}
