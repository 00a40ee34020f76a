internal import CMicrohttpdShims
internal import Glibc
internal import Posix

/// A socket that listens, and the file that names it, if one does.
struct Listener: ~Copyable {
    let socket: FileDescriptor
    /// The port that the system gave; 0 for a socket file.
    let port: UInt16

    /// More than this many connections that nobody has accepted yet are turned away by the system.
    private static let backlog: Int32 = 512

    init(_ address: BindAddress) throws(SystemError) {
        switch address {
        case .file(let path):
            let made = try Listener.listen(onFile: path)
            socket = made
            port = 0
        case .port(let host, let number):
            let made = try Listener.listen(on: host, number, "listen on \(address)")
            let port = try Listener.port(of: made)
            socket = made
            self.port = port
        }
    }

    private static func make(_ family: Int32, _ operation: String) throws(SystemError) -> FileDescriptor {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let number = Glibc.socket(family, type, 0)
        if number < 0 { throw SystemError.last(operation) }
        return FileDescriptor(taking: number)
    }

    private static func set(
        _ level: Int32, _ option: Int32, _ value: Int32, of socket: borrowing FileDescriptor, _ operation: String
    ) throws(SystemError) {
        var value = value
        let status = unsafe setsockopt(socket.number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        if status != 0 { throw SystemError.last(operation) }
    }
}

extension Listener {
    /// Listens on a port of one address, or of every address of both kinds.
    private static func listen(
        on host: String?, _ port: UInt16, _ operation: String
    ) throws(SystemError) -> FileDescriptor {
        guard let host else {
            do {
                return try listen(on: "::", port, dualStack: true, operation)
            } catch {
                // A system without IPv6.
                guard error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL else { throw error }
                return try listen(on: "0.0.0.0", port, dualStack: false, operation)
            }
        }
        return try listen(on: host, port, dualStack: false, operation)
    }

    private static func listen(
        on host: String, _ port: UInt16, dualStack: Bool, _ operation: String
    ) throws(SystemError) -> FileDescriptor {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard status == 0, let first = unsafe list?.pointee else {
            if status == EAI_SYSTEM { throw SystemError.last(operation) }
            throw SystemError(code: status == EAI_FAMILY ? EAFNOSUPPORT : EADDRNOTAVAIL, operation: operation)
        }
        defer { unsafe freeaddrinfo(list) }
        let socket = try make(unsafe first.ai_family, operation)
        // After a restart the port may still have connections of the last process.
        try set(SOL_SOCKET, SO_REUSEADDR, 1, of: socket, operation)
        if unsafe first.ai_family == AF_INET6 {
            try set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, dualStack ? 0 : 1, of: socket, operation)
        }
        if unsafe bind(socket.number, first.ai_addr, first.ai_addrlen) != 0 { throw SystemError.last(operation) }
        if Glibc.listen(socket.number, backlog) != 0 { throw SystemError.last(operation) }
        return socket
    }

    private static func port(of socket: borrowing FileDescriptor) throws(SystemError) -> UInt16 {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = socket.number
        let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(number, $0, &size)
            }
        }
        if status != 0 { throw SystemError.last("read the port of a socket") }
        return unsafe withUnsafePointer(to: &storage) { pointer in
            // The port stands at the same place in addresses of both kinds.
            unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt16(bigEndian: unsafe $0.pointee.sin_port)
            }
        }
    }
}

extension Listener {
    /// Listens on a socket file, which takes the place of one that a dead process left.
    private static func listen(onFile path: String) throws(SystemError) -> FileDescriptor {
        let operation = "listen on \(path)"
        let socket = try make(AF_UNIX, operation)
        var status = unsafe try withAddress(of: path, operation) { unsafe bind(socket.number, $0, $1) }
        if status != 0, errno == EADDRINUSE {
            try removeDead(path, operation)
            status = unsafe try withAddress(of: path, operation) { unsafe bind(socket.number, $0, $1) }
        }
        if status != 0 { throw SystemError.last(operation) }
        // Nobody can connect before listen(2).
        try Files.setPermissions(path, 0o600)
        if Glibc.listen(socket.number, backlog) != 0 { throw SystemError.last(operation) }
        return socket
    }

    /// Removes a socket file on which nobody listens.
    private static func removeDead(_ path: String, _ operation: String) throws(SystemError) {
        let taken = SystemError(code: EADDRINUSE, operation: operation)
        guard try Files.status(path).kind == .other else { throw taken }
        let probe = try make(AF_UNIX, operation)
        let status = unsafe try withAddress(of: path, operation) { unsafe connect(probe.number, $0, $1) }
        guard status != 0, errno == ECONNREFUSED else { throw taken }
        try Files.remove(path)
    }

    private static func withAddress(
        of path: String, _ operation: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(SystemError) -> Int32 {
        var address = sockaddr_un()
        let room = MemoryLayout.size(ofValue: address.sun_path)
        let short = try SocketPath(path)
        let bytes = Array(short.text.utf8)
        guard bytes.count < room, !bytes.contains(0) else {
            throw SystemError(code: ENAMETOOLONG, operation: operation)
        }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, size) }
        }
    }
}
