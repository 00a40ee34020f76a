package import GitObjects
package import Posix

/// One thing that happened.
///
/// Everything that anybody is told about a deployment comes from the stream of these.
///
/// `DeploymentState.apply` says what each changes in what we believe, `Fact.mustSurvive` which of them a restart must know.
package enum Fact: Sendable, Equatable {
    // An attempt, and how far it is.
    case attemptBegan(Int, isOrdered: Bool)
    /// The attempt is about this commit; `isNew` when it is going to be made live.
    case commitFound(ObjectID, isNew: Bool)
    /// A stage begins; `isPart` for a preparation of a few system calls that is worth no word.
    case stageBegan(Stage, isPart: Bool)
    case stageEnded(Stage, after: Duration, isPart: Bool)
    case stageFailed(StageError, after: Duration)
    case attemptEnded(Outcome, after: Duration)

    // The remote, and what came from it.
    case remoteHas(ObjectID)
    case fetched(FetchSummary)
    case signatureVerified(ObjectID, signer: String)
    case staged(ObjectID, StagingSummary)

    // The link.
    /// A release is going to be published: on the disk before the link is swapped.
    case intended(Intent)
    /// What was intended did not happen, and will not by itself.
    case abandoned(ObjectID)
    /// This program ended in the middle of making what was intended, and no deployment was called off.
    case interrupted(ObjectID)
    /// The link leads to what was intended.
    case published(Publication)
    /// The link was found to lead to a release that we had not recorded.
    case adopted(LiveRelease)
    /// Nothing that can be served is at the link.
    case lost(String)
    /// The live release is what its commit says; or why that is not known.
    case proved(ObjectID)
    case unproved(ObjectID, String)
    /// Every byte of the live release is on the disk.
    case flushed(ObjectID)
    /// Somebody had edited the live release, and it is again what its commit says.
    case repaired(ObjectID, [String])

    /// Something that a process may be using is moved away to repair the live release: the application has to be told.
    case disturbed(ObjectID)

    // The application.
    case told(ObjectID, [Notice])
    case confirmed(Confirmation)

    // Verdicts.
    case heldBack(HeldBack)
    /// A commit is not to blame for what kept it from going live, and is put off.
    case postponed(Postponed)
    case released([ObjectID])
    /// A deployment has come to its end, for the journal.
    case deploymentEnded(DeploymentRecord)
    /// The oldest line that was to be written is in the journal.
    case journaled

    // The root.
    /// A store of objects was damaged and given up: the root's, or those of submodules.
    case storeReplaced(submodules: [String], because: String)
    case retained(RetentionReport)
    /// Something about the root that an operator should know, once.
    case found(String, subject: String)
}

/// How an attempt ended.
package enum Outcome: Sendable, Equatable {
    /// What is live is what the remote has.
    case unchanged(ObjectID)
    /// A new release is live.
    case deployed(ObjectID)
    /// A release that a person chose is live.
    case chosen(ObjectID)
    /// The remote has a commit that is held back, because it failed before.
    case heldBack(ObjectID)
    /// A new commit was tried, found bad, and is held back from now on.
    case rejected(ObjectID, StageError)
    /// A newer commit came while the application was waited for; it is tried at once.
    case overtaken(ObjectID, by: ObjectID)
    /// The attempt failed and is repeated.
    case failed(StageError)
    /// What the remote has is put off, and for the same reason as before not tried.
    case postponed(ObjectID, StageError)
    /// An order by hand was not carried out to the end; that says nothing about the remote.
    case refused(StageError)
    /// The work was called off.
    case cancelled
}

/// What a person asks for; it is carried out as an attempt of its own.
package enum Order: Sendable, Equatable {
    /// Look at the remote now.
    case sync
    /// Publish a release that is still kept.
    case rollBack(to: ObjectID)
    /// Let what is held back or put off be tried again, all of it or one commit, and look at the remote now.
    case resume(ObjectID?)
}

/// A commit with what people know it by.
package struct CommitInfo: Sendable, Equatable {
    package var commit: ObjectID
    /// The reference that stood for the commit.
    package var reference: String
    package var subject: String

    package init(commit: ObjectID, reference: String, subject: String) {
        self.commit = commit
        self.reference = reference
        // A subject is a line for people; one that is longer than a page is no such thing.
        self.subject = subject.utf8.count <= 500 ? subject : String(subject.prefix(500)) + "…"
    }
}

/// A release that is about to be published.
package struct Intent: Sendable, Equatable {
    package var info: CommitInfo
    /// Whether a person chose it: then it is not gone back from by itself.
    package var isChosen: Bool
    /// The commit that it takes the place of and that must not come back by itself.
    package var goesBackFrom: ObjectID?

    package init(_ info: CommitInfo, isChosen: Bool = false, goesBackFrom: ObjectID? = nil) {
        self.info = info
        self.isChosen = isChosen
        self.goesBackFrom = goesBackFrom
    }
}

/// The moment at which the link was swapped; the release's files may not be on the disk yet.
package struct Publication: Sendable, Equatable {
    package var intent: Intent
    package var time: Timestamp
    /// Whether somebody has to be shown to run it.
    package var needsConfirmation: Bool

    package init(_ intent: Intent, time: Timestamp, needsConfirmation: Bool) {
        self.intent = intent
        self.time = time
        self.needsConfirmation = needsConfirmation
    }
}

/// What a fetch brought.
package struct FetchSummary: Sendable, Equatable {
    package var commit: ObjectID
    package var reference: String
    package var objects: Int
    package var bytes: Int

    package init(commit: ObjectID, reference: String, objects: Int, bytes: Int) {
        self.commit = commit
        self.reference = reference
        self.objects = objects
        self.bytes = bytes
    }
}

/// What making a release has cost.
package struct StagingSummary: Sendable, Equatable {
    package var written: Int
    package var shared: Int
    /// Files that could not be written as their attributes ask.
    package var warnings: [String]

    package init(written: Int = 0, shared: Int = 0, warnings: [String] = []) {
        self.written = written
        self.shared = shared
        self.warnings = warnings
    }
}

/// One thing that was done so that the application takes up a release.
package struct Notice: Sendable, Equatable {
    /// What was done and to what, without secrets, for example `signal HUP to name:nginx`.
    package var action: String
    /// What came of it, for example `sent HUP to process 12 (nginx)`.
    package var outcome: String

    package init(action: String, outcome: String) {
        self.action = action
        self.outcome = outcome
    }
}

/// The application runs the live release, as far as anybody could see.
package struct Confirmation: Sendable, Equatable {
    package var commit: ObjectID
    /// `proved`, `likely`, `unknown` or `stale`; nil where there is no application to ask.
    package var verdict: String?
    /// What led to it, in words.
    package var cause: String
    package var time: Timestamp
    package var checks: Int
    package var healthyAfter: Duration
    /// What was done to processes that did not react, in words.
    package var escalations: [String]

    package init(
        commit: ObjectID, verdict: String?, cause: String = "", time: Timestamp, checks: Int = 0,
        healthyAfter: Duration = .zero, escalations: [String] = []
    ) {
        self.commit = commit
        self.verdict = verdict
        self.cause = cause
        self.time = time
        self.checks = checks
        self.healthyAfter = healthyAfter
        self.escalations = escalations
    }
}

/// How a deployment ended, for the journal.
package struct DeploymentRecord: Sendable, Equatable {
    package enum Outcome: String, Sendable, CaseIterable {
        /// Published, and confirmed where that was asked for.
        case deployed
        /// Never published: it failed before.
        case rejected
        /// Published, found bad, and taken back.
        case rolledBack = "rolled-back"
        /// Published by hand in place of another.
        case chosen
        /// Published, and replaced by a newer one before the application was seen to run it.
        case overtaken
        /// The attempt failed; it is tried again.
        case failed
    }

    package var info: CommitInfo
    package var outcome: Outcome
    package var time: Timestamp
    /// The stage in which it ended.
    package var stage: Stage
    /// Why, where it did not go well.
    package var reason: String?
    /// What the command or the server that judged it said, bounded.
    package var output: String?
    /// How long each stage took, in order.
    package var durations: [StageDuration]

    package init(
        _ info: CommitInfo, _ outcome: Outcome, at stage: Stage, time: Timestamp, reason: String? = nil,
        output: String? = nil, durations: [StageDuration] = []
    ) {
        self.info = info
        self.outcome = outcome
        self.stage = stage
        self.time = time
        self.reason = reason
        self.output = output
        self.durations = durations
    }
}

package struct StageDuration: Sendable, Equatable {
    package var stage: Stage
    package var duration: Duration

    package init(stage: Stage, duration: Duration) {
        self.stage = stage
        self.duration = duration
    }
}

/// What became of earlier releases.
package struct RetentionReport: Sendable, Equatable {
    /// The releases other than the live one that can be published without the network.
    package var available: [ObjectID]
    /// The commits whose directories are still there.
    package var directories: [ObjectID]
    package var removed: [ObjectID]
    /// When the time of the next directory is up.
    package var nextExpiry: Timestamp?
    /// Bytes of the object store, and of the live release's files, where they are known.
    package var storeBytes: UInt64?
    package var releaseBytes: UInt64?

    package init(
        available: [ObjectID] = [], directories: [ObjectID] = [], removed: [ObjectID] = [],
        nextExpiry: Timestamp? = nil, storeBytes: UInt64? = nil, releaseBytes: UInt64? = nil
    ) {
        self.available = available
        self.directories = directories
        self.removed = removed
        self.nextExpiry = nextExpiry
        self.storeBytes = storeBytes
        self.releaseBytes = releaseBytes
    }
}

extension Fact {
    /// Whether a restart has to know: the state is written when such a fact is recorded.
    package var mustSurvive: Bool {
        switch self {
        case .intended, .abandoned, .interrupted, .published, .adopted, .flushed, .disturbed, .confirmed, .heldBack,
            .postponed,
            .released:
            true
        case .deploymentEnded(let record): record.outcome != .failed
        // Saved with what is recorded next: a line that is there twice does less harm than one that is missing.
        case .journaled: false
        case .retained, .attemptBegan, .commitFound, .stageBegan, .stageEnded, .stageFailed, .attemptEnded, .remoteHas,
            .fetched, .signatureVerified, .staged, .lost, .proved, .unproved, .repaired, .told, .storeReplaced, .found:
            false
        }
    }
}
