public import GitFiles
public import GitObjects
public import Posix

/// Another repository on this machine, from which commits are copied; it is only ever read.
public final class SourceRepository {
    /// What its plain files tell.
    public let files: LocalRepository
    let objects: ObjectStore

    /// Opens the repository at a path: its `.git` directory, or the directory that has one, tried in git's order.
    ///
    /// - Throws: `missing` when there is none, `damaged`, `foreignFormat`, or a failure of the system.
    public static func open(_ path: String) throws(GitError) -> SourceRepository {
        try GitLibrary.start()
        return try SourceRepository(LocalRepository.open(path))
    }

    private init(_ files: LocalRepository) throws(GitError) {
        self.files = files
        objects = try ObjectStore(path: files.commonDirectory, objects: files.commonDirectory + "/objects")
    }

    /// Whether the object is there.
    public func contains(_ id: ObjectID) -> Bool { objects.contains(id) }
}

/// What a copy brought into the store.
public struct CopyResult: Sendable, Equatable {
    /// Commits that were added to the store's shallow set, because their parents did not come with them.
    public let shallow: Set<ObjectID>
    /// Commits that were taken out of it, because their parents are there now.
    public let unshallowed: Set<ObjectID>
    /// The pack that was written; nil when nothing was missing.
    public let pack: IndexedPack?
}

extension SourceRepository {
    /// Brings the wanted commits (tags, trees, blobs) and all that belongs to them into a store.
    ///
    /// A depth of zero brings the whole history, as far as this repository has it itself, and fills up a store that
    /// was shallow; a greater one cuts it after so many commits, as `git fetch --depth` does, and cuts again what the
    /// store has beyond. The store's `shallow` file is written here, in an order that is right whenever we are killed.
    ///
    /// `haves` are commits that the store has completely. Without any, the store is not trusted to be complete where
    /// it has a commit: everything is looked at, and what is missing is sent. That is slow, and is right after a
    /// change of the filter.
    public func copy(
        wants: [ObjectID], to store: ObjectStore, haves: [ObjectID] = [], depth: Int = 0,
        filter: ObjectFilter = .none, limits: PackLimits = PackLimits(), deadline: Deadline,
        progress: ((PackProgress) throws(GitError) -> Void)? = nil
    ) throws(GitError) -> CopyResult {
        let before = try store.shallow
        var plan = try CopyPlan(
            source: objects, store: store, filter: filter, looksEverywhere: haves.isEmpty, deadline: deadline)
        try plan.add(wants: wants, depth: depth, sourceShallow: files.shallow, storeShallow: before)
        let added = plan.boundary.subtracting(before)
        let unshallowed = plan.whole.intersection(before)
        // First the new ends of the history, then the objects, then what is no end any more: at no time does a commit
        // without its parents look whole.
        if !added.isEmpty { try store.replaceShallow(before.union(added)) }
        let pack = try send(plan, to: store, limits, deadline, progress)
        if !unshallowed.isEmpty { try store.replaceShallow(before.union(added).subtracting(unshallowed)) }
        return CopyResult(shallow: added, unshallowed: unshallowed, pack: pack)
    }

    private func send(
        _ plan: CopyPlan, to store: ObjectStore, _ limits: PackLimits, _ deadline: Deadline,
        _ progress: ((PackProgress) throws(GitError) -> Void)?
    ) throws(GitError) -> IndexedPack? {
        guard plan.count > 0 else { return nil }
        var indexer = try store.indexPack(limits: limits, deadline: deadline, progress: progress)
        try PackWriter.write(plan, from: objects, to: &indexer)
        let pack = try indexer.finish()
        try store.verify(pack, holds: plan, "copy objects from \(files.gitDirectory)")
        return pack
    }
}
