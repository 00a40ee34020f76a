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
