internal import GitFiles
internal import GitObjects

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
