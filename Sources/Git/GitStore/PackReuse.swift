internal import CLibgit2
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

/// Writes a pack in which similar objects are stored as differences, with libgit2's pack builder.
enum DeltaPacker {
    static func write(_ plan: CopyPlan, from source: ObjectStore, to indexer: inout PackIndexer) throws(GitError) {
        let operation = "search for similar objects"
        // The builder wants a repository and reads nothing of it but the objects.
        let repository = try unsafe owned(operation) { unsafe git_repository_wrap_odb($0, source.database) }
        defer { unsafe git_repository_free(repository) }
        let builder = try unsafe owned(operation) { unsafe git_packbuilder_new($0, repository) }
        defer { unsafe git_packbuilder_free(builder) }
        // More threads would each hold a window of objects in memory.
        unsafe git_packbuilder_set_threads(builder, 1)
        for list in plan.lists {
            for id in list {
                var raw = id.raw
                try check(unsafe git_packbuilder_insert(builder, &raw, nil), operation)
            }
        }
        try unsafe stream(builder, operation, to: &indexer)
    }

    private static func stream(
        _ builder: OpaquePointer, _ operation: String, to indexer: inout PackIndexer
    ) throws(GitError) {
        let (status, failure) = unsafe withUnsafeMutablePointer(to: &indexer) { indexer in
            var target = unsafe Target(indexer: indexer)
            let status = unsafe withUnsafeMutablePointer(to: &target) { payload in
                unsafe git_packbuilder_foreach(builder, takeBlock, payload)
            }
            return unsafe (status, target.failure)
        }
        if let failure {
            git_error_clear()
            throw failure
        }
        try check(status, operation)
    }
}

/// Where the builder's bytes go, and what went wrong there.
@unsafe private struct Target {
    let indexer: UnsafeMutablePointer<PackIndexer>
    var failure: GitError?
}

private func takeBlock(_ bytes: UnsafeMutableRawPointer?, _ count: Int, _ payload: UnsafeMutableRawPointer?) -> Int32 {
    guard let target = unsafe payload?.assumingMemoryBound(to: Target.self) else { return GIT_EUSER.rawValue }
    let block = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
    do throws(GitError) {
        try unsafe target.pointee.indexer.pointee.append(block.bindMemory(to: UInt8.self).span)
        return 0
    } catch {
        unsafe target.pointee.failure = error
        return GIT_EUSER.rawValue
    }
}
