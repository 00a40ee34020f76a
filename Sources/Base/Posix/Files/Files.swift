internal import Glibc

/// What can be done to files by their path.
public enum Files {
    /// The status of what `path` names; of a symbolic link itself unless it is to be followed.
    public static func status(_ path: some SystemPath, followingLinks: Bool = false) throws(SystemError) -> FileStatus {
        try fileStatus(AT_FDCWD, path, followingLinks: followingLinks)
    }

    /// The status, or nil when nothing of that name exists.
    public static func statusIfPresent(
        _ path: some SystemPath, followingLinks: Bool = false
    ) throws(SystemError) -> FileStatus? {
        do {
            return try status(path, followingLinks: followingLinks)
        } catch {
            if error.isMissing { return nil }
            throw error
        }
    }

    /// Removes a file or a symbolic link.
    public static func remove(_ path: some SystemPath) throws(SystemError) {
        unsafe try pathCall("remove", path) { unsafe unlink($0) }
    }

    /// Renames an entry; what had the new name is replaced in the same step.
    public static func rename(_ old: some SystemPath, to new: some SystemPath) throws(SystemError) {
        unsafe try pathCall("rename", old, "to", new) { unsafe Glibc.rename($0, $1) }
    }

    /// Makes a symbolic link; fails when the name is taken.
    public static func makeSymbolicLink(to target: some SystemPath, at path: some SystemPath) throws(SystemError) {
        unsafe try pathCall("link", path, "to", target) { unsafe symlink($1, $0) }
    }

    /// What a symbolic link points to; `EINVAL` when it is not one.
    public static func readSymbolicLink(_ path: some SystemPath) throws(SystemError) -> [UInt8] {
        try readLink(AT_FDCWD, path)
    }

    /// Makes one directory.
    public static func makeDirectory(_ path: some SystemPath, mode: UInt32 = 0o777) throws(SystemError) {
        unsafe try pathCall("create the directory", path) { unsafe mkdir($0, mode) }
    }

    /// Makes a directory and those above it, as far as they are missing.
    public static func makeDirectories(_ path: String, mode: UInt32 = 0o777) throws(SystemError) {
        do {
            try makeDirectory(path, mode: mode)
        } catch {
            if error.code == EEXIST, try status(path, followingLinks: true).kind == .directory { return }
            guard error.code == ENOENT, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex
            else { throw error }
            try makeDirectories(String(path[..<slash]), mode: mode)
            do {
                try makeDirectory(path, mode: mode)
            } catch {
                // Somebody else made it meanwhile, or the path ends with a slash.
                if error.code != EEXIST { throw error }
            }
        }
    }

    /// Sets the permissions of what `path` names, following symbolic links.
    public static func setPermissions(_ path: some SystemPath, _ mode: UInt32) throws(SystemError) {
        unsafe try pathCall("set the permissions of", path) { unsafe chmod($0, mode) }
    }

    /// The whole content of a small file; fails with `EFBIG` when it is longer than `limit` bytes.
    public static func read(_ path: some SystemPath, limit: Int) throws(SystemError) -> [UInt8] {
        let file = try FileDescriptor.open(path)
        do {
            return try file.readAll(limit: limit)
        } catch {
            throw SystemError(code: error.code, operation: "read \(path.pathText)")
        }
    }

    /// Waits until the names in a directory are on the disk.
    ///
    /// Some network file systems cannot do that and say `EINVAL`: then there is nothing to wait for.
    public static func synchronizeDirectory(_ path: String) throws(SystemError) {
        do {
            try FileDescriptor.openDirectory(path).synchronize()
        } catch {
            if error.code != EINVAL { throw SystemError(code: error.code, operation: "bring \(path) to the disk") }
        }
    }

    /// Sets which permissions new files never get, and returns what it was.
    @discardableResult
    public static func setCreationMask(_ mask: UInt32) -> UInt32 { umask(mask) }
}

func readLink(_ directory: Int32, _ path: some SystemPath) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = try unsafe pathCall("read the link", path) { name in
        unsafe bytes.withUnsafeMutableBytes {
            guard let start = $0.baseAddress else { return -1 }
            return unsafe readlinkat(directory, name, start.assumingMemoryBound(to: CChar.self), $0.count)
        }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
}

extension Files {
    /// Whether we may make and remove entries in a directory, as far as the system can tell without trying.
    public static func mayChange(_ directory: some SystemPath) throws(SystemError) -> Bool {
        do {
            unsafe try pathCall("look into", directory) { unsafe faccessat(AT_FDCWD, $0, W_OK | X_OK, AT_EACCESS) }
            return true
        } catch {
            if error.isForbidden { return false }
            throw error
        }
    }

    /// The path itself, or the nearest directory above it that exists.
    public static func nearestExisting(_ path: String) throws(SystemError) -> String {
        var path = path
        while try statusIfPresent(path, followingLinks: true) == nil, let slash = path.lastIndex(of: "/") {
            path = slash == path.startIndex ? "/" : String(path[..<slash])
        }
        return path
    }
}

extension Files {
    /// Gives a file the present as the time of its last change, and makes it when it is missing.
    public static func touch(_ path: some SystemPath) throws(SystemError) {
        do {
            unsafe try pathCall("touch", path) { unsafe utimensat(AT_FDCWD, $0, nil, 0) }
        } catch {
            guard error.code == ENOENT else { throw error }
            _ = try FileDescriptor.open(path, .write, .create)
        }
    }
}

extension SystemError {
    /// `EEXIST`: the name is taken.
    public var isTaken: Bool { code == EEXIST }
    /// `ENOTDIR` or `ELOOP`: something else than a directory is where one should be.
    public var isNotDirectory: Bool { code == ENOTDIR || code == ELOOP }
    /// `EMFILE` or `ENFILE`: this process or the system has no file descriptor left.
    public var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
}

extension Files {
    /// The whole content of a small file; nil where there is none.
    public static func readIfPresent(_ path: String, limit: Int) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            return try read(path, limit: limit)
        } catch  where error.isNotFound || error.code == ENOTDIR {
            return nil
        }
    }
}
