internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Posix
internal import Releases

/// Fills one open directory with the tree of a commit.
struct Checkout {
    let commit: ObjectID
    let objects: ObjectStore
    let options: StagingOptions
    /// The directory, open and empty.
    let target: Int32
    let volume: VolumeTraits
    /// The bytes of what belongs to the same release and is there already.
    var besides: UInt64 = 0

    /// Shares what it can with another directory, given with the index of what we wrote there, and writes the rest.
    func run(
        sharing source: (directory: Int32, index: ReleaseIndex)?, _ deadline: Deadline
    ) throws(ReleaseError) -> StagingWork {
        let tree = try store { () throws(GitError) in try objects.commit(commit).tree }
        // Where new files get other permissions than the old ones did, the old ones are of no use.
        let usable = source.flatMap { $0.index.origin.permissions == volume.permissions ? $0 : nil }
        let origin = IndexOrigin(tree: tree, settings: options.fingerprint, permissions: volume.permissions)
        let index = try TreeMerge.index(
            objects: objects, old: usable?.index, origin: origin, options: options, deadline: deadline)
        let size = try options.space?.check(
            index, besides: besides, sharing: options.means(volume) != .copy, objects, of: commit)
        var work = StagingWork(
            index: consume index, target: target, volume: volume, threads: options.usedThreads,
            space: options.space, deadline: deadline, report: options.report)
        work.releaseBytes = size ?? 0
        if let usable { try work.share(from: usable.directory, options.means(volume)) }
        if work.lacksFilters {
            // An index without an old one has the same entries, and every filter.
            let whole = try TreeMerge.index(
                objects: objects, old: nil, origin: origin, options: options, deadline: deadline)
            work.add(filters: whole.filters)
        }
        try work.write(objects)
        return work
    }
}

/// Finds the subtrees of a tree by name; the names must be asked for in the tree's own order.
struct Subtrees {
    private var cursor = TreeCursor()
    private var state = State.before

    private enum State {
        case before, atEntry, ended
    }

    mutating func find(_ name: Span<UInt8>, in tree: Span<UInt8>) throws(ReleaseError) -> ObjectID? {
        if state == .before { try advance(tree) }
        while state == .atEntry {
            let difference =
                cursor.mode == .tree ? orderOfDirectories(tree.extracting(cursor.name), name) : -1
            if difference == 0 { return cursor.id }
            if difference > 0 { return nil }
            try advance(tree)
        }
        return nil
    }

    private mutating func advance(_ tree: Span<UInt8>) throws(ReleaseError) {
        let isThere = try store { () throws(GitError) in try cursor.next(in: tree) }
        state = isThere ? .atEntry : .ended
    }

    /// Git sorts directories as if their names ended in a slash.
    private func orderOfDirectories(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
        let shared = min(left.count, right.count)
        let difference = order(left.extracting(first: shared), right.extracting(first: shared))
        if difference != 0 || left.count == right.count { return difference }
        let slash = Int(UInt8(ascii: "/"))
        return left.count > shared ? Int(left[shared]) - slash : slash - Int(right[shared])
    }
}
