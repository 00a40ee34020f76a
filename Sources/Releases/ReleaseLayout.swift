public import GitObjects
internal import Posix

/// Where everything lies under the root.
public struct ReleaseLayout: Sendable, Equatable {
    /// The root, absolute and without symbolic links.
    public let root: String
    /// What readers open: a symbolic link, or the release itself where a directory is published; absolute.
    public let link: String

    /// Makes the root, if need be, and resolves the symbolic links in its path.
    ///
    /// - Parameters:
    ///   - root: the absolute path of the root.
    ///   - link: the path to publish at, relative to the root or absolute.
    /// - Throws: `refused` when publishing at the link would replace the root.
    public init(root: String, link: String) throws(ReleaseError) {
        let path = try system { () throws(SystemError) in
            try Files.makeDirectories(root)
            return try Files.resolve(root)
        }
        self.root = path
        self.link = normalized(link.hasPrefix("/") ? link : path + "/" + link)
        if self.link == path || path.hasPrefix(self.link + "/") {
            throw .refused(operation: "publish at \(self.link)", reason: "it is the root itself or lies above it")
        }
    }

    /// The object store and git's records of its worktrees.
    public var gitDirectory: String { root + "/.git" }
    /// The directory of the releases.
    public var releases: String { root + "/.worktrees" }
    /// What only we read.
    public var state: String { root + "/.git-sidecar" }
    /// Where releases are built, and where they wait for their removal.
    public var staging: String { state + "/staging" }

    /// The directory of a commit's release.
    public func directory(of commit: ObjectID) -> String { releases + "/\(commit)" }
    /// Git's record of the worktree that a release is.
    public func metadata(of commit: ObjectID) -> String { gitDirectory + "/worktrees/\(commit)" }
}

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

/// An absolute path without `.`, `..` and doubled slashes; symbolic links are not looked at.
package func normalized(_ path: String) -> String {
    var components: [Substring] = []
    for component in path.split(separator: "/") where component != "." {
        if component == ".." { components = components.dropLast() } else { components.append(component) }
    }
    return "/" + components.joined(separator: "/")
}

/// The path that leads from one directory to `target`; both absolute and normalized.
package func relativePath(from directory: String, to target: String) -> String {
    let from = directory.split(separator: "/")
    let to = target.split(separator: "/")
    let shared = zip(from, to).prefix { $0 == $1 }.count
    return (Array(repeating: "..", count: from.count - shared) + to[shared...]).joined(separator: "/")
}

/// The directory that holds what lies at an absolute path.
package func parent(of path: String) -> String {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The last component of a path.
package func lastComponent(of path: String) -> String {
    String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
}
