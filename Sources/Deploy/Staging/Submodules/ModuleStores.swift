internal import GitFiles
package import GitObjects
package import GitStore
package import Layout
package import Posix
package import Releases

/// The object stores of submodules below the root's `.git/modules`.
package struct ModuleStores: Sendable {
    private let layout: ReleaseLayout
    private let mode: CompactionMode

    /// The stores of a root, which are compacted when the mode says so.
    package init(layout: ReleaseLayout, mode: CompactionMode = .auto) {
        self.layout = layout
        self.mode = mode
    }

    /// Lets go what no release needs; call it after `ReleaseCleanup.keep`, and while nothing is being fetched or staged.
    ///
    /// - Parameters:
    ///   - live: the release that is published.
    ///   - previous: commits that must stay possible to publish without the network, whether they have a directory or not.
    ///   - objects: the store of the releases themselves.
    ///   - deadline: when to give up.
    /// - Returns: what was done.
    /// - Throws: what the system or a store refused; what was done by then stays.
    package func sweep(
        live: ObjectID, previous: [ObjectID], in objects: ObjectStore, deadline: Deadline
    ) throws(ReleaseError) -> ModuleSweepResult {
        var result = ModuleSweepResult()
        let locations = try layout.moduleLocations()
        if locations.isEmpty { return result }
        var needed = try neededCommits(live)
        for commit in previous { try collect(of: commit, in: objects, &needed) }
        for location in locations {
            try system { () throws(SystemError) in try deadline.check("tidy up the stores of submodules") }
            let isNeeded = needed.keys.contains { $0 == location || $0.hasPrefix(location + "/") }
            guard isNeeded else {
                // One inside another goes with it.
                if try exists(location) {
                    _ = try system { () throws(SystemError) in
                        try layout.discard(layout.moduleStorePlace(location))
                    }
                    result.removed.append(location)
                }
                continue
            }
            try tidy(location, needed[location] ?? [], &result, deadline)
        }
        return result
    }

    /// The commits that the live release and every other one with a record has of each submodule.
    private func neededCommits(_ live: ObjectID) throws(ReleaseError) -> [String: Set<ObjectID>] {
        var commits: Set<ObjectID> = [live]
        try system { () throws(SystemError) in
            for entry in try layout.records.entriesIfPresent() {
                if let commit = ObjectID(String(decoding: entry.name, as: UTF8.self)) { commits.insert(commit) }
            }
        }
        var needed: [String: Set<ObjectID>] = [:]
        for commit in commits {
            for submodule in try layout.submodules(of: commit) {
                needed[submodule.location, default: []].insert(submodule.commit)
            }
        }
        return needed
    }

    /// Adds the submodules that a commit has by its own word, and those inside them as far as we ever had them.
    private func collect(
        of commit: ObjectID, in objects: ObjectStore, inside parent: SubmoduleCheckout? = nil, level: Int = 1,
        _ needed: inout [String: Set<ObjectID>]
    ) throws(ReleaseError) {
        guard objects.contains(commit), level <= SubmodulePlan.deepestLevel else { return }
        for submodule in try SubmodulePlan(of: commit, in: objects, inside: parent).submodules {
            let checkout = submodule.checkout
            needed[checkout.location, default: []].insert(checkout.commit)
            guard try exists(checkout.location) else { continue }
            let path = layout.moduleStore(checkout.location)
            let inner = try store { () throws(GitError) in try ObjectStore.open(path) }
            try collect(of: checkout.commit, in: inner, inside: checkout, level: level + 1, &needed)
        }
    }

    private func tidy(
        _ location: String, _ needed: Set<ObjectID>, _ result: inout ModuleSweepResult, _ deadline: Deadline
    ) throws(ReleaseError) {
        let path = layout.moduleStore(location)
        let objects = try store { () throws(GitError) in
            let objects = try ObjectStore.open(path)
            for commit in try objects.kept where !needed.contains(commit) {
                try objects.release(commit)
                result.released += 1
            }
            return objects
        }
        let compaction = Compaction(store: layout.moduleStorePlace(location), mode: mode)
        let isPartial = try store { () throws(GitError) in try objects.filter != .none }
        if try compaction.runIfNeeded(objects, live: nil, isPartial: isPartial, deadline: deadline) != nil {
            result.compacted.append(location)
        }
    }

    private func exists(_ location: String) throws(ReleaseError) -> Bool {
        try system { () throws(SystemError) in try layout.moduleStorePlace(location).statusIfPresent() != nil }
    }
}
