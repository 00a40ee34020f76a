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
    public static func rewrite(_ address: String, by rules: [InsteadOf]) -> String {
        let matching = rules.filter { !$0.prefix.isEmpty && address.hasPrefix($0.prefix) }
        guard let rule = matching.max(by: { $0.prefix.utf8.count < $1.prefix.utf8.count }) else { return address }
        return rule.base + address.dropFirst(rule.prefix.count)
    }
}
