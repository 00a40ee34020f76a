internal import Glibc

/// The service manager that started us and wants to hear how we are, by the protocol of sd_notify(3).
public struct ServiceManager: Sendable {
    /// How often it wants a sign of life at least; nil when it does not want one.
    public let watchdog: Duration?
    private let address: String

    /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`; nil when nobody wants to hear anything.
    ///
    /// An address begins with `/`, or with `@` for one that is no file.
    public init?(environment: [String: String], processID: Int32 = ProcessIdentity.process) {
        guard let address = environment["NOTIFY_SOCKET"], let first = address.first, "/@".contains(first),
            address.utf8.count > 1
        else { return nil }
        self.address = address
        // The variables of a service are handed on to its children: the number says whose they are.
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(processID)" } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdog = isForUs && microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// Takes the manager out of this process's environment, so that no child speaks in our name.
    ///
    /// Call it while the process has one thread.
    public static func fromEnvironment() -> ServiceManager? {
        let manager = ServiceManager(environment: ThisProcess.environment)
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] { unsafe unsetenv(name) }
        return manager
    }

    /// Sends lines such as `READY=1`, all in one message; it does not wait for a manager that does not read.
    public func send(_ lines: [String]) throws(SystemError) {
        let operation = "notify the service manager"
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = FileDescriptor(taking: try systemCall(operation) { Glibc.socket(AF_UNIX, type, 0) })
        let isFile = address.hasPrefix("/")
        let path = try SocketPath(isFile ? address : String(address.dropFirst()))
        // The name of an address that is no file begins with a zero byte, and its length counts.
        let name = (isFile ? [] : [0]) + Array(path.text.utf8)
        var target = sockaddr_un()
        let room = MemoryLayout.size(ofValue: target.sun_path)
        guard name.count <= (isFile ? room - 1 : room) else {
            throw SystemError(code: ENAMETOOLONG, operation: operation)
        }
        target.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &target.sun_path) { unsafe $0.copyBytes(from: name) }
        let size = MemoryLayout<sockaddr_un>.size - room + name.count + (isFile ? 1 : 0)
        let text = Array(lines.map { line in line.filter { !$0.isNewline } }.joined(separator: "\n").utf8)
        let number = socket.number
        try systemCall(operation) {
            unsafe withUnsafePointer(to: &target) { target in
                unsafe target.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                    unsafe text.withUnsafeBytes { bytes in
                        unsafe sendto(
                            number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), target,
                            socklen_t(size))
                    }
                }
            }
        }
    }
}

/// A path of a socket file that fits into a socket's address, which has room for 107 bytes only.
///
/// A longer one is reached through its directory, which is held open: use the text as long as this value lives.
public struct SocketPath: ~Copyable, Sendable {
    /// The path to give to bind(2) or connect(2).
    public let text: String
    private let directory: FileDescriptor?

    /// The most bytes that an address takes.
    private static let longest = 107

    /// Finds a short path for a file that is there or is to be made; its directory must exist if the path is long.
    public init(_ path: String) throws(SystemError) {
        guard path.utf8.count > SocketPath.longest, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            text = path
            directory = nil
            return
        }
        let held = try FileDescriptor.openDirectory(String(path[...slash]))
        text = "/proc/self/fd/\(held.number)/\(path[path.utf8.index(after: slash)...])"
        directory = consume held
    }
}
