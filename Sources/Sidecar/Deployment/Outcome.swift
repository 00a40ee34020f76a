internal import GitObjects

/// How an attempt ended that did not fail.
enum Outcome {
    /// What is live is what the remote has.
    case unchanged(ObjectID)
    /// A new release is live.
    case deployed(ObjectID)
    /// A release that a person chose is live.
    case chosen(ObjectID)
    /// The remote has a commit that is held back, because it failed before.
    case heldBack(ObjectID)
    /// A new commit was tried, found bad, and is held back from now on.
    case rejected(ObjectID, StageError)
}

/// A judgement about a commit, in contrast to a failure of ours: it is not tried again by itself.
struct Verdict: Error, CustomStringConvertible {
    /// Why the commit is bad.
    let description: String
    /// What the command that judged it wrote, bounded.
    var output = ""
}
