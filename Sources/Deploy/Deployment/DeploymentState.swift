package import GitObjects
internal import JSON
internal import Posix

/// What we believe about the remote, the link, the application and the commits that failed.
///
/// `apply` is the only thing that changes it. The first part is kept in `state.json`; `DeploymentState+JSON.swift` says how.
package struct DeploymentState: Sendable, Equatable {
    // What a restart knows.
    /// What the link leads to.
    package var live: LiveRelease?
    /// What is being published; nil when nothing is.
    package var intent: Intent?
    /// The commit during whose deployment this program ended last, and how often.
    package var interruption: Interruption?
    /// The last release that the application was seen to run: the way back.
    package var lastGood: PublishedRelease?
    package var running: Running?
    /// Commits that are not tried again by themselves, the oldest first.
    package var heldBack: [HeldBack] = []
    /// The commit that is put off although it is not to blame.
    package var postponed: Postponed?
    /// Releases that others have replaced, the newest first.
    package var retired: [RetiredRelease] = []
    /// Lines that the journal is to get, the oldest first; it has those that are not here any more.
    package var unwrittenLines: [DeploymentRecord] = []
    /// What a later version wrote into the file and this one does not know.
    package var unknownMembers = UnknownMembers()

    // What this run has found out.
    package var remote: RemoteReport?
    /// Since when the remote has had a commit that is not live; nil while it is.
    package var behindSince: ContinuousClock.Instant?
    /// Whether the live release is known to be what its commit says.
    package var isVerified = false
    /// Why nothing can be served, where that is so although something is recorded as live.
    package var outage: String?
    /// Since when the live release is at the link, as far as this run has put it there.
    package var liveSince: ContinuousClock.Instant?
    /// Since when a release is published that the application was not seen to run.
    package var unconfirmedSince: ContinuousClock.Instant?
    /// The number of the last attempt that was begun.
    package var attempt = 0
    /// The attempt that is under way.
    package var work: Work?
    /// Attempts that failed since the last that did not.
    package var failures = 0
    /// Whether the last attempt failed, in contrast to one that found a commit to be bad.
    package var isFailing = false
    package var lastFailure: FailureReport?
    /// Whether an attempt has succeeded since the start.
    package var hasSucceeded = false
    package var retention = RetentionReport()
    /// The last failed deployment, so that the same one is told once.
    package var lastFailedDeployment: DeploymentRecord?

    package init() {}
}

extension DeploymentState {
    package static let mostHeldBack = 50
    package static let mostRetired = 100
    package static let mostUnwrittenLines = 50

    /// Changes what we believe by one thing that happened.
    package mutating func apply(_ fact: Fact, at moment: Moment) {
        switch fact {
        case .attemptBegan(let number, let isOrdered):
            attempt = number
            work = Work(attempt: number, isOrdered: isOrdered, began: moment.instant)
        case .commitFound(let commit, let isNew):
            work?.commit = commit
            if isNew { work?.isNew = true }
        case .stageBegan(let stage, let isPart):
            if !isPart { work?.stage = stage }
        case .attemptEnded(let outcome, _): end(outcome, moment)
        case .remoteHas(let commit):
            remote = RemoteReport(commit: commit, verified: moment.time)
            compare(moment)
        case .intended(let new): intent = new
        case .abandoned: intent = nil
        case .interrupted(let commit):
            intent = nil
            let before = interruption?.commit == commit ? interruption?.count ?? 0 : 0
            interruption = Interruption(commit: commit, count: min(before, 1000) + 1, time: moment.time)
        case .published(let publication): publish(publication, moment)
        case .adopted(let release):
            retire(inFavourOf: release.commit, moment.time)
            live = release
            intent = nil
            liveSince = moment.instant
            (isVerified, outage) = (false, nil)
            unconfirmedSince = release.isConfirmed ? nil : moment.instant
            if release.isConfirmed, lastGood == nil { lastGood = release.release }
            compare(moment)
        case .lost(let reason): (isVerified, outage) = (false, reason)
        case .proved: (isVerified, outage) = (true, nil)
        case .unproved: isVerified = false
        case .flushed(let commit): if live?.commit == commit { live?.isDurable = true }
        case .disturbed(let commit):
            guard live?.commit == commit else { return }
            live?.isConfirmed = false
            unconfirmedSince = unconfirmedSince ?? moment.instant
        case .repaired: (isVerified, outage) = (true, nil)
        case .confirmed(let confirmation): confirm(confirmation)
        case .heldBack(let held): hold(held)
        case .postponed(let new): postponed = new
        case .released(let commits):
            heldBack.removeAll { commits.contains($0.commit) }
            if let commit = postponed?.commit, commits.contains(commit) { postponed = nil }
        case .deploymentEnded(let record): end(record)
        case .journaled: if !unwrittenLines.isEmpty { unwrittenLines.removeFirst() }
        case .retained(let report): retention = report
        case .stageEnded, .stageFailed, .fetched, .signatureVerified, .staged, .told, .storeReplaced, .found: break
        }
    }

    private mutating func publish(_ publication: Publication, _ moment: Moment) {
        let intent = publication.intent
        let hasLine = live?.commit == intent.info.commit && live?.isInJournal == true
        retire(inFavourOf: intent.info.commit, publication.time)
        // Chosen or gone back to, it is not held back any more.
        heldBack.removeAll { $0.commit == intent.info.commit }
        if postponed?.commit == intent.info.commit { postponed = nil }
        live = LiveRelease(
            PublishedRelease(intent.info, time: publication.time), isConfirmed: !publication.needsConfirmation,
            isChosen: intent.isChosen,
            // What is gone back to, or made once more, has its line from when it was deployed.
            isInJournal: intent.goesBackFrom != nil && !intent.isChosen || hasLine, isDurable: false)
        if intent.isChosen, let left = intent.goesBackFrom, left != intent.info.commit {
            hold(
                HeldBack(
                    commit: left, stage: .publish, reason: "gone back from by hand", output: "",
                    time: publication.time))
        }
        self.intent = nil
        if interruption?.commit == intent.info.commit { interruption = nil }
        liveSince = moment.instant
        (isVerified, outage) = (true, nil)
        if publication.needsConfirmation {
            // It was shown to run once. Since then the application was told something else.
            if running?.commit == intent.info.commit { running = nil }
            // Gone back to, it has ended the outage as far as we could: what comes next gets its whole time, also when the
            // application does not run this one either.
            let goesBack = intent.goesBackFrom != nil && !intent.isChosen
            unconfirmedSince = goesBack ? nil : unconfirmedSince ?? moment.instant
        } else {
            unconfirmedSince = nil
            lastGood = live?.release
        }
        compare(moment)
    }

    private mutating func hold(_ held: HeldBack) {
        heldBack.removeAll { $0.commit == held.commit }
        heldBack.append(held)
        if heldBack.count > Self.mostHeldBack { heldBack.removeFirst() }
    }

    private mutating func retire(inFavourOf commit: ObjectID, _ time: Timestamp) {
        guard let former = live, former.commit != commit else { return }
        retired.removeAll { $0.commit == former.commit || $0.commit == commit }
        retired.insert(
            RetiredRelease(
                commit: former.commit, time: time, reference: former.info.reference, subject: former.info.subject,
                published: former.release.time), at: 0)
        if retired.count > Self.mostRetired { retired.removeLast() }
    }

    private mutating func confirm(_ confirmation: Confirmation) {
        guard let current = live, current.commit == confirmation.commit else { return }
        live?.isConfirmed = true
        lastGood = current.release
        unconfirmedSince = nil
        if let verdict = confirmation.verdict {
            running = Running(
                commit: confirmation.commit, verdict: verdict, cause: confirmation.cause, time: confirmation.time)
        }
    }

    private mutating func end(_ record: DeploymentRecord) {
        unwrittenLines.append(record)
        if unwrittenLines.count > DeploymentState.mostUnwrittenLines { unwrittenLines.removeFirst() }
        switch record.outcome {
        case .deployed, .chosen:
            if live?.commit == record.info.commit { live?.isInJournal = true }
            // A newer commit has made it: what failed by itself before is history.
            if record.outcome == .deployed { (heldBack, postponed) = ([], nil) }
            lastFailedDeployment = nil
        case .failed: lastFailedDeployment = record
        case .rejected, .rolledBack, .overtaken: lastFailedDeployment = nil
        }
    }

    private mutating func end(_ outcome: Outcome, _ moment: Moment) {
        work = nil
        switch outcome {
        case .unchanged, .deployed, .chosen: succeed()
        case .heldBack: if live != nil { succeed() }
        case .rejected(_, let error):
            failures += 1
            isFailing = false
            lastFailure = FailureReport(stage: error.stage, message: error.description, time: moment.time)
        case .failed(let error):
            failures += 1
            isFailing = true
            lastFailure = FailureReport(stage: error.stage, message: error.description, time: moment.time)
        case .postponed(_, let error):
            failures += 1
            isFailing = true
            // The remote was asked, and what is live is served.
            hasSucceeded = true
            lastFailure = FailureReport(stage: error.stage, message: error.description, time: moment.time)
        case .refused(let error):
            lastFailure = FailureReport(stage: error.stage, message: error.description, time: moment.time)
        case .overtaken, .cancelled: break
        }
    }

    private mutating func succeed() {
        failures = 0
        isFailing = false
        lastFailure = nil
        hasSucceeded = true
    }

    private mutating func compare(_ moment: Moment) {
        if let remote, remote.commit != live?.commit {
            behindSince = behindSince ?? moment.instant
        } else {
            behindSince = nil
        }
    }
}

extension DeploymentState {
    package func isHeldBack(_ commit: ObjectID) -> Bool { heldBack.contains { $0.commit == commit } }

    /// Whether there is something at the link that readers can use.
    package var isServing: Bool { live != nil && outage == nil }

    /// Whether the live release is not what the remote has, or the remote could not be asked.
    package var isStale: Bool { isFailing || remote == nil || remote?.commit != live?.commit }

    /// What can be gone back to, newest first: what was live before, and the last good release.
    ///
    /// What the application could not be brought to run is not among it; what a person has gone back from is.
    package func previous(_ count: Int) -> [PublishedRelease] {
        let candidates = retired.filter { retired in
            retired.commit != live?.commit && retired.commit != postponed?.commit
                && !heldBack.contains { $0.commit == retired.commit && !$0.isByHand }
        }
        var previous = candidates.prefix(count).map { PublishedRelease($0) }
        if let lastGood, lastGood.commit != live?.commit, !previous.contains(where: { $0.commit == lastGood.commit }) {
            previous.append(lastGood)
        }
        return previous
    }

    /// The releases that can be published without the network, the live one first.
    package var kept: [PublishedRelease] {
        guard let live else { return [] }
        return [live.release]
            + retention.available.compactMap { commit in commit == live.commit ? nil : known(commit) }
    }

    /// What is known of a release that was live once.
    package func known(_ commit: ObjectID) -> PublishedRelease? {
        if let live, live.commit == commit { return live.release }
        if let lastGood, lastGood.commit == commit { return lastGood }
        return retired.first { $0.commit == commit }.map { PublishedRelease($0) }
    }
}

extension PublishedRelease {
    init(_ retired: RetiredRelease) {
        self.init(
            CommitInfo(commit: retired.commit, reference: retired.reference ?? "", subject: retired.subject ?? ""),
            time: retired.published ?? retired.time)
    }
}
