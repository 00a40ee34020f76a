public import GitObjects
public import Posix

/// A release that has just been published, and what the application may need to know about it.
public struct ReleaseChange: Sendable {
    /// The commit.
    public var commit: ObjectID
    /// The paths at which it differs from the release before; see `TreeDifference`.
    public var paths: [[UInt8]]
    /// The absolute path of the release's own directory, not of the link.
    public var release: String
    /// The absolute paths of other releases that are still there.
    public var otherReleases: [String]
    /// When the link was swapped: `CurrentProcess.timeSinceBoot`, read right after.
    public var publishedAt: Duration
    /// The environment of commands.
    public var environment: Environment
    /// Whether this is the release that is gone back to: then an application that ended is waited for.
    public var goesBack: Bool

    /// Describes a published release.
    public init(
        commit: ObjectID, paths: [[UInt8]], release: String, otherReleases: [String] = [],
        publishedAt: Duration = CurrentProcess.timeSinceBoot, environment: Environment, goesBack: Bool = false
    ) {
        self.commit = commit
        self.paths = paths
        self.release = release
        self.otherReleases = otherReleases
        self.publishedAt = publishedAt
        self.environment = environment
        self.goesBack = goesBack
    }
}
