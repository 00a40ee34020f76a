internal import CShims
internal import Glibc

/// Whole paths: opening, renaming and making what lies at them.
public enum TreePath {
    /// The status of what lies at a path, of a symbolic link itself; nil where there is nothing.
    public static func status(_ path: String) throws(SystemError) -> FileStatus? {
        var status = stat()
        do throws(SystemError) {
            try systemCall("look at \(path)") { unsafe lstat(path, &status) }
        } catch where error.isNotFound || error.code == ENOTDIR {
            return nil
        }
        return FileStatus(status)
    }

    /// Opens the directory at a path; a symbolic link in the last component is not followed.
    public static func openDirectory(_ path: String) throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            taking: try systemCall("open the directory \(path)") {
                unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            })
    }

    /// Makes a directory that must not exist yet.
    public static func makeDirectory(_ path: String) throws(SystemError) {
        try systemCall("make the directory \(path)") { unsafe mkdir(path, 0o777) }
    }

    /// Makes a directory and those above it, as far as they do not exist.
    public static func makeDirectories(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            try makeDirectory(path)
        } catch where error.isNotFound {
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw error }
            try makeDirectories(String(path[..<slash]))
            try makeDirectories(path)
        } catch where error.code == EEXIST {
            var status = stat()
            try systemCall("look at \(path)") { unsafe stat(path, &status) }
            guard FileStatus(status).isDirectory else { throw error }
        }
    }

    /// The path with every symbolic link resolved.
    public static func resolved(_ path: String) throws(SystemError) -> String {
        guard let resolved = unsafe realpath(path, nil) else { throw SystemError.last("resolve \(path)") }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// What the symbolic link at a path points to; nil where there is no symbolic link.
    public static func target(ofSymlink path: String) throws(SystemError) -> String? {
        do throws(SystemError) {
            let target = try TreeFile.target(ofSymlink: (Array(path.utf8) + [0]).span, in: AT_FDCWD)
            return String(decoding: target, as: UTF8.self)
        } catch where error.code == EINVAL || error.isNotFound || error.code == ENOTDIR {
            return nil
        }
    }

    /// Makes a symbolic link that must not exist yet.
    public static func createSymlink(_ path: String, to target: String) throws(SystemError) {
        try systemCall("make the symbolic link \(path)") { unsafe symlink(target, path) }
    }

    /// Renames; what lies at the new path is replaced, as `rename(2)` does it.
    public static func rename(_ path: String, to new: String) throws(SystemError) {
        try systemCall("rename \(path) to \(new)") { unsafe Glibc.rename(path, new) }
    }

    /// Renames, and fails with `EEXIST` when there is something at the new path.
    public static func renameToNew(_ path: String, _ new: String) throws(SystemError) {
        try systemCall("rename \(path) to \(new)") { unsafe shim_rename_new(path, new) }
    }

    /// Swaps what lies at two paths, in one step that nobody can see half of.
    public static func exchange(_ path: String, _ other: String) throws(SystemError) {
        try systemCall("exchange \(path) and \(other)") {
            unsafe shim_rename_exchange(AT_FDCWD, path, AT_FDCWD, other)
        }
    }

    /// Gives the file at a path a second name; nothing may be there.
    public static func link(_ path: String, as new: String) throws(SystemError) {
        try systemCall("link \(path) as \(new)") { unsafe Glibc.link(path, new) }
    }

    /// Makes the names in the directory at a path survive a power failure.
    public static func flushDirectory(_ path: String) throws(SystemError) {
        let directory = FileDescriptor(
            taking: try systemCall("open the directory \(path)") {
                unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            })
        let number = directory.number
        try systemCall("flush the directory \(path)") { fsync(number) }
    }

    /// Writes a file that must not exist yet.
    public static func createFile(_ path: String, _ bytes: Span<UInt8>) throws(SystemError) {
        let file = try TreeFile.create(in: AT_FDCWD, (Array(path.utf8) + [0]).span, executable: false)
        try TreeFile.write(bytes, to: file)
    }

    /// All bytes of a regular file; nil where there is none.
    public static func contents(ofFile path: String) throws(SystemError) -> [UInt8]? {
        let file: FileDescriptor
        do throws(SystemError) {
            file = try TreeFile.open(in: AT_FDCWD, (Array(path.utf8) + [0]).span)
        } catch where error.isNotFound || error.code == ENOTDIR {
            return nil
        }
        let size = try TreeFile.status(of: file).size
        let number = file.number
        var failure: SystemError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            do throws(SystemError) {
                while count < buffer.count {
                    let rest = unsafe UnsafeMutableRawBufferPointer(
                        UnsafeMutableBufferPointer(rebasing: buffer[count...]))
                    let read = try systemCall("read \(path)") { unsafe read(number, rest.baseAddress, rest.count) }
                    if read == 0 { break }
                    count += read
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Removes what lies at a path, with everything below it; nothing there is fine.
    public static func removeTree(_ path: String) throws(SystemError) {
        try TreeFile.removeTree(in: AT_FDCWD, Array(path.utf8) + [0])
    }

    /// Removes the file or symbolic link at a path; nothing there is fine.
    public static func removeFile(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            try TreeFile.remove(in: AT_FDCWD, (Array(path.utf8) + [0]).span)
        } catch where error.isNotFound {
            return
        }
    }
}
