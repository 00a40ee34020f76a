public import GitStore
public import Posix

/// What became of the object stores of submodules.
public struct ModuleSweepResult: Sendable, Equatable {
    /// Stores, by location, that no release needs and that were given to the cleaner.
    public internal(set) var removed: [String] = []
    /// How many commits the other stores need not keep any more.
    public internal(set) var released = 0
    /// Stores that were compacted.
    public internal(set) var compacted: [String] = []
}

/// The object stores of submodules below the root's `.git/modules`.
public struct ModuleStores: Sendable {
    /// A store with more packs than this is compacted.
    static let mostPacks = 32

    private let layout: ReleaseLayout
    private let cleaner: Cleaner

    /// The stores of a root.
    public init(layout: ReleaseLayout, cleaner: Cleaner) {
        self.layout = layout
        self.cleaner = cleaner
    }

    /// Lets go what no release needs; call it after `Keeper.keep`, and while nothing is being fetched or staged.
    ///
    /// - Parameters:
    ///   - live: the release that is published.
    ///   - compacts: whether stores are compacted too.
    ///   - deadline: when to give up.
    /// - Returns: what was done.
    /// - Throws: what the system or a store refused; what was done by then stays.
    public func sweep(
        live: ObjectID, compacts: Bool, deadline: Deadline
    ) throws(ReleaseError) -> ModuleSweepResult {
        var result = ModuleSweepResult()
        let needed = try neededCommits(live)
        for location in try locations(inside: "modules") {
            try system { () throws(SystemError) in try deadline.check("tidy up the stores of submodules") }
            let isNeeded = needed.keys.contains { $0 == location || $0.hasPrefix(location + "/") }
            guard isNeeded else {
                // One inside another goes with it.
                if try exists(location) {
                    try cleaner.discard(layout.moduleStore(location))
                    result.removed.append(location)
                }
                continue
            }
            try tidy(location, needed[location] ?? [], compacts, &result, deadline)
        }
        return result
    }

    /// The commits that the live release and every other one with a record has of each submodule.
    private func neededCommits(_ live: ObjectID) throws(ReleaseError) -> [String: Set<ObjectID>] {
        var commits: Set<ObjectID> = [live]
        try system { () throws(SystemError) in
            let records = layout.gitDirectory + "/worktrees"
            guard try Files.statusIfPresent(records)?.kind == .directory else { return }
            for entry in try FileDescriptor.openDirectory(records).entries() {
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

    private func tidy(
        _ location: String, _ needed: Set<ObjectID>, _ compacts: Bool, _ result: inout ModuleSweepResult,
        _ deadline: Deadline
    ) throws(ReleaseError) {
        let path = layout.moduleStore(location)
        let isCompacted = try store { () throws(GitError) -> Bool in
            let objects = try ObjectStore.open(path)
            for commit in try objects.kept where !needed.contains(commit) {
                try objects.release(commit)
                result.released += 1
            }
            guard compacts, try objects.statistics().packs > Self.mostPacks else { return false }
            _ = try objects.compact(
                keeping: objects.kept, isPartial: try objects.filter != .none, deadline: deadline)
            return true
        }
        if isCompacted { result.compacted.append(location) }
    }

    /// The locations of all stores, one that others lie inside of before them.
    private func locations(inside directory: String) throws(ReleaseError) -> [String] {
        let names = try system { () throws(SystemError) -> [String] in
            let path = layout.moduleStore(directory)
            guard try Files.statusIfPresent(path)?.kind == .directory else { return [] }
            return try FileDescriptor.openDirectory(path).entries().filter { $0.kind == .directory }
                .map { String(decoding: $0.name, as: UTF8.self) }.sorted()
        }
        var found: [String] = []
        for name in names {
            let location = "\(directory)/\(name)"
            found.append(location)
            found += try locations(inside: location + "/modules")
        }
        return found
    }

    private func exists(_ location: String) throws(ReleaseError) -> Bool {
        try system { () throws(SystemError) in try Files.statusIfPresent(layout.moduleStore(location)) != nil }
    }
}
