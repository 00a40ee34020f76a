internal import Glibc

/// The room on the file system that a path lies on.
public struct Volume: Sendable, Equatable {
    /// Bytes that we may still write; what is kept for root is not counted.
    public let freeBytes: UInt64
    /// Bytes in all.
    public let totalBytes: UInt64
    /// Files that can still be made; 0 of 0 on file systems without such a limit.
    public let freeFiles: UInt64
    /// Files that there can be in all.
    public let totalFiles: UInt64

    /// Asks the file system that `path` lies on.
    public init(of path: some SystemPath) throws(SystemError) {
        var raw = statvfs()
        unsafe try pathCall("read the free space of", path) { unsafe statvfs($0, &raw) }
        // What a file system on a network or in user space says may be anything.
        freeBytes = UInt64(clamping: raw.f_bavail).multipliedSaturated(by: UInt64(clamping: raw.f_frsize))
        totalBytes = UInt64(clamping: raw.f_blocks).multipliedSaturated(by: UInt64(clamping: raw.f_frsize))
        freeFiles = UInt64(clamping: raw.f_favail)
        totalFiles = UInt64(clamping: raw.f_files)
    }
}
