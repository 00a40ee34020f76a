public import GitStore
internal import Layout
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
    /// - Parameters:
    ///   - objects: the root's store; it is the new one afterwards, where it had to be replaced.
    ///   - deadline: when to give up.
    /// - Returns: what was replaced.
    /// - Throws: what the system refused, a passed deadline among it.
    public func replaceDamagedStores(_ objects: ObjectStore, deadline: Deadline) throws(ReleaseError) -> ReplacedStores
    {
        var replaced = ReplacedStores()
        for location in try layout.moduleLocations() {
            let place = layout.moduleStorePlace(location)
            // One inside another goes with it.
            guard try system({ () throws(SystemError) in try place.statusIfPresent() }) != nil,
                try !isWhole(place.path, deadline)
            else { continue }
            try cleaner.discard(place)
            replaced.modules.append(location)
        }
        if try !isWhole(layout.gitDirectory, deadline) {
            try replaceStore(isForeign: false)
            // Before anything comes: a pack that is open is taken for one of the same name that is fetched later.
            try store { () throws(GitError) in try objects.reopen() }
            replaced.isRootReplaced = true
            cleaner.start()
        }
        return replaced
    }

    private func isWhole(_ path: String, _ deadline: Deadline) throws(ReleaseError) -> Bool {
        try PackFiles(directory: path + "/objects/pack").areWhole(deadline)
    }
}
