package import GitObjects
package import Posix

// What the state is made of.

/// A release that is, or was, at the link.
package struct PublishedRelease: Sendable, Equatable {
    package var info: CommitInfo
    package var time: Timestamp
    package var commit: ObjectID { info.commit }

    package init(_ info: CommitInfo, time: Timestamp) {
        self.info = info
        self.time = time
    }
}

/// The release that the link leads to.
package struct LiveRelease: Sendable, Equatable {
    package var release: PublishedRelease
    /// Whether the application was seen to run it, where there is one.
    package var isConfirmed: Bool
    /// Whether a person chose it: then it is not gone back from by itself.
    package var isChosen = false
    /// Whether the journal has its line.
    package var isInJournal = false
    /// Whether all of its bytes were flushed to the disk.
    package var isDurable = true

    package var commit: ObjectID { release.commit }
    package var info: CommitInfo { release.info }

    package init(
        _ release: PublishedRelease, isConfirmed: Bool, isChosen: Bool = false, isInJournal: Bool = false,
        isDurable: Bool = true
    ) {
        self.release = release
        self.isConfirmed = isConfirmed
        self.isChosen = isChosen
        self.isInJournal = isInJournal
        self.isDurable = isDurable
    }
}

/// A commit that was being deployed when this program ended without being told to.
package struct Interruption: Sendable, Equatable {
    package var commit: ObjectID
    package var count: Int
    /// When that was found out last.
    package var time: Timestamp

    /// When it is tried again: the first time at once, since whoever ended the program had other reasons, as a rule.
    package var nextTry: Timestamp {
        let pauses: [Duration] = [.zero, .seconds(60), .seconds(300)]
        return time.adding(count <= pauses.count ? pauses[max(0, count - 1)] : .seconds(1800))
    }
}

/// What the application was seen to run.
package struct Running: Sendable, Equatable {
    package var commit: ObjectID
    /// `proved`, `likely`, `unknown` or `stale`.
    package var verdict: String
    package var cause: String
    package var time: Timestamp

    package init(commit: ObjectID, verdict: String, cause: String, time: Timestamp) {
        self.commit = commit
        self.verdict = verdict
        self.cause = cause
        self.time = time
    }
}

/// A commit that is not tried again by itself.
package struct HeldBack: Sendable, Equatable {
    package var commit: ObjectID
    /// Where it failed.
    package var stage: Stage
    package var reason: String
    /// What the command that judged it wrote, bounded.
    package var output: String
    package var time: Timestamp

    package init(commit: ObjectID, stage: Stage, reason: String, output: String, time: Timestamp) {
        self.commit = commit
        self.stage = stage
        self.reason = reason
        self.output = output
        self.time = time
    }

    /// Whether a person has gone back from it; where a commit fails by itself, it is at another stage.
    package var isByHand: Bool { stage == .publish }
}

/// A commit that something else than the commit kept from going live.
///
/// It is tried again when the parameters have changed, when a person asks for it, or when a newer commit takes its place.
package struct Postponed: Sendable, Equatable {
    package var commit: ObjectID
    /// Where it failed.
    package var stage: Stage
    package var reason: String
    /// What the command or the application said, bounded.
    package var output: String
    package var time: Timestamp
    /// What stands for the parameters with which it failed.
    package var fingerprint: String

    package init(
        commit: ObjectID, stage: Stage, reason: String, output: String, time: Timestamp, fingerprint: String
    ) {
        self.commit = commit
        self.stage = stage
        self.reason = reason
        self.output = output
        self.time = time
        self.fingerprint = fingerprint
    }
}

/// A release that another one has replaced.
package struct RetiredRelease: Sendable, Equatable {
    package var commit: ObjectID
    /// When it was replaced.
    package var time: Timestamp
    /// What it was when it was live; nil where version 0.1.0 has retired it.
    package var reference: String?
    package var subject: String?
    package var published: Timestamp?

    package init(
        commit: ObjectID, time: Timestamp, reference: String? = nil, subject: String? = nil, published: Timestamp? = nil
    ) {
        self.commit = commit
        self.time = time
        self.reference = reference
        self.subject = subject
        self.published = published
    }
}

/// What the remote said last.
package struct RemoteReport: Sendable, Equatable {
    package var commit: ObjectID
    package var verified: Timestamp
}

/// An attempt that is under way.
package struct Work: Sendable, Equatable {
    package let attempt: Int
    package let isOrdered: Bool
    package let began: ContinuousClock.Instant
    /// The commit that it is about; nil until the remote has answered.
    package var commit: ObjectID?
    package var stage = Stage.resolve
    /// Whether there is something to deploy.
    package var isNew = false
}

/// Why an attempt did not go well.
package struct FailureReport: Sendable, Equatable {
    package var stage: Stage
    package var message: String
    package var time: Timestamp
}

/// When something happened, by both clocks.
package struct Moment: Sendable, Equatable {
    package var time: Timestamp
    package var instant: ContinuousClock.Instant

    package init(time: Timestamp, instant: ContinuousClock.Instant) {
        self.time = time
        self.instant = instant
    }

    package static var now: Moment { Moment(time: .now(), instant: .now) }
}
