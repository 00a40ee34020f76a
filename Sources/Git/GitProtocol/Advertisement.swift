public import GitObjects

/// A server's first answer: which version of the protocol it speaks, what it can do, and in the old versions its references.
///
/// In version 2 it is worth keeping: as long as the server's software stays the same, so does its answer.
public struct Advertisement: Equatable, Sendable {
    /// The versions of the protocol.
    public enum Version: Int, Equatable, Sendable {
        /// The first one: references come with the first answer.
        case zero
        /// The same, and the server says so.
        case one
        /// References are asked for with a request of their own.
        case two
    }

    /// The version in which the server answered.
    public internal(set) var version: Version
    /// What it offers.
    public internal(set) var capabilities: Capabilities
    /// The references that came along; empty in version 2, where `LsRefsRequest` asks for them.
    public internal(set) var listing: ReferenceListing
    /// The commits at which the server's own history ends, when its repository is a shallow one.
    public internal(set) var shallow: [ObjectID]

    init(version: Version) {
        self.version = version
        capabilities = Capabilities()
        listing = ReferenceListing()
        shallow = []
    }

    /// Whether the server lets us limit and extend how much history it sends.
    public var offersShallow: Bool {
        version == .two ? capabilities.has(feature: "shallow", of: "fetch") : capabilities.has("shallow")
    }

    /// Whether the server can leave files out of a pack.
    public var offersFilter: Bool {
        version == .two ? capabilities.has(feature: "filter", of: "fetch") : capabilities.has("filter")
    }

    /// Whether the server may be asked for an object that no reference names.
    ///
    /// In version 2 it always may; whether it gives the object is known only from its answer.
    public var acceptsUnlistedWants: Bool {
        version == .two || capabilities.has("allow-tip-sha1-in-want")
            || capabilities.has("allow-reachable-sha1-in-want")
    }

    /// The program that the server says it runs, for the log; never a ground for a decision.
    public var agent: String? {
        capabilities.value(of: "agent").map { printableText(Array($0.utf8).span, limit: 100) }
    }
}
