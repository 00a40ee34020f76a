internal import CShims
internal import Glibc

/// What an open file may be used for.
public enum FileAccess: Sendable {
    /// Reading only.
    case read
    /// Writing only.
    case write
    /// Reading and writing.
    case readWrite
    /// Neither: the descriptor only names the file (`O_PATH`).
    case name

    var flags: Int32 {
        switch self {
        case .read: O_RDONLY
        case .write: O_WRONLY
        case .readWrite: O_RDWR
        case .name: shim_open_name_flag()
        }
    }
}

/// How a file is opened, beside its access; `O_CLOEXEC` is always added.
public struct OpenOptions: OptionSet, Sendable {
    /// The flags of open(2).
    public let rawValue: Int32

    /// Takes flags of open(2).
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Makes the file when it is missing.
    public static let create = OpenOptions(rawValue: O_CREAT)
    /// With `create`: fails when the file is there.
    public static let exclusive = OpenOptions(rawValue: O_EXCL)
    /// Empties the file.
    public static let truncate = OpenOptions(rawValue: O_TRUNC)
    /// Writes at the end.
    public static let append = OpenOptions(rawValue: O_APPEND)
    /// Fails for anything but a directory.
    public static let directory = OpenOptions(rawValue: O_DIRECTORY)
    /// Fails when the last part of the path is a symbolic link.
    public static let noFollow = OpenOptions(rawValue: O_NOFOLLOW)
    /// Does not wait: for a writer of a FIFO, or for data.
    public static let nonBlocking = OpenOptions(rawValue: O_NONBLOCK)
}

extension FileDescriptor {
    /// Opens a file by its path.
    public static func open(
        _ path: some SystemPath, _ access: FileAccess = .read, _ options: OpenOptions = [], mode: UInt32 = 0o666
    ) throws(SystemError) -> FileDescriptor {
        try open(AT_FDCWD, path, access, options, mode)
    }

    /// Opens an entry of this directory.
    public borrowing func open(
        entry name: some SystemPath, _ access: FileAccess = .read, _ options: OpenOptions = [], mode: UInt32 = 0o666
    ) throws(SystemError) -> FileDescriptor {
        try FileDescriptor.open(number, name, access, options, mode)
    }

    /// Opens a directory by its path, for reading its entries and for the calls that take an entry's name.
    public static func openDirectory(_ path: some SystemPath) throws(SystemError) -> FileDescriptor {
        try open(path, .read, .directory)
    }

    /// Opens a directory that is an entry of this one; never through a symbolic link.
    public borrowing func openDirectory(entry name: some SystemPath) throws(SystemError) -> FileDescriptor {
        try open(entry: name, .read, [.directory, .noFollow])
    }

    private static func open(
        _ directory: Int32, _ path: some SystemPath, _ access: FileAccess, _ options: OpenOptions, _ mode: UInt32
    ) throws(SystemError) -> FileDescriptor {
        let flags = access.flags | options.rawValue | O_CLOEXEC
        let verb = options.contains(.create) ? "create" : "open"
        return FileDescriptor(taking: unsafe try pathCall(verb, path) { unsafe openat(directory, $0, flags, mode) })
    }
}
