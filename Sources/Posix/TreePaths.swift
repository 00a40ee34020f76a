internal import CShims
internal import Glibc

extension SystemError {
    /// `EEXIST`: the name is taken.
    public var isTaken: Bool { code == EEXIST }
    /// `ENOTDIR` or `ELOOP`: something else than a directory is where one should be.
    public var isNotDirectory: Bool { code == ENOTDIR || code == ELOOP }
    /// `EMFILE` or `ENFILE`: this process or the system has no file descriptor left.
    public var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
}

extension Files {
    /// What the symbolic link at a path points to; nil where there is none.
    public static func symbolicLinkIfPresent(_ path: String) throws(SystemError) -> String? {
        do throws(SystemError) {
            return String(decoding: try readSymbolicLink(path), as: UTF8.self)
        } catch  where error.code == EINVAL || error.isNotFound || error.code == ENOTDIR {
            return nil
        }
    }

    /// The whole content of a small file; nil where there is none.
    public static func readIfPresent(_ path: String, limit: Int) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            return try read(path, limit: limit)
        } catch  where error.isNotFound || error.code == ENOTDIR {
            return nil
        }
    }

    /// Writes a file that must not exist yet.
    public static func create(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        let file = try FileDescriptor.open(path, .write, [.create, .exclusive, .noFollow])
        try file.writeAll(bytes)
    }

    /// Renames an entry, and fails with `EEXIST` when the new name is taken.
    public static func rename(_ old: String, toNew new: String) throws(SystemError) {
        unsafe try pathCall("rename", old, "to", new) { unsafe shim_rename_new(AT_FDCWD, $0, AT_FDCWD, $1) }
    }

    /// Gives a file a second name.
    public static func link(_ path: String, as new: String) throws(SystemError) {
        unsafe try pathCall("link", path, "as", new) { unsafe Glibc.link($0, $1) }
    }
}
