internal import GitObjects
package import Posix

/// What we believe, for everybody who asks while the loop works.
package final class Status: Projection, Sendable {
    /// One consistent look at it.
    package struct Snapshot: Sendable {
        /// When this process began to keep watch.
        package let started = Timestamp.now()
        package var state = DeploymentState()
        /// How far the stage is that is under way.
        package var progress: Progress?
        /// When the next attempt is due; nil while one is under way, and when nothing can change any more.
        package var nextAttempt: ContinuousClock.Instant?
        /// Why the state could not be written; nil when it could.
        package var saveProblem: String?

        package init() {}
    }

    /// How far a stage is.
    package struct Progress: Sendable, Equatable {
        package var done: Int
        /// Zero as long as it is not known.
        package var total: Int
        /// What is counted, such as `objects`.
        package var unit: String

        package init(done: Int, total: Int, unit: String) {
            self.done = done
            self.total = total
            self.unit = unit
        }
    }

    private let content = Locked(Snapshot())

    /// Begins with what an earlier run has kept.
    package init(_ state: DeploymentState = DeploymentState()) {
        content.withLock { $0.state = state }
    }

    package var shown: DeploymentState? { now.state }

    package var now: Snapshot { content.withLock { $0 } }

    /// Lends what is known while nobody can change it.
    package func read<Result>(_ body: (Snapshot) -> Result) -> Result { content.withLock { body($0) } }

    package func take(_ fact: Fact, _ state: DeploymentState, at moment: Moment) {
        content.withLock { content in
            content.state = state
            switch fact {
            case .attemptBegan: (content.nextAttempt, content.progress) = (nil, nil)
            case .stageBegan, .attemptEnded: content.progress = nil
            default: break
            }
        }
    }

    /// Shows what an earlier run has left.
    package func show(_ state: DeploymentState) { content.withLock { $0.state = state } }

    package func saveProblemChanged(_ problem: String?) { content.withLock { $0.saveProblem = problem } }

    package func setNextAttempt(_ instant: ContinuousClock.Instant) { content.withLock { $0.nextAttempt = instant } }

    package func setProgress(_ progress: Progress) { content.withLock { $0.progress = progress } }
}

extension Status.Snapshot {
    /// What a person wants to know first.
    package enum Condition: String, Sendable {
        /// What the remote has is published, and confirmed where that was asked for.
        case current
        /// Something new is on its way.
        case deploying
        /// The remote's commit was rejected or gone back from; an earlier one is live.
        case heldBack = "held-back"
        /// Published, but the application was not shown to run it.
        case unconfirmed
        /// The last attempt failed, or none has succeeded yet; what is live stays.
        case stale
        /// Nothing is published yet.
        case empty
    }

    package var condition: Condition {
        if state.work?.isNew == true { return .deploying }
        guard let live = state.live else { return .empty }
        let runsAnother = state.running?.commit == live.commit && state.running?.verdict == "stale"
        if !live.isConfirmed || runsAnother { return .unconfirmed }
        if state.isFailing || state.outage != nil { return .stale }
        guard let remote = state.remote else { return .stale }
        if remote.commit == live.commit { return .current }
        return state.isHeldBack(remote.commit) ? .heldBack : .stale
    }

    /// How long the remote has had a commit that is not live; zero while it is.
    package func lag(at now: ContinuousClock.Instant = .now) -> Duration {
        state.behindSince.map { max(.zero, $0.duration(to: now)) } ?? .zero
    }
}
