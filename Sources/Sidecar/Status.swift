internal import GitStore
internal import Posix
internal import Reload

/// What is known about the remote, the release and the application, for everybody who asks while the loop works.
final class Status: Sendable {
    /// One consistent look at it.
    struct Snapshot: Sendable {
        /// What the remote's reference stood for when it was last asked, and when that was.
        var remote: (commit: ObjectID, verified: Timestamp)?
        /// The release that is published.
        var published: (commit: ObjectID, time: Timestamp)?
        /// Whether it was proved to be what its commit says.
        var isVerified = false
        /// When the application was last shown to run it.
        var confirmed: Timestamp?
        /// What the application was shown to run.
        var running: Evidence?
        /// The commits that are held back.
        var quarantine: [State.Quarantined] = []
        /// The stage of the deployment that is under way.
        var stage: (stage: Stage, since: ContinuousClock.Instant)?
        /// Attempts that failed since the last that did not.
        var failures = 0
        /// What the last failure said; nil after a success.
        var lastFailure: String?
        /// Whether an attempt has succeeded since the start.
        var hasSucceeded = false
    }

    private let content = Locked(Snapshot())

    /// What is known now.
    var now: Snapshot { content.withLock { $0 } }

    /// Changes what is known, in one step.
    func update(_ change: (inout Snapshot) -> Void) {
        content.withLock { change(&$0) }
    }
}
