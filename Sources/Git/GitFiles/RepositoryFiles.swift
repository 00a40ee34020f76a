internal import Posix

/// The store's own files: what Posix does with files, with the store's errors, and where a missing file is no error.
package enum RepositoryFiles {
    /// Makes a directory and those above it, as far as they are missing.
    package static func makeDirectories(_ path: String) throws(GitError) {
        try onDisk { () throws(SystemError) in try Files.makeDirectories(path) }
    }

    /// Whether there is a directory at this path, or at the end of the symbolic link there; what cannot be looked at
    /// is none.
    package static func isDirectory(_ path: String) -> Bool {
        (try? Files.statusIfPresent(path, followingLinks: true))?.kind == .directory
    }

    /// Whether there is a directory at this path, and not only at the end of a symbolic link there.
    package static func isDirectoryItself(_ path: String) -> Bool {
        (try? Files.statusIfPresent(path))?.kind == .directory
    }

    /// Whether there is anything at this path that we can see.
    package static func exists(_ path: String) -> Bool {
        (try? Files.statusIfPresent(path)) != nil
    }

    /// The number of bytes in a file.
    package static func size(of path: String) throws(GitError) -> UInt64 {
        try onDisk { () throws(SystemError) in UInt64(try Files.status(path, followingLinks: true).size) }
    }

    /// Reads a whole small file; nil when there is none.
    ///
    /// What is no regular file is a failure, and is not waited for.
    package static func read(_ path: String, limit: Int) throws(GitError) -> [UInt8]? {
        try onDisk { () throws(SystemError) in
            try orNil { () throws(SystemError) in try Files.readRegular(path, limit: limit) }
        }
    }

    /// Replaces a file as a whole, on the disk too: whoever reads it, and whenever we are killed, sees the old content
    /// or the new.
    ///
    /// The new file gets a name of its own instead of git's `NAME.lock`, so that a lock which a killed git program left
    /// behind stops nothing.
    package static func replace(_ path: String, with content: [UInt8]) throws(GitError) {
        try onDisk { () throws(SystemError) in
            try AtomicFile.write(content, to: path, mode: nil, synchronized: true)
        }
    }

    /// Makes the names in a file's directory survive a power cut.
    package static func flushDirectory(of path: String) throws(GitError) {
        try onDisk { () throws(SystemError) in try Files.synchronizeDirectory(parent(of: path)) }
    }

    /// Removes a file; one that is not there will do.
    package static func remove(_ path: String) throws(GitError) {
        _ = try onDisk { () throws(SystemError) in
            try orNil { () throws(SystemError) in try Files.remove(path) }
        }
    }

    /// The names in a directory, without `.` and `..`; none when it does not exist.
    package static func names(in path: String) throws(GitError) -> [String] {
        try onDisk { () throws(SystemError) in
            let entries = try orNil { () throws(SystemError) in try FileDescriptor.openDirectory(path).entries() }
            return (entries ?? []).map(\.name.pathText).sorted()
        }
    }

    private static func orNil<Result>(_ body: () throws(SystemError) -> Result) throws(SystemError) -> Result? {
        do {
            return try body()
        } catch {
            if error.isMissing { return nil }
            throw error
        }
    }
}
