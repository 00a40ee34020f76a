internal import GitProtocol
internal import GitStore

/// Where a release comes from, for people.
struct Origin {
    let commit: ObjectID
    /// The reference that stood for the commit.
    let reference: String
    let subject: String

    init(_ found: ResolvedReference, _ commit: Commit) {
        self.commit = commit.id
        reference = found.shownName
        subject = commit.subject
    }

    init(_ published: State.Published) {
        commit = published.commit
        reference = published.reference
        subject = published.subject
    }
}
