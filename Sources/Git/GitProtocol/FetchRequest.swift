public import GitObjects

/// Asks a server for a pack of objects, all in one message: what we want, what we have, and that we are done asking.
///
/// There is no negotiation: we name every commit that we keep at once and say `done` after it. Versions 0 and 1 are still
/// told `multi_ack_detailed`, as git itself tells them, because some servers answer nobody else; the acknowledgements
/// that it brings are read and passed over.
public struct FetchRequest: Equatable, Sendable {
    /// The depth that gives the whole history; as `git fetch --unshallow` asks.
    public static let wholeHistory = 2_147_483_647
    /// How many commits that we have are named at most; the first ones count, so the newest belong there.
    public static let mostHaves = 256

    /// The objects to send.
    public var wants: [ObjectID]
    /// Commits that we have, with everything that they need, newest first.
    public var haves: [ObjectID]
    /// Commits that we have without their parents.
    public var shallow: [ObjectID]
    /// How many commits of history to send, counted from the wants; nil leaves our history as deep as it is.
    public var depth: Int?
    /// Which objects to leave out, such as `blob:none`; nil for none, and not sent to a server that has no filters.
    public var filter: String?
    /// Whether the pack may lean on objects that we have.
    public var acceptsThinPack = true
    /// Whether the server shall tell how far it is.
    public var wantsProgress = false

    /// Asks for these objects.
    public init(
        wants: [ObjectID], haves: [ObjectID] = [], shallow: [ObjectID] = [], depth: Int? = nil, filter: String? = nil
    ) {
        self.wants = wants
        self.haves = haves
        self.shallow = shallow
        self.depth = depth
        self.filter = filter
    }

    /// Something that a request needs and a server does not offer.
    public enum UnmetNeed: Equatable, Sendable {
        /// Limiting or extending the history.
        case shallow
        /// Leaving files out.
        case filter
        /// Objects that no reference names; over HTTP git's own server gives them all the same where a reference leads
        /// to them, so that asking and reading the answer is worth while.
        case unlistedWants([ObjectID])
    }

    /// What this request needs and the server does not offer; empty when the request can be sent as it is.
    ///
    /// The caller decides: without filters more is sent than needed; without the others the request fails.
    public func unmetNeeds(by offer: Advertisement) -> [UnmetNeed] {
        var needs: [UnmetNeed] = []
        if !offer.offersShallow, depth != nil || !shallow.isEmpty { needs.append(.shallow) }
        if !offer.offersFilter, filter != nil { needs.append(.filter) }
        if !offer.acceptsUnlistedWants {
            let tips = Set(offer.listing.references.map(\.id)).union(offer.listing.listed)
            let unlisted = wants.filter { !tips.contains($0) }
            if !unlisted.isEmpty { needs.append(.unlistedWants(unlisted)) }
        }
        return needs
    }

    /// How the server will answer this request.
    public func answerFormat(from offer: Advertisement) -> FetchResponseParser.Format {
        guard offer.version != .two else { return .sections }
        return .lines(isMultiplexed: offer.capabilities.has("side-band-64k") || offer.capabilities.has("side-band"))
    }
}

extension FetchRequest.UnmetNeed: CustomStringConvertible {
    /// What the server does not offer, in words.
    public var description: String {
        switch self {
        case .shallow: "the server cannot limit the history (--depth)"
        case .filter: "the server cannot leave files out (--filter)"
        case .unlistedWants(let ids):
            "the server gives out only what a branch or tag names, not \(ids.map(\.description).joined(separator: ", "))"
        }
    }
}
