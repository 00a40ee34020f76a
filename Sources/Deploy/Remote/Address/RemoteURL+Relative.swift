extension RemoteURL {
    /// The repository that a submodule's `./x` or `../x` means, seen from this one; nil when it climbs out.
    ///
    /// Each `../` takes one path element away; nothing takes away the host.
    public func resolving(relative address: String) throws(InvalidURL) -> RemoteURL {
        var base = path
        while base.hasSuffix("/") { base.removeLast() }
        var rest = Substring(address)
        while true {
            if rest.hasPrefix("./") {
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("../") {
                rest = rest.dropFirst(3)
                guard let slash = base.lastIndex(of: "/") ?? (base.isEmpty ? nil : base.startIndex) else {
                    throw InvalidURL(reason: "the relative address '\(address)' climbs above the server's root")
                }
                base = String(base[..<slash])
            } else {
                break
            }
            while rest.hasPrefix("/") { rest = rest.dropFirst() }
        }
        guard !rest.isEmpty, rest != "..", rest != "." else {
            throw InvalidURL(reason: "the relative address '\(address)' names no repository")
        }
        let rooted = path.hasPrefix("/")
        let joined = base.isEmpty && !rooted ? String(rest) : "\(base)/\(rest)"
        let resolved = RemoteURL(
            scheme: scheme, user: user, password: password, host: host, port: port, path: joined, query: query)
        if scheme == .ssh { try resolved.checkForSSH() }
        return resolved
    }
}
