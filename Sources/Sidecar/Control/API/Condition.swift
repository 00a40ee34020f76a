/// What a person wants to know first.
enum Condition: String, Sendable {
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

extension Status.Snapshot {
    /// What a person wants to know first.
    var condition: Condition {
        if work?.isNews == true { return .deploying }
        guard let published else { return .empty }
        let runsAnother = running?.commit == published.commit && running?.verdict == "stale"
        if isUnconfirmed || runsAnother { return .unconfirmed }
        if isFailing { return .stale }
        guard let remote else { return .stale }
        if remote.commit == published.commit { return .current }
        return quarantine.contains { $0.commit == remote.commit } ? .heldBack : .stale
    }

    /// How long the remote has had a commit that is not live; zero while it is.
    func lag(at now: ContinuousClock.Instant = .now) -> Duration {
        behindSince.map { max(.zero, $0.duration(to: now)) } ?? .zero
    }
}
