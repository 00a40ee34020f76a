internal import CShims
internal import Glibc

/// Holds on to one running process: whatever happens, it never means another one that got the same number later.
///
/// It is a pidfd, which needs Linux 5.3.
public struct ProcessHandle: ~Copyable, Sendable {
    /// The process number.
    public let processID: Int32
    private let descriptor: FileDescriptor

    /// Takes hold of whichever process has the number now: compare its start time afterwards.
    ///
    /// - Throws: `ESRCH` when there is none.
    public init(_ processID: Int32) throws(SystemError) {
        let number = try systemCall("hold process \(processID)") { shim_pidfd_open(processID) }
        descriptor = FileDescriptor(taking: number)
        self.processID = processID
    }

    /// Sends a signal; 0 only asks whether one could be sent.
    ///
    /// - Throws: `ESRCH` when the process has ended, `EPERM` when it belongs to somebody else.
    public borrowing func send(signal: Int32) throws(SystemError) {
        let number = descriptor.number
        let verb = signal == 0 ? "ask whether to signal" : "signal"
        try systemCall("\(verb) process \(processID)") { shim_pidfd_send_signal(number, signal) }
    }

    /// Whether the process has ended, reaped or not.
    public borrowing func hasEnded() -> Bool {
        var entry = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0
    }

    /// Waits until the process ends; false when the deadline came first.
    public borrowing func waitForEnd(_ deadline: Deadline) throws(SystemError) -> Bool {
        while !hasEnded() {
            if deadline.cancellation?.isCancelled == true {
                throw SystemError(code: ECANCELED, operation: "wait for process \(processID)")
            }
            if deadline.remaining == .zero { return false }
            try deadline.wait(for: descriptor.number)
        }
        return true
    }
}

/// Who this process is.
public enum CurrentProcess {
    /// Its number.
    public static var processID: Int32 { getpid() }
    /// The user whose rights it has.
    public static var effectiveUserID: UInt32 { geteuid() }

    /// The time since the machine was started, suspended or not: the clock of processes' start times.
    public static var timeSinceBoot: Duration {
        var time = timespec()
        unsafe clock_gettime(clockid_t(CLOCK_BOOTTIME), &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    /// How many of the ticks in which `/proc` counts make a second.
    public static var ticksPerSecond: Int64 { max(1, Int64(sysconf(Int32(_SC_CLK_TCK)))) }

    /// The size of a page of memory, in bytes.
    public static var pageSize: UInt64 { UInt64(max(1, sysconf(Int32(_SC_PAGESIZE)))) }
}

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
