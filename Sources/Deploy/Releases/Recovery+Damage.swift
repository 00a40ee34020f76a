public import Posix

/// What was done about stores that turned out to be damaged.
public struct ReplacedStores: Sendable, Equatable {
    /// Whether the root's store was replaced by an empty one.
    public internal(set) var isRootReplaced = false
    /// Stores of submodules, by location, that were given up.
    public internal(set) var modules: [String] = []

    /// Whether nothing was damaged.
    public var isEmpty: Bool { !isRootReplaced && modules.isEmpty }
}

extension Recovery {
    /// Looks at every byte of the object stores, and gives those up in which one has changed since it was written.
    ///
    /// What is live is served on; the next fetch brings what is needed. It costs as much as reading the stores: call it
    /// when an object could not be read.
    ///
    /// - Parameter deadline: when to give up.
    /// - Returns: what was replaced.
    /// - Throws: what the system refused, a passed deadline among it.
    public func replaceDamagedStores(deadline: Deadline) throws -> ReplacedStores {
        let check = try jobs.run(CheckStores(), deadline)
        if let replacement = check.replacement { try replaceStore(with: replacement) }
        if check.replacement != nil || !check.modules.isEmpty { cleaner.start() }
        return ReplacedStores(isRootReplaced: check.replacement != nil, modules: check.modules)
    }
}
