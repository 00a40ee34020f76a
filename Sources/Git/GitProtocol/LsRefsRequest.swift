/// Asks a server of protocol version 2 for its references.
public struct LsRefsRequest: Equatable, Sendable {
    /// The beginnings of names to list; none lists every reference.
    public var prefixes: [String]

    /// Asks for the references whose names begin with one of the prefixes.
    public init(prefixes: [String]) {
        self.prefixes = prefixes
    }

    /// The request, ready to be sent to the server that offered this.
    ///
    /// - Throws: `invalidRequest` when a prefix cannot be sent, `unsupported` when the server has no such command.
    public func encoded(for offer: Advertisement, agent: String) throws(ProtocolError) -> [UInt8] {
        guard offer.version == .two, offer.capabilities.has("ls-refs") else {
            throw ProtocolError(
                .unsupported, LsRefsParser.operation, "the server does not offer to list its references on request")
        }
        var lines = PacketLine()
        try lines.appendCommand("ls-refs", offer, agent: agent)
        try lines.append("peel")
        try lines.append("symrefs")
        if offer.capabilities.has(feature: "unborn", of: "ls-refs") { try lines.append("unborn") }
        for prefix in prefixes { try lines.append("ref-prefix " + prefix) }
        lines.appendFlush()
        return lines.bytes
    }
}

extension PacketLine {
    /// Begins a request of protocol version 2, with what every command carries.
    mutating func appendCommand(_ name: String, _ offer: Advertisement, agent: String) throws(ProtocolError) {
        try append("command=" + name)
        if offer.capabilities.has("agent") { try append("agent=" + agentText(agent)) }
        if offer.capabilities.has("object-format") { try append("object-format=sha1") }
        appendDelimiter()
    }
}

/// The name of our program as servers accept it: printable ASCII without spaces.
func agentText(_ agent: String) -> String {
    String(decoding: agent.utf8.map { (0x21..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
}

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
