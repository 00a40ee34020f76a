public import GitFiles
public import GitObjects
public import Posix

/// What a compaction did.
public struct CompactionResult: Sendable, Equatable {
    /// The one pack that is left; nil when there was nothing to keep.
    public let pack: IndexedPack?
    /// How many packs were removed.
    public let removedPacks: Int
    /// How many loose objects were removed.
    public let removedLooseObjects: Int
    /// Whether the store has everything that belongs to what it keeps; false where a filter left something out.
    public let isComplete: Bool
}

extension ObjectStore {
    /// Puts everything that belongs to the roots into one pack and removes all else.
    ///
    /// The roots are the commits (or tags) to keep, with their history down to the shallow ones. The new pack is
    /// complete, checked and on the disk before anything is removed, so that a kill at any moment leaves a store that
    /// has all that it should; the next compaction removes what this one did not. An object that is missing ends it
    /// before anything is removed, unless `isPartial` says that the store was filled with a filter: then trees and
    /// blobs may be missing.
    ///
    /// `searchingDeltas` searches differences among all objects: smallest, slowest, for long histories. Without it each
    /// object is compressed by itself.
    ///
    /// Other handles on the same store keep removed packs open until their `reopen`.
    public func compact(
        keeping roots: [ObjectID], isPartial: Bool = false, searchingDeltas: Bool = false, deadline: Deadline
    ) throws(GitError) -> CompactionResult {
        try RepositoryFormat.checkKinds(path)
        // What comes while we work is not ours to remove.
        let packs = try removablePacks()
        let loose = try looseObjects()
        let ends = try shallow
        var plan = try CopyPlan(source: self, store: nil, sourceIsPartial: isPartial, deadline: deadline)
        try plan.add(wants: roots, depth: 0, sourceShallow: ends, storeShallow: [])
        let pack = try writePack(plan, searchingDeltas: searchingDeltas, deadline)
        // Ends of history that is not kept any more.
        if !ends.subtracting(plan.boundary).isEmpty { try replaceShallow(plan.boundary) }
        let removed = packs.filter { $0 != pack?.name }
        try removeIndexesOverPacks()
        for name in removed { try removePack(name) }
        for file in loose { try RepositoryFiles.remove(file) }
        try reopen()
        return CompactionResult(
            pack: pack, removedPacks: removed.count, removedLooseObjects: loose.count,
            isComplete: !plan.lacksObjects)
    }

    private func writePack(
        _ plan: CopyPlan, searchingDeltas: Bool, _ deadline: Deadline
    ) throws(GitError) -> IndexedPack? {
        guard plan.count > 0 else { return nil }
        var indexer = try indexPack(deadline: deadline)
        if searchingDeltas {
            try DeltaPacker.write(plan, from: self, to: &indexer)
        } else {
            try PackWriter.write(plan, from: self, to: &indexer)
        }
        let pack = try indexer.finish()
        try verify(pack, holds: plan, "compact \(path)")
        return pack
    }
}
