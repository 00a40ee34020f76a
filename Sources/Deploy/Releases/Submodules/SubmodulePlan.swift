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
