internal import Glibc

/// An instant as a file system keeps it.
public struct FileTime: Equatable, Sendable {
    /// Seconds since 1970.
    public let seconds: Int64
    /// The nanoseconds beyond them.
    public let nanoseconds: Int64

    /// Makes an instant.
    public init(seconds: Int64, nanoseconds: Int64) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The present instant by the precise clock, which is finer than the one that the kernel stamps files with.
    public static func now() -> FileTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return FileTime(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }
}

/// What the system knows about a file without reading it.
public struct FileStatus: Equatable, Sendable {
    /// The kind and the permissions, as in `st_mode`.
    public let mode: UInt32
    /// The number of bytes.
    public let size: Int64
    /// When the content changed last.
    public let modified: FileTime
    /// When the status changed last; making a hard link changes it.
    public let changed: FileTime
    /// The file system's device number.
    public let device: UInt64
    /// The number of the file within its file system.
    public let inode: UInt64
    /// How many names the file has.
    public let links: UInt64
    /// The owner.
    public let user: UInt32
    /// The owning group.
    public let group: UInt32

    init(_ status: stat) {
        mode = status.st_mode
        size = Int64(status.st_size)
        modified = FileTime(seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
        changed = FileTime(seconds: Int64(status.st_ctim.tv_sec), nanoseconds: Int64(status.st_ctim.tv_nsec))
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        links = UInt64(status.st_nlink)
        user = status.st_uid
        group = status.st_gid
    }

    /// Whether it is a directory.
    public var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    /// Whether it is a regular file.
    public var isRegular: Bool { mode & S_IFMT == S_IFREG }
    /// Whether it is a symbolic link.
    public var isSymlink: Bool { mode & S_IFMT == S_IFLNK }
}
