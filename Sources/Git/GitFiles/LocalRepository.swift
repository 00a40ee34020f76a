public import GitObjects
internal import Posix

/// Another repository on this machine, as far as its plain files tell: where it lies and what its references name.
///
/// It is only ever read. It may be bare or not, a worktree, named by a `.git` file, borrow objects from others
/// (alternates), be shallow itself, and belong to another user. No object of it is opened here.
public struct LocalRepository: Sendable {
    /// Where its `HEAD` is.
    public let gitDirectory: String
    /// Where its objects and references are; differs from `gitDirectory` in a worktree.
    public let commonDirectory: String

    /// Finds the repository at a path: its `.git` directory, or the directory that has one, tried in git's order.
    ///
    /// - Throws: `missing` when there is none, `damaged`, `foreignFormat`, or a failure of the system.
    public static func open(_ path: String) throws(GitError) -> LocalRepository {
        for suffix in ["/.git", "", ".git/.git", ".git"] {
            guard let gitDirectory = try followGitFile(path + suffix), isRepository(gitDirectory) else { continue }
            return try LocalRepository(gitDirectory)
        }
        throw GitError(
            code: .missing, operation: "open the repository at \(path)", message: "there is no git repository")
    }

    private init(_ gitDirectory: String) throws(GitError) {
        self.gitDirectory = gitDirectory
        commonDirectory = try findCommonDirectory(of: gitDirectory)
        try RepositoryFormat.check(commonDirectory)
    }

    /// The commits whose parents this repository itself does not have.
    public var shallow: Set<ObjectID> {
        get throws(GitError) { try readShallow(commonDirectory) }
    }

    /// Every directory that holds something of the repository, those that it borrows objects from among them.
    public var directories: [String] {
        get throws(GitError) {
            var found = gitDirectory == commonDirectory ? [gitDirectory] : [gitDirectory, commonDirectory]
            var open = [commonDirectory + "/objects"]
            var seen = Set(open)
            // Git itself follows five levels of them.
            while let objects = open.popLast(), found.count < 64 {
                guard let list = try RepositoryFiles.read(objects + "/info/alternates", limit: 1 << 20) else {
                    continue
                }
                for line in list.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
                    let other = joined(objects, String(decoding: line, as: UTF8.self))
                    guard seen.insert(other).inserted, RepositoryFiles.isDirectory(other) else { continue }
                    found.append(other)
                    open.append(other)
                }
            }
            return found
        }
    }
}

/// The directory that a path means: itself, or where a `.git` file says that it is; nil when it is neither.
private func followGitFile(_ path: String) throws(GitError) -> String? {
    if RepositoryFiles.isDirectory(path) { return path }
    guard let content = try RepositoryFiles.read(path, limit: 64 << 10) else { return nil }
    let prefix = Array("gitdir: ".utf8)
    guard content.starts(with: prefix) else { return nil }
    return joined(parent(of: path), line(content.dropFirst(prefix.count)))
}

private func isRepository(_ path: String) -> Bool {
    guard RepositoryFiles.exists(path + "/HEAD") else { return false }
    return RepositoryFiles.exists(path + "/commondir") || RepositoryFiles.isDirectory(path + "/objects")
}

private func findCommonDirectory(of gitDirectory: String) throws(GitError) -> String {
    guard let content = try RepositoryFiles.read(gitDirectory + "/commondir", limit: 64 << 10) else {
        return gitDirectory
    }
    return joined(gitDirectory, line(content[...]))
}

private func line(_ content: ArraySlice<UInt8>) -> String {
    String(decoding: content.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
}

private func joined(_ directory: String, _ path: String) -> String {
    path.hasPrefix("/") ? path : "\(directory)/\(path)"
}

/// Reads a repository's `shallow` file.
package func readShallow(_ gitDirectory: String) throws(GitError) -> Set<ObjectID> {
    guard let content = try RepositoryFiles.read(gitDirectory + "/shallow", limit: 64 << 20) else { return [] }
    var commits: Set<ObjectID> = []
    for line in content.split(separator: UInt8(ascii: "\n")) {
        guard let id = ObjectID(hex: line.span) else {
            throw .malformed("read \(gitDirectory)/shallow", "a line is no object name")
        }
        commits.insert(id)
    }
    return commits
}

/// A reference of another repository, as its files tell.
public struct LocalReference: Sendable, Equatable {
    /// The full name: `HEAD` or something below `refs/`.
    public let name: String
    /// The object that it names.
    public let id: ObjectID
    /// What an annotated tag means in the end, where git has noted it beside the reference.
    public let peeled: ObjectID?
    /// The reference that a symbolic one (`HEAD`) stands for.
    public let symbolicTarget: String?
}

extension LocalRepository {
    /// One reference by its full name; nil when it does not exist.
    ///
    /// Whether its object is there is not looked at.
    public func reference(named name: String) throws(GitError) -> LocalReference? {
        let packed = try references.packedReferences()
        guard let (id, target) = try references.resolve(name, packed: packed) else { return nil }
        return LocalReference(
            name: name, id: id, peeled: packed[target].flatMap { $0.id == id ? $0.peeled : nil },
            symbolicTarget: target == name ? nil : target)
    }

    /// The name that `HEAD` stands for even if no commit is there yet; nil when it names a commit itself.
    public func headTarget() throws(GitError) -> String? {
        guard case .symbolic(let target)? = try references.loose("HEAD") else { return nil }
        return target
    }

    private var references: References {
        References(gitDirectory: gitDirectory, commonDirectory: commonDirectory)
    }
}
