public import GitObjects

/// A reference that a server has.
public struct Reference: Equatable, Sendable {
    /// Its full name: `HEAD` or `refs/…`.
    public let name: String
    /// The object that it names: a commit, or a tag object.
    public let id: ObjectID
    /// The reference that it stands for, when it is a symbolic one and the server said so.
    public var symbolicTarget: String?
    /// The object behind the tag object, when it names one and the server said so.
    public var peeled: ObjectID?

    /// Describes a reference.
    public init(name: String, id: ObjectID, symbolicTarget: String? = nil, peeled: ObjectID? = nil) {
        self.name = name
        self.id = id
        self.symbolicTarget = symbolicTarget
        self.peeled = peeled
    }
}

/// Which of a server's references to keep; the others are read and forgotten.
public struct ReferenceFilter: Equatable, Sendable {
    /// The full names to keep.
    public let names: [String]
    /// The objects for which to note whether any reference names them.
    public let ids: Set<ObjectID>

    /// Keeps these names, and notes these objects.
    public init(names: [String], ids: Set<ObjectID> = []) {
        self.names = names
        self.ids = ids
    }

    func keeps(_ name: Span<UInt8>) -> Bool {
        for wanted in names where name.equals(wanted) { return true }
        return false
    }
}

/// How much of a list of references is accepted before it counts as endless.
public struct ListingLimits: Equatable, Sendable {
    /// The most bytes that the list may have on the wire.
    public var bytes: Int
    /// The most references that are kept in memory.
    public var kept: Int

    /// 256 MiB on the wire, which is about three million references, and 100,000 in memory.
    public init(bytes: Int = 256 << 20, kept: Int = 100_000) {
        self.bytes = bytes
        self.kept = kept
    }
}

/// The references that a server listed, or those of them that a filter kept.
public struct ReferenceListing: Equatable, Sendable {
    /// The references, in the server's order.
    public internal(set) var references: [Reference] = []
    /// The branch that the remote's HEAD names although it has no commit yet; nil when HEAD has one or was not told.
    public internal(set) var unbornHead: String?
    /// Those of the filter's objects that some reference names, kept or not.
    public internal(set) var listed: Set<ObjectID> = []
    /// How many references the server sent, kept or not.
    public internal(set) var received = 0

    /// Nothing listed.
    public init() {}

    /// What is known without asking a server, as of a repository on this machine.
    public init(_ references: [Reference], unbornHead: String? = nil) {
        self.references = references
        self.unbornHead = unbornHead
        received = references.count
    }

    /// The reference of exactly this full name.
    public subscript(name: String) -> Reference? {
        references.first { $0.name.isSameBytes(as: name) }
    }

    /// Takes one reference in, as far as the filter wants it, and tells whether it was kept.
    mutating func add(
        _ name: Span<UInt8>, _ id: ObjectID, _ filter: ReferenceFilter?, _ limits: ListingLimits, _ operation: String
    ) throws(ProtocolError) -> Bool {
        received += 1
        if let filter {
            if filter.ids.contains(id) { listed.insert(id) }
            guard filter.keeps(name) else { return false }
        }
        // A name that is not UTF-8 cannot be one that was asked for.
        guard let text = name.text(0..<name.count) else { return false }
        // A filter asks for a few names: a server that repeats them must not fill our memory.
        if filter != nil, self[text] != nil { return false }
        guard references.count < limits.kept else {
            throw ProtocolError(.oversized, operation, "the server listed more than \(limits.kept) references")
        }
        references.append(Reference(name: text, id: id))
        return true
    }
}
