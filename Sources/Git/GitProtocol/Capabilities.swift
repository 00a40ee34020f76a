/// What a server says it can do: names, some with a value, in the order in which it named them.
public struct Capabilities: Equatable, Sendable {
    private var entries: [(name: String, value: String?)] = []

    /// Nothing at all, as a server of the oldest kind offers.
    public init() {}

    /// Reads one `name` or `name=value`.
    mutating func append(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty else { return }
        entries.append((String(name), parts.count == 2 ? String(parts[1]) : nil))
    }

    /// The number of names.
    public var count: Int { entries.count }

    /// Whether the server named this capability, with or without a value.
    public func has(_ name: String) -> Bool {
        entries.contains { $0.name == name }
    }

    /// The first value of a capability; nil when it has none or was not named.
    public func value(of name: String) -> String? {
        entries.first { $0.name == name }?.value
    }

    /// Every value of a capability that may be named several times, such as `symref`.
    public func values(of name: String) -> [String] {
        entries.compactMap { $0.name == name ? $0.value : nil }
    }

    /// Whether a command of protocol version 2 has a feature, such as `filter` in `fetch=shallow filter`.
    public func has(feature: String, of command: String) -> Bool {
        values(of: command).contains { $0.split(separator: " ").contains { $0 == feature } }
    }

    /// Whether both servers said the same, in the same order.
    public static func == (left: Capabilities, right: Capabilities) -> Bool {
        left.entries.elementsEqual(right.entries) { $0.name == $1.name && $0.value == $1.value }
    }
}
