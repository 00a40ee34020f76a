public import GitStore
internal import Layout

/// A release that is complete but not yet in its place.
public struct StagedRelease: Sendable {
    /// The commit.
    public let commit: ObjectID
    /// What making it has cost.
    public internal(set) var figures = StagingFigures()
    /// Files that could not be written as their attributes ask, for people; git too only warns of them.
    public internal(set) var warnings: [String] = []
    // The directory that holds the release and git's record of it.
    let place: Place

    /// The path of the release.
    public var path: String { release.path }
    /// The directory of the release.
    var release: Place { place.appending("release") }
    /// The directory that is to become git's record of the worktree.
    var metadata: Place { place.appending("worktree") }
}
