internal import CMicrohttpdShims
internal import Glibc

extension Request.Peer {
    /// Reads the address of a client; an IPv4 one that came over an IPv6 socket is shown as IPv4.
    init(_ address: UnsafePointer<sockaddr>?) {
        guard let address = unsafe address, unsafe Int32(address.pointee.sa_family) != AF_UNIX else {
            self = .local
            return
        }
        let isIPv6 = unsafe Int32(address.pointee.sa_family) == AF_INET6
        let size = isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { space in
            let status = unsafe getnameinfo(
                address, socklen_t(size), space.baseAddress, socklen_t(space.count), nil, 0, NI_NUMERICHOST)
            guard status == 0, let start = space.baseAddress else { return "unknown" }
            return unsafe String(cString: start)
        }
        self = .address(text.hasPrefix("::ffff:") ? String(text.dropFirst(7)) : text)
    }
}
