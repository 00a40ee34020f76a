internal import CLibgit2
public import GitFiles
internal import GitObjects

/// The objects of one repository on the shared volume.
///
/// Not `Sendable`: libgit2's handles and error texts belong to a thread. A second thread opens its own, which is cheap.
@safe public final class ObjectStore {
    /// The path of the `.git` directory.
    public let path: String
    let objectDirectory: String
    private(set) var database: OpaquePointer

    /// Opens the store whose `.git` directory has this path, and makes or finishes it first when it is not complete.
    ///
    /// - Throws: `damaged`, `foreignFormat`, or a failure of the system.
    public static func open(_ gitDirectory: String) throws(GitError) -> ObjectStore {
        try RepositoryFormat.checkKinds(gitDirectory)
        try StoreDirectory.create(gitDirectory)
        return try openExisting(gitDirectory)
    }

    /// Opens a store and never makes one.
    ///
    /// - Throws: `missing`, `damaged`, `foreignFormat`, or a failure of the system.
    public static func openExisting(_ gitDirectory: String) throws(GitError) -> ObjectStore {
        try GitLibrary.start()
        try RepositoryFormat.checkKinds(gitDirectory)
        try RepositoryFormat.check(gitDirectory)
        return try ObjectStore(path: gitDirectory, objects: gitDirectory + "/objects")
    }

    init(path: String, objects: String) throws(GitError) {
        self.path = path
        objectDirectory = objects
        unsafe database = try owned("open the object store at \(path)") { unsafe git_odb_open($0, objects) }
    }

    /// Opens the files anew, so that those which were removed are let go; their space is free only then.
    public func reopen() throws(GitError) {
        let fresh = unsafe try owned("open the object store at \(path)") { unsafe git_odb_open($0, objectDirectory) }
        unsafe git_odb_free(database)
        unsafe database = fresh
    }

    deinit {
        unsafe git_odb_free(database)
    }

    /// Looks for packs that came or went since the store was opened.
    ///
    /// Only needed where another program or another handle writes; what goes through this handle is seen at once.
    public func refresh() throws(GitError) {
        try check(unsafe git_odb_refresh(database), "look for new packs in \(path)")
    }
}
