public import GitObjects

/// The objects that a release needs and a store that was filled with a filter lacks.
public struct MissingObjects: Sendable, Equatable {
    /// Trees that are missing; what is below them is not known.
    public var trees: [ObjectID] = []
    /// File contents that are missing.
    public var blobs: [ObjectID] = []
    /// The tree of the commit.
    public let root: ObjectID

    /// Whether nothing is missing.
    public var isEmpty: Bool { trees.isEmpty && blobs.isEmpty }

    /// Says what is missing of the tree of a commit.
    public init(root: ObjectID, trees: [ObjectID] = [], blobs: [ObjectID] = []) {
        self.root = root
        self.trees = trees
        self.blobs = blobs
    }
}
