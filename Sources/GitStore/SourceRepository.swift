internal import Posix

/// Another repository on this machine, from which commits are copied; it is only ever read.
///
/// It may be bare or not, a worktree, named by a `.git` file, borrow objects from others (alternates), be shallow
/// itself, and belong to another user.
public final class SourceRepository {
    /// Where its `HEAD` is.
    public let gitDirectory: String
    /// Where its objects and references are; differs from `gitDirectory` in a worktree.
    public let commonDirectory: String
    let objects: ObjectStore
    let referenceFiles: References

    /// Opens the repository at a path: its `.git` directory, or the directory that has one, tried in git's order.
    ///
    /// - Throws: `missing` when there is none, `damaged`, `foreignFormat`, or a failure of the system.
    public static func open(_ path: String) throws(GitError) -> SourceRepository {
        try GitLibrary.start()
        for suffix in ["/.git", "", ".git/.git", ".git"] {
            guard let gitDirectory = try followGitFile(path + suffix), isRepository(gitDirectory) else { continue }
            return try SourceRepository(gitDirectory)
        }
        throw GitError(
            code: .missing, operation: "open the repository at \(path)", message: "there is no git repository")
    }

    private init(_ gitDirectory: String) throws(GitError) {
        self.gitDirectory = gitDirectory
        commonDirectory = try findCommonDirectory(of: gitDirectory)
        try StoreDirectory.checkFormat(commonDirectory)
        referenceFiles = References(gitDirectory: gitDirectory, commonDirectory: commonDirectory)
        objects = try ObjectStore(path: commonDirectory, objects: commonDirectory + "/objects")
    }

    /// The commits whose parents this repository itself does not have.
    public var shallow: Set<ObjectID> {
        get throws(GitError) { try readShallow(commonDirectory) }
    }

    /// Whether the object is there.
    public func contains(_ id: ObjectID) -> Bool { objects.contains(id) }
}

/// The directory that a path means: itself, or where a `.git` file says that it is; nil when it is neither.
private func followGitFile(_ path: String) throws(GitError) -> String? {
    if Files.isDirectory(path) { return path }
    guard let content = try Files.read(path, limit: 64 << 10) else { return nil }
    let prefix = Array("gitdir: ".utf8)
    guard content.starts(with: prefix) else { return nil }
    return joined(Files.parent(of: path), line(content.dropFirst(prefix.count)))
}

private func isRepository(_ path: String) -> Bool {
    guard Files.exists(path + "/HEAD") else { return false }
    return Files.exists(path + "/commondir") || Files.isDirectory(path + "/objects")
}

private func findCommonDirectory(of gitDirectory: String) throws(GitError) -> String {
    guard let content = try Files.read(gitDirectory + "/commondir", limit: 64 << 10) else { return gitDirectory }
    return joined(gitDirectory, line(content[...]))
}

private func line(_ content: ArraySlice<UInt8>) -> String {
    String(decoding: content.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
}

private func joined(_ directory: String, _ path: String) -> String {
    path.hasPrefix("/") ? path : "\(directory)/\(path)"
}
