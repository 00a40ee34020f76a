internal import CMicrohttpdShims
internal import Glibc

/// Where a server listens.
public enum BindAddress: Sendable, Equatable, CustomStringConvertible {
    /// A port; nil as the host stands for every address of this machine, 0 as the port lets the system choose.
    case port(host: String?, UInt16)
    /// A socket file that only our user may open.
    case file(String)

    /// The address as people write it.
    public var description: String {
        switch self {
        case .port(nil, let port): ":\(port)"
        case .port(.some(let host), let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .file(let path): path
        }
    }
}

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
