internal import CShims
internal import Glibc

/// What the file system knows about a file.
public struct FileStatus: Sendable, Equatable {
    /// What kind of entry a name stands for.
    public enum Kind: Sendable, Equatable {
        /// A regular file.
        case file
        /// A directory.
        case directory
        /// A symbolic link.
        case symbolicLink
        /// A device, a socket or a FIFO.
        case other
    }

    /// File, directory, symbolic link or something else.
    public let kind: Kind
    /// The kind for people: `a directory`, `a FIFO`.
    public var kindText: String {
        switch type {
        case S_IFREG: "a regular file"
        case S_IFDIR: "a directory"
        case S_IFLNK: "a symbolic link"
        case S_IFIFO: "a FIFO"
        case S_IFSOCK: "a socket"
        case S_IFCHR, S_IFBLK: "a device"
        default: "something else"
        }
    }

    private let type: mode_t
    /// The permission bits, set-user-id and sticky bits included.
    public let permissions: UInt32
    /// The size in bytes.
    public let size: UInt64
    /// When the content changed last: nanoseconds since 1970.
    public let modificationTime: Int64
    /// When anything about the file changed last: nanoseconds since 1970.
    public let changeTime: Int64
    /// The number of the file on its device.
    public let inode: UInt64
    /// The device (file system) that the file lies on.
    public let device: UInt64
    /// The user who owns the file.
    public let userID: UInt32
    /// The group that owns the file.
    public let groupID: UInt32
    /// How many names the file has.
    public let linkCount: UInt64

    /// Whether the other status is of the same file on the same device.
    public func isSameFile(as other: FileStatus) -> Bool { inode == other.inode && device == other.device }

    init(_ raw: stat) {
        type = raw.st_mode & S_IFMT
        kind =
            switch type {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            default: .other
            }
        // Bounded: types of the same size, or larger.
        permissions = UInt32(raw.st_mode & 0o7777)
        size = UInt64(clamping: raw.st_size)
        modificationTime = FileStatus.nanoseconds(raw.st_mtim)
        changeTime = FileStatus.nanoseconds(raw.st_ctim)
        inode = UInt64(raw.st_ino)
        device = UInt64(raw.st_dev)
        userID = raw.st_uid
        groupID = raw.st_gid
        linkCount = UInt64(raw.st_nlink)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        // A file may have any time; what 64 bits cannot say is as far away as they can.
        Int64(clamping: time.tv_sec).multipliedSaturated(by: 1_000_000_000)
            .addingSaturated(Int64(clamping: time.tv_nsec))
    }
}

extension FileDescriptor {
    /// The status of the open file.
    public borrowing func status() throws(SystemError) -> FileStatus {
        let number = self.number
        var raw = stat()
        try systemCall("read the status of a file") { unsafe fstat(number, &raw) }
        return FileStatus(raw)
    }

    /// The status of an entry of this directory; of a symbolic link itself unless it is to be followed.
    public borrowing func status(
        entry name: some SystemPath, followingLinks: Bool = false
    ) throws(SystemError) -> FileStatus {
        try fileStatus(number, name, followingLinks: followingLinks)
    }
}

func fileStatus(
    _ directory: Int32, _ path: some SystemPath, followingLinks: Bool
) throws(SystemError) -> FileStatus {
    var raw = stat()
    let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
    unsafe try pathCall("read the status of", path) { unsafe fstatat(directory, $0, &raw, flags) }
    return FileStatus(raw)
}
