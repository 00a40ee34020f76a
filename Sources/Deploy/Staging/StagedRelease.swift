package import GitObjects
internal import Layout
package import Releases

/// A release that is complete but not yet in its place.
package struct StagedRelease: Sendable {
    /// The commit.
    package let commit: ObjectID
    /// What making it has cost.
    package internal(set) var figures = StagingFigures()
    /// Files that could not be written as their attributes ask, for people; git too only warns of them.
    package internal(set) var warnings: [String] = []
    /// The files that were written, where they are few enough to be flushed one by one.
    package internal(set) var written: [[UInt8]] = []
    // The directory that holds the release and git's record of it.
    let place: Place

    /// The path of the release.
    package var path: String { release.path }
    /// The directory of the release.
    var release: Place { place.appending("release") }
    /// The directory that is to become git's record of the worktree.
    var metadata: Place { place.appending("worktree") }
}
