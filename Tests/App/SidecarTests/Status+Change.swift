import Deployment
import GitObjects
import Posix
import TestSupport

extension Status {
    /// Shows another state, however it came about.
    func change(_ change: (inout DeploymentState) -> Void) {
        var state = now.state
        change(&state)
        take(.found("changed by a test", subject: ""), state, at: .now)
    }

    /// Shows what facts lead to.
    func apply(_ facts: Fact...) {
        change { state in
            for fact in facts { state.apply(fact, at: .now) }
        }
    }

    /// Shows a release as live and confirmed.
    func publish(_ commit: ObjectID, reference: String = "main", subject: String = "subject") {
        let intent = Intent(CommitInfo(commit: commit, reference: reference, subject: subject))
        apply(.published(Publication(intent, time: .now(), needsConfirmation: false)))
    }
}
