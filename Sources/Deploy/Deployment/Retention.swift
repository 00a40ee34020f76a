package import GitObjects
package import Posix

/// What is to stay of the releases in a root.
package struct RetentionPlan: Sendable, Equatable {
    package var live: ObjectID?
    /// Commits that can be gone back to without the network, the last good one among them.
    package var commits: [ObjectID]
    /// Directories that stay beside the live one, and until when; nil without an end that is known.
    package var directories: [ObjectID: Timestamp?]
    /// How long a directory stays of which nobody knows when it was replaced.
    package var staleTimeout: Duration
}

/// The life of a release's directory: who holds it there, and until when.
package enum DirectoryHold: Sendable, Equatable {
    /// The link leads to it.
    case live
    /// It is about to be published.
    case intended
    /// It is the way back.
    case lastGood
    /// The files of its successor are not on the disk yet.
    case successorNotDurable
    /// `--stale-worktree-timeout`.
    case timed(until: Timestamp)
}

/// Decides how long the directory of each release stays.
package struct Retention: Sendable {
    let state: DeploymentState
    let settings: DeploymentSettings

    package init(_ state: DeploymentState, _ settings: DeploymentSettings) {
        self.state = state
        self.settings = settings
    }

    /// What holds the directory of a commit; nil when nothing does, and it goes.
    package func hold(on commit: ObjectID, at now: Timestamp) -> DirectoryHold? {
        if commit == state.live?.commit { return .live }
        if commit == state.intent?.info.commit { return .intended }
        if commit == state.lastGood?.commit { return .lastGood }
        guard let retired = state.retired.first(where: { $0.commit == commit }) else { return nil }
        if state.live?.isDurable == false, state.retired.first?.commit == commit { return .successorNotDurable }
        // A clock that was set back must not keep a directory for years.
        let end = min(retired.time, now).adding(settings.staleTimeout)
        return end > now ? .timed(until: end) : nil
    }

    /// The commits without the network, and the directories, that stay now.
    package func plan(at now: Timestamp) -> RetentionPlan {
        var directories: [ObjectID: Timestamp?] = [:]
        let commits =
            state.retired.map(\.commit) + [state.intent?.info.commit, state.lastGood?.commit].compactMap { $0 }
        for commit in commits where commit != state.live?.commit {
            switch hold(on: commit, at: now) {
            case .timed(let end): directories[commit] = .some(end)
            case .some: directories[commit] = .some(nil)
            case nil: break
            }
        }
        return RetentionPlan(
            live: state.live?.commit, commits: state.previous(settings.keepReleases).map(\.commit),
            directories: directories, staleTimeout: settings.staleTimeout)
    }
}
