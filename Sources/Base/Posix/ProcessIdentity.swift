internal import Glibc

/// As whom this process runs.
public enum ProcessIdentity {
    /// The number of the user whose rights it has.
    public static var user: UInt32 { geteuid() }
    /// The process's own number.
    public static var process: Int32 { getpid() }
}

extension SystemError {
    /// `EWOULDBLOCK`: somebody else holds the lock.
    public var isLockTaken: Bool { code == EWOULDBLOCK }
    /// `EACCES`, `EPERM` or `EROFS`: the system does not let us.
    public var isForbidden: Bool { code == EACCES || code == EPERM || code == EROFS }
    /// `EIO`: what should be there cannot be read.
    public var isInputOutput: Bool { code == EIO }
    /// `EINVAL` or `ENOSYS`: this file system or kernel does not know the call.
    public var isUnsupported: Bool { code == EINVAL || code == ENOSYS }
    /// A part of the path is no directory, is missing, or is a symbolic link where none may be.
    public var isNoSuchPath: Bool { code == ENOENT || code == ENOTDIR || code == ELOOP }
}
