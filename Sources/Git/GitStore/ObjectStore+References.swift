public import GitFiles
public import GitObjects
internal import Glibc
internal import Posix

extension ObjectStore {
    /// The commits that are kept, in the order of their names: each has a reference, so that git's own `gc` keeps it too.
    public var kept: [ObjectID] {
        get throws(GitError) {
            // Somebody's `git gc` may have moved them into one file.
            let packed = try files.packedReferences().keys.filter { $0.hasPrefix(keptPrefix) }
            let names =
                try RepositoryFiles.names(in: keptDirectory) + packed.map { String($0.dropFirst(keptPrefix.count)) }
            return Set(names.compactMap { ObjectID($0) }).sorted()
        }
    }

    /// Keeps a commit and all that belongs to it until it is released.
    public func keep(_ commit: ObjectID) throws(GitError) {
        try RepositoryFormat.checkKinds(path)
        try RepositoryFiles.makeDirectories(keptDirectory)
        try setReference("\(keptPrefix)\(commit)", to: commit)
    }

    /// Gives a commit up, so that compaction may remove it; one that is not kept will do.
    public func release(_ commit: ObjectID) throws(GitError) {
        try RepositoryFormat.checkKinds(path)
        try files.removePacked("\(keptPrefix)\(commit)")
        try RepositoryFiles.remove("\(keptDirectory)/\(commit)")
    }

    private var files: References { References(gitDirectory: path, commonDirectory: path) }
    private var keptDirectory: String { path + "/refs/git-sidecar" }
    private var keptPrefix: String { "refs/git-sidecar/" }

    /// Points a reference at an object, without a log; the directories in its name must exist.
    public func setReference(_ name: String, to id: ObjectID) throws(GitError) {
        try RepositoryFiles.replace("\(path)/\(name)", with: Array("\(id)\n".utf8))
    }

    /// The object that a reference names, loose or packed, followed through symbolic references; nil when there is none.
    public func reference(named name: String) throws(GitError) -> ObjectID? {
        try files.resolve(name)
    }

    /// The commits whose parents are not here on purpose, as git records them in `.git/shallow`.
    public var shallow: Set<ObjectID> {
        get throws(GitError) { try readShallow(path) }
    }

    /// Replaces the set of shallow commits as a whole; an empty set removes the file.
    ///
    /// A `shallow.lock` that a killed git program left behind does not matter.
    public func replaceShallow(_ commits: Set<ObjectID>) throws(GitError) {
        try RepositoryFormat.checkKinds(path)
        guard !commits.isEmpty else {
            try RepositoryFiles.remove(path + "/shallow")
            return try RepositoryFiles.flushDirectory(of: path + "/shallow")
        }
        let lines = commits.sorted().map { "\($0)\n" }.joined()
        try RepositoryFiles.replace(path + "/shallow", with: Array(lines.utf8))
    }
}
