/// How far the indexing of a pack has come.
public struct PackProgress: Sendable, Equatable {
    /// Objects that the pack's header announces.
    public var totalObjects = 0
    /// Objects that have arrived whole.
    public var receivedObjects = 0
    /// Objects whose names are known: all but the deltas that still wait for their base.
    public var indexedObjects = 0
    /// Objects of the store that were copied into the pack because deltas in it are based on them.
    public var localObjects = 0
    /// Deltas in the pack; known once it has arrived whole.
    public var totalDeltas = 0
    /// Deltas that have been resolved.
    public var indexedDeltas = 0
    /// Bytes of the pack that have arrived.
    public var receivedBytes: UInt64 = 0

    /// Nothing has come yet.
    public init() {}
}

/// What became of a pack.
public struct IndexedPack: Sendable, Equatable {
    /// The pack's file without its ending, such as `pack-1f07…`; nil for a pack without objects, which leaves no file.
    public let name: String?
    /// How many objects, deltas and bytes came.
    public let progress: PackProgress

    /// Says what became of a pack.
    public init(name: String?, progress: PackProgress) {
        self.name = name
        self.progress = progress
    }
}

/// How much a pack may bring.
public struct PackLimits: Sendable, Equatable {
    /// The most bytes that a pack may have.
    public var maximumBytes: UInt64
    /// The most objects that a pack may announce; the indexer reserves memory for them at once.
    public var maximumObjects: UInt32

    /// Limits that are beyond any sensible repository unless they are given.
    public init(maximumBytes: UInt64 = .max, maximumObjects: UInt32 = 50_000_000) {
        self.maximumBytes = maximumBytes
        self.maximumObjects = maximumObjects
    }
}
