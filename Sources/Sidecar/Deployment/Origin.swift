internal import GitObjects
internal import GitProtocol
internal import Releases

/// Where a release comes from, for people.
struct Origin {
    let commit: ObjectID
    /// The reference that stood for the commit.
    let reference: String
    let subject: String

    init(_ found: ResolvedReference, _ commit: CommitSummary) {
        self.commit = commit.id
        reference = found.shownName
        subject = Origin.shortened(commit.subject)
    }

    /// A subject is a line for people; one that is longer than a page is no such thing.
    static func shortened(_ subject: String) -> String {
        subject.utf8.count <= 500 ? subject : String(subject.prefix(500)) + "…"
    }

    init(_ published: State.Published) {
        commit = published.commit
        reference = published.reference
        subject = published.subject
    }
}
