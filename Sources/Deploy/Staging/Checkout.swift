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
