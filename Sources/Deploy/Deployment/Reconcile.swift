internal import GitObjects
internal import Posix

/// Brings what we believe into agreement with what is at the link: at start, after a repair, and after going back.
///
/// The link is the truth about what is published. Whoever was stopped between swapping it and remembering that, or lost
/// the state, finds here which release is live; what the application was not told, it is told by the next attempt.
package struct Reconcile {
    let state: DeploymentState
    let hasApplication: Bool
    /// What a release is called that nothing is known of.
    let reference: String
    let now: Timestamp

    /// What happened while nobody wrote it down.
    func facts(_ target: LinkTarget) -> [Fact] {
        switch target {
        case .foreign(let reason): abandoned + [.lost(reason)]
        case .nothing: state.live == nil ? abandoned : abandoned + [.lost("the link is gone")]
        case .release(let commit, let isThere):
            facts(commit) + (isThere ? [] : [.lost("the directory of release \(commit) is gone")])
        }
    }

    private func facts(_ commit: ObjectID) -> [Fact] {
        if let intent = state.intent, intent.info.commit == commit, state.live?.commit != commit {
            // Killed between the swap and the state.
            return [
                .published(
                    Publication(intent, time: now, needsConfirmation: hasApplication))
            ]
        }
        if state.live?.commit == commit { return abandoned }
        let known = state.known(commit)
        let release =
            known ?? PublishedRelease(CommitInfo(commit: commit, reference: reference, subject: ""), time: now)
        return [
            .adopted(
                LiveRelease(release, isConfirmed: !hasApplication, isInJournal: true, isDurable: false))
        ]
    }

    /// A choice that a person made is carried out all the same, by the first attempt.
    private var abandoned: [Fact] {
        guard let intent = state.intent else { return [] }
        if intent.isChosen, let live = state.live, live.commit != intent.info.commit { return [] }
        // What is new may have been the reason why we ended; what was live before is not.
        let isNew = intent.goesBackFrom == nil && intent.info.commit != state.live?.commit
        return isNew ? [.interrupted(intent.info.commit)] : [.abandoned(intent.info.commit)]
    }
}
