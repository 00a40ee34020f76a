internal import GitFiles
internal import GitObjects

extension ObjectStore {
    /// Throws unless a new pack has every object of a plan.
    ///
    /// What is taken over compressed is hashed by the indexer only: were it damaged, it would be there under another
    /// name, and the object that it should have been would not.
    func verify(_ pack: IndexedPack, holds plan: CopyPlan, _ operation: String) throws(GitError) {
        guard let name = pack.name, let file = try PackFile("\(objectDirectory)/pack/\(name)") else {
            throw .malformed(operation, "the new pack cannot be opened")
        }
        for list in plan.lists {
            for id in list where !file.contains(id) { throw .malformed(operation, "object \(id) is damaged") }
        }
    }
}

/// Takes objects out of a repository's packs without inflating and compressing them again.
///
/// A delta is taken over when its base goes the same way, out of the same pack: then no two can be based on each other.
struct PackReuse {
    private let packs: [PackFile]
    private let sent: Set<ObjectID>

    /// Looks at the packs of a repository, for sending these objects; at none when it has so many that finding an object
    /// among them takes longer than compressing it.
    init(objectDirectory: String, sending lists: [[ObjectID]]) throws(GitError) {
        var packs: [PackFile] = []
        let names = try RepositoryFiles.names(in: objectDirectory + "/pack").filter { $0.hasSuffix(".idx") }
        if names.count <= PackReuse.maximumPacks {
            for name in names {
                guard let pack = try PackFile("\(objectDirectory)/pack/\(name.dropLast(4))") else { continue }
                packs.append(pack)
            }
        }
        self.packs = packs
        sent = packs.isEmpty ? [] : Set(lists.joined())
    }

    /// The entry of an object as it may be sent, and its compressed bytes; nil when it must be read the long way.
    func entry(_ id: ObjectID) -> (entry: PackFile.Entry, data: [UInt8])? {
        guard let pack = packs.first(where: { $0.contains(id) }), let entry = pack.entry(id) else { return nil }
        if let base = entry.base {
            guard sent.contains(base), packs.first(where: { $0.contains(base) }) === pack else { return nil }
        }
        // A large one would be held in memory as a whole, as it is the long way; but compressed, and so smaller.
        let data = pack.bytes(entry.data)
        return data.count == Int(entry.data.upperBound - entry.data.lowerBound) ? (entry, data) : nil
    }

    private static let maximumPacks = 64
}
