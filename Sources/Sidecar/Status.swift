internal import GitObjects
internal import Posix

/// What is known about the remote, the release and the application, for everybody who asks while the loop works.
final class Status: Sendable {
    /// One consistent look at it.
    struct Snapshot: Sendable {
        /// When this process began to keep watch.
        let started = Timestamp.now()
        /// What the remote's reference stood for when it was last asked, and when that was.
        private(set) var remote: (commit: ObjectID, verified: Timestamp)?
        /// The release that is published.
        var published: State.Published? { didSet { compare() } }
        /// Since when the remote has had a commit that is not live; nil while it is.
        private(set) var behindSince: ContinuousClock.Instant?
        /// Whether the release was proved to be what its commit says.
        var isVerified = false
        /// What the application was last shown to run.
        var running: State.Running?
        /// Whether the application has yet to be shown to run what is published.
        var isUnconfirmed = false
        /// The commits that are held back.
        var quarantine: [State.Quarantined] = []
        /// The releases that can be published without the network, the live one first.
        var kept: [KeptRelease] = []
        /// The number of the last attempt that was begun.
        var attempt = 0
        /// The attempt that is under way.
        var work: Work?
        /// When the next attempt is due; nil while one is under way, and when nothing can change any more.
        var nextAttempt: ContinuousClock.Instant?
        /// Attempts that failed since the last that did not.
        var failures = 0
        /// Whether the last attempt failed, in contrast to one that found a commit to be bad.
        var isFailing = false
        /// What the last failure said; nil after a success.
        var lastFailure: Failure?
        /// Whether an attempt has succeeded since the start.
        var hasSucceeded = false

        /// Takes down what the remote says that it has.
        mutating func noteRemote(_ commit: ObjectID) {
            remote = (commit, .now())
            compare()
        }

        private mutating func compare() {
            guard let remote, remote.commit != published?.commit else {
                behindSince = nil
                return
            }
            if behindSince == nil { behindSince = .now }
        }
    }

    /// An attempt that is under way.
    struct Work: Sendable {
        let attempt: Int
        let began: ContinuousClock.Instant
        /// The commit that it is about; nil until the remote has answered.
        var commit: ObjectID?
        /// Where it is.
        var stage = Stage.resolve
        /// How far that stage is, where it can be counted.
        var progress: Progress?
        /// Whether there is something to deploy.
        var isNews = false
    }

    /// How far a stage is.
    struct Progress: Sendable, Equatable {
        var done: Int
        /// Zero as long as it is not known.
        var total: Int
        /// What is counted, such as `objects`.
        var unit: String
    }

    /// A release that can be published without the network.
    struct KeptRelease: Sendable, Equatable {
        var commit: ObjectID
        /// Empty where it is not known.
        var reference: String
        var subject: String
        /// When it was published, as far as that is known.
        var time: Timestamp?
        /// Whether it is the last that was confirmed.
        var isGood: Bool
    }

    /// Why an attempt did not go well.
    struct Failure: Sendable, Equatable {
        var stage: Stage
        var message: String
        var time: Timestamp

        init(_ error: StageError) {
            stage = error.stage
            message = error.description
            time = .now()
        }
    }

    private let content = Locked(Snapshot())

    /// What is known now.
    var now: Snapshot { content.withLock { $0 } }

    /// Changes what is known, in one step.
    func update(_ change: (inout Snapshot) -> Void) {
        content.withLock { change(&$0) }
    }

    /// Lends what is known while nobody can change it.
    func look<Result>(_ body: (Snapshot) -> Result) -> Result { content.withLock { body($0) } }
}
