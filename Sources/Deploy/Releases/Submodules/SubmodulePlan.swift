public import GitObjects

/// A submodule that a commit has and a release is to hold.
public struct Submodule: Sendable, Equatable {
    /// Its name in `.gitmodules`.
    public let name: String
    /// Where it comes from, as `.gitmodules` has it; where it is relative, to the repository that holds the submodule.
    public let url: String
    /// The branch that `.gitmodules` names.
    public let branch: String?
    /// What is to be checked out where.
    public let checkout: SubmoduleCheckout

    /// Describes a submodule.
    public init(name: String, url: String, branch: String?, checkout: SubmoduleCheckout) {
        self.name = name
        self.url = url
        self.branch = branch
        self.checkout = checkout
    }
}

/// The submodules of one commit, one level of them.
public struct SubmodulePlan: Sendable, Equatable {
    /// Those that are to be checked out, in the order of `.gitmodules`.
    public let submodules: [Submodule]

    /// How many levels of submodules in submodules are followed.
    public static let deepestLevel = 32
    /// How many submodules a release may hold.
    public static let mostSubmodules = 4096

    /// Lists submodules.
    public init(_ submodules: [Submodule]) {
        self.submodules = submodules
    }
}

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

/// What became of the object stores of submodules.
package struct ModuleSweepResult: Sendable, Equatable {
    /// Stores, by location, that no release needs and that were given to the cleaner.
    package var removed: [String] = []
    /// How many commits the other stores need not keep any more.
    package var released = 0
    /// Stores that were compacted.
    package var compacted: [String] = []

    /// Nothing was done.
    package init() {}
}
