/// One `url.<base>.insteadOf` setting: addresses that begin with `prefix` are used as if they began with `base`.
public struct InsteadOf: Sendable, Equatable {
    /// What the rewritten address begins with.
    public let base: String
    /// What the written address begins with.
    public let prefix: String

    /// Pairs the beginning of an address with what replaces it.
    public init(base: String, prefix: String) {
        self.base = base
        self.prefix = prefix
    }

    /// Rewrites an address by the rule with the longest matching prefix, as git does; without one it stays.
    ///
    /// - Parameters:
    ///   - address: what was written.
    ///   - rules: the settings.
    ///   - isOurs: whether whoever wrote the settings wrote the address too. A repository's author must not lead a
    ///     password in a base elsewhere: `https://host.evil/` begins with `https://host`, and so would the new address.
    /// - Returns: the address to use.
    public static func rewrite(_ address: String, by rules: [InsteadOf], isOurs: Bool = false) -> String {
        let matching = rules.filter { rule in
            !rule.prefix.isEmpty && address.hasPrefix(rule.prefix)
                && (isOurs || rule.keepsServer(before: address.dropFirst(rule.prefix.count)))
        }
        guard let rule = matching.max(by: { $0.prefix.utf8.count < $1.prefix.utf8.count }) else { return address }
        return rule.base + address.dropFirst(rule.prefix.count)
    }

    /// Whether what follows the base cannot change the server that a user or a password in it goes to.
    private func keepsServer(before rest: Substring) -> Bool {
        guard let (scheme, place) = base.split(around: "://"), ["http", "https"].contains(scheme.lowercased()) else {
            return true
        }
        return !place.contains("@") || place.contains("/") || rest.isEmpty || rest.hasPrefix("/")
    }
}

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
