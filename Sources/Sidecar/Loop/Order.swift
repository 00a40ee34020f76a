internal import GitObjects

/// What a person asks the loop to do; it is carried out as an attempt of its own.
enum Order: Sendable, Equatable {
    /// Look at the remote now.
    case sync
    /// Publish a release that is still kept.
    case rollBack(to: ObjectID)
    /// Let everything that is held back be tried again, and look at the remote now.
    case resume
}
