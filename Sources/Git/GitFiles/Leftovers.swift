internal import GitObjects
internal import Posix

extension RepositoryFiles {
    /// Removes what killed runs, ours or a git program's, left unfinished in a store.
    ///
    /// Call it before the store is opened and only while holding the lock on the root: a file that somebody is
    /// writing right now cannot be told from one that nobody will finish.
    package static func removeTemporaries(_ gitDirectory: String) throws(GitError) {
        for name in [
            "HEAD.lock", "config.lock", "index.lock", "packed-refs.lock", "shallow.lock", "gc.pid.lock", "gc.pid",
        ]
        where exists("\(gitDirectory)/\(name)") {
            try remove("\(gitDirectory)/\(name)")
        }
        for directory in ["", "/refs", "/refs/git-sidecar", "/objects/info"] {
            try removeFiles(in: gitDirectory + directory) { TemporaryName.matches(Array($0.utf8)) }
        }
        try removeFiles(in: gitDirectory + "/refs/git-sidecar") { $0.hasSuffix(".lock") }
        try removePackTemporaries(gitDirectory + "/objects/pack")
    }

    private static func removePackTemporaries(_ directory: String) throws(GitError) {
        let names = Set(try names(in: directory))
        // Ours begin with pack_git2_, git's with tmp_ or .tmp-. A pack is renamed into place after its index and
        // removed before it: one half without the other is the trace of a kill, too, and nobody reads it.
        try removeFiles(in: directory) { name in
            if name.hasPrefix("pack_git2_") || name.hasPrefix("tmp_") || name.hasPrefix(".tmp-") { return true }
            guard name.hasPrefix("pack-") else { return false }
            if name.hasSuffix(".pack") { return !names.contains(name.dropLast(5) + ".idx") }
            if name.hasSuffix(".idx") { return !names.contains(name.dropLast(4) + ".pack") }
            return false
        }
    }

    private static func removeFiles(in directory: String, where isLeftover: (String) -> Bool) throws(GitError) {
        for name in try names(in: directory) where isLeftover(name) {
            try remove("\(directory)/\(name)")
        }
    }
}
