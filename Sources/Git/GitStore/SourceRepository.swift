public import GitFiles
public import GitObjects

/// Another repository on this machine, from which commits are copied; it is only ever read.
public final class SourceRepository {
    /// What its plain files tell.
    public let files: LocalRepository
    let objects: ObjectStore

    /// Opens the repository at a path: its `.git` directory, or the directory that has one, tried in git's order.
    ///
    /// - Throws: `missing` when there is none, `damaged`, `foreignFormat`, or a failure of the system.
    public static func open(_ path: String) throws(GitError) -> SourceRepository {
        try GitLibrary.start()
        return try SourceRepository(LocalRepository.open(path))
    }

    private init(_ files: LocalRepository) throws(GitError) {
        self.files = files
        objects = try ObjectStore(path: files.commonDirectory, objects: files.commonDirectory + "/objects")
    }

    /// Whether the object is there.
    public func contains(_ id: ObjectID) -> Bool { objects.contains(id) }
}
