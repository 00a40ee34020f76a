internal import CGitShims
internal import CLibgit2
public import GitFiles
internal import GitObjects

/// libgit2 as a whole: started once in a process, before any store is opened.
public enum GitLibrary {
    /// Starts libgit2 and sets its process-wide options; calling it again changes nothing.
    public static func start() throws(GitError) {
        // A static initialiser runs once, whichever thread comes first.
        try started.get()
    }

    /// The version of the library that is loaded, such as `1.5.1`.
    public static var version: String {
        var (major, minor, revision) = (Int32(0), Int32(0), Int32(0))
        unsafe git_libgit2_version(&major, &minor, &revision)
        return "\(major).\(minor).\(revision)"
    }

    private static let started = Result { () throws(GitError) in try startOnce() }

    private static func startOnce() throws(GitError) {
        try check(git_libgit2_init(), "start libgit2")
        try rejectOtherVersion()
        try check(shim_git_set_limiting_allocator(), "set how libgit2 takes memory")
        // What the system, the user or a packager configured for git must not change what we deploy.
        let levels = [
            GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
        ]
        for level in levels {
            try check(unsafe shim_git_set_search_path(level.rawValue, ""), "ignore git's configuration files")
        }
        // The volume often belongs to another user than ours, and 1.5 does not understand `safe.directory=*`.
        // We read nothing from a repository's configuration but its format, and run nothing that it names.
        try check(shim_git_set_owner_validation(0), "allow repositories of other users")
        // Mapped pages of packs count as our memory: libgit2's own values (1 GiB, 8 GiB) are for desktops.
        // Indexing and walking 100,000 files takes the same time with windows from 1 to 32 MiB.
        try check(shim_git_set_window_sizes(4 << 20, 32 << 20), "limit libgit2's memory")
        try check(shim_git_set_window_file_limit(64), "limit libgit2's open files")
        // We walk trees ourselves and read each blob once: there is little to gain from libgit2's object cache.
        try check(shim_git_set_cache_size(4 << 20), "limit libgit2's cache")
        // The indexer hashed every object when its pack arrived. Hashing again at each read would cost staging as
        // much as writing the files, and zlib's checksum already notices a byte that changed on the disk since.
        try check(shim_git_set_strict_hash_verification(0), "set how libgit2 reads objects")
        // A pack that is renamed into place but not yet on the disk becomes a hole when the power fails, under a name
        // that says that its objects are there. One flush per fetch is cheaper than looking for such holes.
        try check(shim_git_set_fsync(1), "make libgit2 flush what it writes")
        // We never write .keep files; looking for one beside each pack is a system call for nothing.
        try check(shim_git_set_keep_file_checks_disabled(1), "set how libgit2 finds packs")
    }

    /// Structures change their layout between minor versions: running with another one than we were built against
    /// would read memory that is not there.
    private static func rejectOtherVersion() throws(GitError) {
        let built = "\(LIBGIT2_VER_MAJOR).\(LIBGIT2_VER_MINOR)."
        guard version.hasPrefix(built) else {
            throw GitError(
                code: .unspecified, operation: "start libgit2",
                message: "this program was built for version \(built)x, but \(version) is installed")
        }
    }
}
