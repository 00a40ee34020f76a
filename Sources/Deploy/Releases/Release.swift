public import GitObjects
public import Layout
package import Posix

/// The release of one commit, in a directory.
public struct Release: Sendable, Equatable {
    /// The commit.
    public let commit: ObjectID
    /// The directory that holds its tree.
    public let path: String

    /// Names a release.
    public init(commit: ObjectID, path: String) {
        self.commit = commit
        self.path = path
    }
}

extension ReleaseLayout {
    /// The path of a commit's release.
    public func directory(of commit: ObjectID) -> String { place(of: commit).path }
    /// Where a commit's release lies.
    package func place(of commit: ObjectID) -> Place { release(named: "\(commit)") }
    /// The path of git's record of the worktree that a release is.
    public func metadata(of commit: ObjectID) -> String { record(of: commit).path }
    /// Git's record of the worktree that a release is.
    package func record(of commit: ObjectID) -> Place { record(named: "\(commit)") }

    /// Where a release lies; a failure for one that is neither below the root nor at the link.
    package func place(of release: Release) throws(SystemError) -> Place { try requiredPlace(at: release.path) }

    /// Opens the directory of a release; no symbolic link leads there.
    package func open(_ release: Release) throws(SystemError) -> FileDescriptor {
        try place(of: release).openDirectory()
    }
}
