internal import CShims
internal import Glibc

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
