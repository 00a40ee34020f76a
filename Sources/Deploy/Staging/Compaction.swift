internal import GitFiles
package import GitObjects
package import GitStore
package import Layout
package import Posix
package import Releases

/// Keeps the object store small.
package struct Compaction: Sendable {
    /// More packs than this are made one.
    static let mostPacks = 32
    /// More loose objects than this, which only other programs write, are packed.
    static let mostLooseObjects = 1024

    /// The file that says how many objects were needed when the store was last compacted.
    private let record: Place
    private let former: Place?
    private let mode: CompactionMode
    private let depth: Int

    /// For the store of a root, in which so many commits of history are asked for; zero for all.
    package init(layout: ReleaseLayout, mode: CompactionMode = .auto, depth: Int = 0) {
        self.init(store: layout.store, former: layout.formerNeededObjects, mode: mode, depth: depth)
    }

    /// For a store; `former` is where earlier versions kept the record.
    init(store: Place, former: Place? = nil, mode: CompactionMode, depth: Int = 0) {
        record = ReleaseLayout.neededObjects(of: store)
        self.former = former
        self.mode = mode
        self.depth = depth
    }

    /// Compacts the store if its time has come; the commits that it keeps stay, with their history, and nothing else.
    ///
    /// - Parameters:
    ///   - objects: the store; call `ReleaseCleanup.keep` first, so that it keeps what is needed.
    ///   - live: the commit that is published, which is kept in any case.
    ///   - isPartial: whether the store was filled with a filter.
    ///   - released: commits that the store has kept until now.
    ///   - deadline: when to give up; the store is then as it was.
    /// - Returns: what was done; nil when it was not time.
    /// - Throws: what the store could not do, a passed deadline among it; the store is then as it was.
    package func runIfNeeded(
        _ objects: ObjectStore, live: ObjectID?, isPartial: Bool = false, released: [ObjectID] = [],
        deadline: Deadline
    ) throws(ReleaseError) -> CompactionResult? {
        guard mode != .off else { return nil }
        let needed = try store { () throws(GitError) in try objects.statistics() }
        if mode == .auto, try !isTime(needed), try !hasLeft(released, for: live, objects) { return nil }
        let roots = try store { () throws(GitError) in
            let kept = try objects.kept
            // Bounded: these are lists.
            return kept + (live.map { kept.contains($0) || !objects.contains($0) ? [] : [$0] } ?? [])
        }
        // Without a root everything would go; a store that keeps nothing is one that nobody has used yet.
        if roots.isEmpty { return nil }
        let result = try store { () throws(GitError) in
            let result = try objects.compact(
                keeping: roots, isPartial: isPartial, searchingDeltas: mode == .aggressive, deadline: deadline)
            // From now on the remote may be told what we have, although a filter was used once.
            if isPartial, result.isComplete { try objects.noteCompleteness() }
            return result
        }
        let count = result.pack?.progress.totalObjects ?? 0
        // The umask decides the permissions: the worker may not change any.
        try system { () throws(SystemError) in try record.replace(noted(count), mode: nil) }
        return result
    }

    /// How many objects were needed when the store was last compacted: what came since is not, as a rule.
    private func isTime(_ statistics: StoreStatistics) throws(ReleaseError) -> Bool {
        if statistics.packs > Self.mostPacks || statistics.looseObjects > Self.mostLooseObjects { return true }
        let content = try system { () throws(SystemError) -> [UInt8]? in
            if let content = try record.readIfRegular(limit: 64) { return content }
            return try former?.readIfRegular(limit: 64)
        }
        let line = content.map { String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self) }
        let numbers = (line ?? "").split(separator: " ").map { Int($0) ?? -1 }
        // Less history is asked for than before: what is beyond it is of no use any more.
        if numbers.count > 1, depth > 0, numbers[1] == 0 || numbers[1] > depth { return true }
        if let needed = numbers.first, needed >= 0 {
            // Bounded: neither number is below zero.
            return statistics.packedObjects - needed > statistics.packedObjects / 4
        }
        // Not compacted yet: what the first fetch brought is taken for what is needed.
        if statistics.packs == 1 {
            try system { () throws(SystemError) in
                try record.replace(noted(statistics.packedObjects), mode: nil)
            }
        }
        return false
    }

    private func noted(_ count: Int) -> [UInt8] { Array("\(count) \(depth)\n".utf8) }

    /// Whether what is live is an older commit than one that was kept until now: what lies between is of no use any more.
    private func hasLeft(
        _ released: [ObjectID], for live: ObjectID?, _ objects: ObjectStore
    ) throws(ReleaseError) -> Bool {
        guard let live else { return false }
        return try store { () throws(GitError) in
            for commit in released where commit != live && objects.contains(commit) {
                if try History(objects).leads(from: commit, to: live) { return true }
            }
            return false
        }
    }
}
