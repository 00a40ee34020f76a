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

/// Where a release is not as it was made.
public struct Difference: Sendable, Equatable, CustomStringConvertible {
    /// The kinds of differences.
    public enum Kind: String, Sendable, CaseIterable {
        /// The file is not there.
        case missing
        /// The file's content, kind or permissions are other ones.
        case changed
        /// There is something that the commit does not hold.
        case added
        /// The link does not lead to the release.
        case unpublished
        /// There is no record of how the release was made, or it is damaged: nothing is known about any file.
        case unproven
    }

    /// What is different.
    public let kind: Kind
    /// Where, from the top of the release; empty for the release as a whole.
    public let path: [UInt8]

    /// The path of the release's own directory.
    static let top = Array(".".utf8)

    /// Says what is different.
    public init(kind: Kind, path: [UInt8]) {
        self.kind = kind
        self.path = path
    }

    /// `missing: <path>`.
    public var description: String { "\(kind.rawValue): \(String(decoding: path, as: UTF8.self))" }
}

/// Who besides us may use what we write.
public enum GroupAccess {
    /// Lets the group write everything that is made from now on, as `--group-write` asks; others may read.
    ///
    /// It holds for the whole process: call it before any thread is started. Where the root's directory hands its group
    /// down (the set-group-id bit), everything in it belongs to that group.
    public static func allow() {
        Files.setCreationMask(0o002)
    }
}

/// A file whose time says when something happened last.
public enum TouchFile {
    /// Sets a file's time to now, and makes it where it is missing, with the directories above it.
    ///
    /// Inside the root no symbolic link leads to it; elsewhere its directory may be reached through some. What is there
    /// must be a regular file.
    public static func touch(_ path: String, in layout: ReleaseLayout) throws(ReleaseError) {
        try system { () throws(SystemError) in try layout.place(chosen: path).touch() }
    }
}
