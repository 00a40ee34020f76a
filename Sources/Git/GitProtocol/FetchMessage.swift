internal import GitObjects

/// A fetch request as bytes, in the parts in which a server reads it.
///
/// Over HTTP both parts make one body. Over a stream they may be written in one go as well, as long as somebody reads
/// meanwhile; a transport that writes first and reads then writes the opening, reads until the parser has passed the
/// shallow section where `isAnsweredBetween` says that there is one, and writes the rest.
public struct FetchMessage: Equatable, Sendable {
    /// What we want and how deep; in version 2 the whole request.
    public let opening: [UInt8]
    /// What we have, and that we are done; empty in version 2.
    public let negotiation: [UInt8]
    /// Whether the server says something after the opening, before it reads on.
    public let isAnsweredBetween: Bool

    /// Everything, as the body of one HTTP request.
    public var body: [UInt8] { opening + negotiation }
}

extension FetchRequest {
    static let operation = "fetch"

    /// The request, ready to be sent to the server that offered this.
    ///
    /// - Throws: `unsupported` when the request cannot do without something that the server does not offer,
    ///   `invalidRequest` when it makes no sense to any server.
    public func encoded(for offer: Advertisement, agent: String) throws(ProtocolError) -> FetchMessage {
        guard !wants.isEmpty else {
            throw ProtocolError(.invalidRequest, FetchRequest.operation, "nothing is asked for")
        }
        if let depth, !(1...FetchRequest.wholeHistory).contains(depth) {
            throw ProtocolError(.invalidRequest, FetchRequest.operation, "a depth of \(depth) makes no sense")
        }
        if unmetNeeds(by: offer).contains(.shallow) {
            throw ProtocolError(
                .unsupported, FetchRequest.operation, UnmetNeed.shallow.description,
                hint: "use --depth=0 with this server")
        }
        var lines = PacketLine()
        if offer.version == .two {
            try lines.appendCommand("fetch", offer, agent: agent)
            if acceptsThinPack { try lines.append("thin-pack") }
            if !wantsProgress { try lines.append("no-progress") }
            try lines.append("ofs-delta")
            for id in distinct(shallow) { try lines.append("shallow \(id)") }
            try appendLimits(to: &lines, offer)
            for id in distinct(wants) { try lines.append("want \(id)") }
            try appendNegotiation(to: &lines)
            lines.appendFlush()
            return FetchMessage(opening: lines.bytes, negotiation: [], isAnsweredBetween: false)
        }
        var abilities = agreedAbilities(offer, agent: agent)[...]
        for id in distinct(wants) {
            try lines.append(([Substring("want \(id)")] + abilities).joined(separator: " "))
            abilities = []
        }
        for id in distinct(shallow) { try lines.append("shallow \(id)") }
        try appendLimits(to: &lines, offer)
        lines.appendFlush()
        var rest = PacketLine()
        try appendNegotiation(to: &rest)
        return FetchMessage(opening: lines.bytes, negotiation: rest.bytes, isAnsweredBetween: depth != nil)
    }

    private func appendLimits(to lines: inout PacketLine, _ offer: Advertisement) throws(ProtocolError) {
        if let depth { try lines.append("deepen \(depth)") }
        if let filter, offer.offersFilter { try lines.append("filter " + filter) }
    }

    private func appendNegotiation(to lines: inout PacketLine) throws(ProtocolError) {
        for id in distinct(haves).prefix(FetchRequest.mostHaves) { try lines.append("have \(id)") }
        try lines.append("done")
    }

    /// What versions 0 and 1 must be told with the first want: of what the server offers, what we use.
    private func agreedAbilities(_ offer: Advertisement, agent: String) -> [Substring] {
        var agreed: [Substring] = []
        func agree(_ name: Substring) { if offer.capabilities.has(String(name)) { agreed.append(name) } }
        agree(offer.capabilities.has("multi_ack_detailed") ? "multi_ack_detailed" : "multi_ack")
        // Without commits of ours no pack can be thin, and some servers that do not name themselves insist on the word.
        if acceptsThinPack || haves.isEmpty || !offer.capabilities.has("agent") { agree("thin-pack") }
        agree("ofs-delta")
        agree(offer.capabilities.has("side-band-64k") ? "side-band-64k" : "side-band")
        if !wantsProgress { agree("no-progress") }
        if filter != nil { agree("filter") }
        if offer.capabilities.has("object-format") { agreed.append("object-format=sha1") }
        if offer.capabilities.has("agent") { agreed.append("agent=\(agentText(agent))") }
        return agreed
    }
}

/// The names without repetition, in the same order.
private func distinct(_ ids: [ObjectID]) -> [ObjectID] {
    var seen: Set<ObjectID> = []
    return ids.filter { seen.insert($0).inserted }
}
