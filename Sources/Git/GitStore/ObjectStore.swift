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

/// The files of a `.git` directory that make it a repository, as `git init` would write them.
enum StoreDirectory {
    /// Makes the store, or finishes one whose making was interrupted; leaves a complete one as it is.
    ///
    /// `HEAD` is written last. Neither git nor we take a directory without it for a repository, so that its presence
    /// says that all the rest is there.
    static func create(_ path: String) throws(GitError) {
        if RepositoryFiles.exists(path + "/HEAD") { return }
        if RepositoryFiles.exists(path), !RepositoryFiles.isDirectory(path) {
            throw GitError(code: .foreignFormat, operation: "make the object store at \(path)", message: "it is a file")
        }
        try RepositoryFiles.makeDirectories(path)
        for directory in ["/objects", "/objects/info", "/objects/pack", "/refs", "/refs/heads", "/refs/tags"] {
            try RepositoryFiles.makeDirectories(path + directory)
        }
        if !RepositoryFiles.exists(path + "/config") {
            try RepositoryFiles.replace(path + "/config", with: Array(configuration.utf8))
        }
        try RepositoryFiles.replace(path + "/HEAD", with: Array("ref: refs/heads/main\n".utf8))
        try RepositoryFiles.flushDirectory(of: path)
    }

    /// Not bare, because releases are its worktrees.
    ///
    /// Sharing a file between releases by a hard link changes the time of
    /// its last status change: `trustctime` keeps git from reading every such file again to see whether it was edited.
    /// The submodules of a release are checked out by us: `active` lets git say so.
    private static let configuration = """
        [core]
        \trepositoryformatversion = 0
        \tfilemode = true
        \tbare = false
        \tlogallrefupdates = false
        \ttrustctime = false
        [submodule]
        \tactive = .

        """
}
