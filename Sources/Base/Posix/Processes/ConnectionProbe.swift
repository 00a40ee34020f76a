internal import Glibc

/// Asks whether somebody accepts TCP connections at an address.
public enum ConnectionProbe {
    /// Connects and hangs up at once; tries each address that the host has.
    ///
    /// - Throws: the reason why the last one failed, `ETIMEDOUT` when the deadline passed.
    public static func connect(host: String, port: UInt16, _ deadline: Deadline) throws(SystemError) {
        let shown = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let operation = "connect to \(shown)"
        var failure = SystemError(code: ENXIO, operation: "\(operation): the name has no address")
        for address in try addresses(of: host, port, deadline, operation) {
            do {
                return try connect(address, deadline, operation)
            } catch {
                if error.isCancelled { throw error }
                failure = error
            }
        }
        throw failure
    }

    /// The bytes of a socket address.
    private typealias Address = [UInt8]

    /// Resolves the host on a thread of its own where that could ask a name server: the resolver knows no deadline.
    private static func addresses(
        of host: String, _ port: UInt16, _ deadline: Deadline, _ operation: String
    ) throws(SystemError) -> [Address] {
        let local = host == "localhost" ? ["127.0.0.1", "::1"] : [host]
        let numeric = local.flatMap { resolve($0, port, AI_NUMERICHOST) }
        if !numeric.isEmpty { return numeric }
        let found = Locked<[Address]>([])
        let done = try WakeEvent()
        _ = try NativeThread("resolve", detached: true) {
            let addresses = resolve(host, port, 0)
            found.withLock { $0 = addresses }
            done.raise()
        }
        try done.wait(deadline)
        let addresses = found.withLock { $0 }
        if addresses.isEmpty { try deadline.check(operation) }
        return addresses
    }

    private static func resolve(_ host: String, _ port: UInt16, _ flags: Int32) -> [Address] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = flags | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [Address] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe entry.pointee.ai_addr {
                let bytes = unsafe UnsafeRawBufferPointer(start: address, count: Int(entry.pointee.ai_addrlen))
                unsafe addresses.append(Array(bytes))
            }
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }

    private static func connect(
        _ address: Address, _ deadline: Deadline, _ operation: String
    ) throws(SystemError) {
        guard address.count > 2 else { throw SystemError(code: EINVAL, operation: operation) }
        // Every socket address begins with its family, in two bytes.
        let family = Int32(address[0]) | Int32(address[1]) << 8
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = FileDescriptor(taking: try systemCall(operation) { Glibc.socket(family, type, 0) })
        let number = socket.number
        let status = unsafe address.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return Int32(-1) }
            return unsafe Glibc.connect(
                number, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        if status == 0 { return }
        guard errno == EINPROGRESS || errno == EINTR else { throw SystemError.last(operation) }
        while true {
            try deadline.check(operation)
            var entries: [2 of pollfd] = [
                pollfd(fd: number, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: deadline.cancellation?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            let milliseconds = deadline.remainingMilliseconds
            var span = entries.mutableSpan
            unsafe span.withUnsafeMutableBufferPointer { _ = unsafe poll($0.baseAddress, 2, milliseconds) }
            if entries[0].revents != 0 { break }
        }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        try systemCall(operation) { unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &size) }
        if code != 0 { throw SystemError(code: code, operation: operation) }
    }
}
