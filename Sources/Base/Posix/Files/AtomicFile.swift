internal import CShims
internal import Glibc

/// Writes files that a reader sees either as they were or as they are, whole.
public enum AtomicFile {
    /// Replaces the file at `path` by one with these bytes and exactly this mode, or nil for what the umask leaves.
    ///
    /// With `synchronized`, the bytes and the new name are on the disk when this returns; without, they survive a crash
    /// of the process but not of the machine. On failure the file is as it was and nothing is left beside it.
    public static func write(
        _ bytes: Span<UInt8>, to path: String, mode: UInt32? = 0o644, synchronized: Bool = false
    ) throws(SystemError) {
        let (temporary, directory) = TemporaryName.sibling(of: path)
        let file = try FileDescriptor.open(
            temporary, .write, [.create, .exclusive, .noFollow], mode: mode == nil ? 0o666 : 0o600)
        do {
            try fill(file, bytes, mode, synchronized)
            try Files.rename(temporary, to: path)
        } catch {
            // The failure to report is the first one.
            try? Files.remove(temporary)
            throw SystemError(code: error.code, operation: "write \(path)")
        }
        if synchronized { try Files.synchronizeDirectory(directory) }
    }

    /// Replaces the file at `path` by one with these bytes and exactly this mode.
    public static func write(
        _ bytes: [UInt8], to path: String, mode: UInt32? = 0o644, synchronized: Bool = false
    ) throws(SystemError) {
        try write(bytes.span, to: path, mode: mode, synchronized: synchronized)
    }

    static func fill(
        _ file: consuming FileDescriptor, _ bytes: Span<UInt8>, _ mode: UInt32?, _ synchronized: Bool
    ) throws(SystemError) {
        try file.writeAll(bytes)
        if let mode { try file.setPermissions(mode) }
        if synchronized { try file.synchronize() }
        try file.close()
    }
}

/// Points symbolic links elsewhere without a moment at which they are missing.
public enum AtomicSymlink {
    /// Makes the link at `path` point to `target`, whether or not it existed.
    ///
    /// A link of a unique name is made beside it and renamed over it, so what a crash leaves behind never blocks the
    /// next attempt. The directory is brought to the disk before this returns; `onSwap` is called before that, at the
    /// moment from which on readers see the new target.
    public static func replace(
        target: String, at path: String, onSwap: () -> Void = {}
    ) throws(SystemError) {
        let (temporary, directory) = TemporaryName.sibling(of: path)
        try Files.makeSymbolicLink(to: target, at: temporary)
        do {
            try Files.rename(temporary, to: path)
        } catch {
            // The failure to report is the first one.
            try? Files.remove(temporary)
            throw SystemError(code: error.code, operation: "point the link \(path) to \(target)")
        }
        onSwap()
        try FileDescriptor.openDirectory(directory).synchronize()
    }
}

extension Files {
    /// Swaps two entries, of whatever kind, in one step: no reader finds either name missing.
    ///
    /// Fails with `EINVAL` on file systems that cannot do it (some network and overlay ones).
    public static func exchange(_ first: some SystemPath, _ second: some SystemPath) throws(SystemError) {
        unsafe try pathCall("exchange", first, "with", second) {
            unsafe shim_rename_exchange(AT_FDCWD, $0, AT_FDCWD, $1)
        }
    }
}

/// Names of files that exist only until they are renamed to their real name.
///
/// They are hidden, unique and recognisable, so that what a crash leaves behind is never in the way and can be swept.
public enum TemporaryName {
    /// What every such name begins with.
    public static let prefix = ".git-sidecar-tmp-"

    /// A name that nobody has used.
    public static func make() -> String {
        prefix + suffix()
    }

    /// What makes a name unique.
    public static func suffix() -> String { String(UInt64.random(in: .min ... .max), radix: 16) }

    /// Whether a name is one of these.
    public static func matches(_ name: [UInt8]) -> Bool {
        name.starts(with: prefix.utf8)
    }

    /// A new temporary name in the directory of `path`, and that directory.
    static func sibling(of path: String) -> (path: String, directory: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (make(), ".") }
        return (String(path[...slash]) + make(), splitPath(path).directory)
    }
}

/// The directory of a path and the name in it.
func splitPath(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let directory = slash == path.startIndex ? "/" : String(path[..<slash])
    return (directory, String(path[path.utf8.index(after: slash)...]))
}
