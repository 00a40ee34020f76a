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
