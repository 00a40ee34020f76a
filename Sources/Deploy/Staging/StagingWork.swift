internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Posix
internal import Releases

/// Fills the directory of a new release with the files of its index: shares what it can and writes the rest.
struct StagingWork {
    /// The index; complete when both steps are done.
    private(set) var index: ReleaseIndex
    /// What has been done so far.
    private(set) var figures = StagingFigures()
    /// Files that could not be written as their attributes ask, for people.
    private(set) var warnings: [String] = []
    /// The files that were written, where they are few.
    private(set) var written: [[UInt8]] = []
    /// More than so many are brought to the disk together.
    static let mostListed = 64
    /// The bytes of the release so far, where somebody counts them.
    var releaseBytes: UInt64 = 0
    private let target: Int32
    private let volume: VolumeTraits
    private let threads: Int
    private let space: SpaceGuard?
    private let deadline: Deadline
    private let report: (@Sendable (Int, Int) -> Void)?
    // Entries that could not be shared although nothing in the commit changed them.
    private var unshared: [Int] = []
    private var keepsTimes = false

    /// Prepares the work on an open directory that is empty.
    init(
        index: ReleaseIndex, target: Int32, volume: VolumeTraits, threads: Int, space: SpaceGuard?, deadline: Deadline,
        report: (@Sendable (Int, Int) -> Void)? = nil
    ) {
        self.index = index
        self.target = target
        self.volume = volume
        self.threads = threads
        self.space = space
        self.deadline = deadline
        self.report = report
    }

    /// Shares the files that did not change with the release whose directory is open.
    mutating func share(from source: Int32, _ means: ShareMeans) throws(ReleaseError) {
        if means == .copy {
            // A copy comes from the object store: that is the same content, and nobody can have edited it.
            keepsTimes = true
            unshared = (0..<index.count).filter { index.isFilled($0) }
            return
        }
        for outcome in try runSharing(from: source, clones: means == .clone) {
            figures.shared += outcome.shared
            unshared += outcome.unshared
            for (entry, status) in outcome.filled { index.fill(entry, status) }
        }
        figures.restored = unshared.count
    }

    /// Whether files have to be written that came over from the old index, which tells that their bytes went through a
    /// filter and not through which.
    var lacksFilters: Bool {
        unshared.contains { index.fingerprint($0) != 0 && index.filters[$0] == nil }
    }

    /// Adds what the bytes of files go through, by the numbers of their entries.
    mutating func add(filters: [Int: CheckoutFilter]) {
        index.filters.merge(filters) { known, _ in known }
    }

    /// Writes all files that were not shared.
    mutating func write(_ objects: ObjectStore) throws(ReleaseError) {
        for outcome in try runWriting(objects) {
            figures.bytes += outcome.bytes
            warnings += outcome.warnings
            figures.written += outcome.filled.count
            for (entry, status) in outcome.filled {
                index.fill(entry, status)
                if figures.written <= StagingWork.mostListed {
                    written.append(Array(index.bytes[index.pathRange(entry)]))
                }
            }
        }
        if figures.written > StagingWork.mostListed { written = [] }
        figures.files = figures.shared + figures.written
    }

    // The two run in functions of their own, so that nothing else holds the index when it is filled in.
    private func runSharing(from source: Int32, clones: Bool) throws(ReleaseError) -> [Sharing.Outcome] {
        let sharing = Sharing(
            index: index, source: source, target: target, clones: clones)
        let threads = useful(threads, for: index.count, atLeast: 400)
        let queue = WorkQueue(
            index.count, threads: threads, operation: "stage a release", deadline: deadline, report: report)
        return try queue.onThreads(threads) { () throws(ReleaseError) in
            try system { () throws(SystemError) in try sharing.work(queue) }
        }
    }

    private func runWriting(_ objects: ObjectStore) throws(ReleaseError) -> [Writing.Outcome] {
        let writing = Writing(
            index: index, entries: entriesToWrite(), target: target,
            hasPreciseTimes: volume.hasPreciseTimes, keepsTimes: keepsTimes, space: space)
        let threads = useful(threads, for: writing.entries.count, atLeast: 100)
        let total = index.count
        let before = total - writing.entries.count
        let queue = WorkQueue(
            writing.entries.count, threads: threads, operation: "stage a release", deadline: deadline
        ) { [report] begun, _ in report?(before + begun, total) }
        if threads == 1 { return [try writing.work(queue, objects)] }
        let path = objects.path
        return try queue.onThreads(threads) { () throws(ReleaseError) in
            // Handles of libgit2 belong to one thread.
            let own = try store { () throws(GitError) in try ObjectStore.openExisting(path) }
            return try writing.work(queue, own)
        }
    }

    /// The entries whose files have to be written, in the order of their paths.
    private func entriesToWrite() -> [Int] {
        var entries = unshared
        for entry in 0..<index.count where !index.isFilled(entry) && !index.isSkipped(entry) { entries.append(entry) }
        return entries.sorted()
    }

    /// How many threads are worth their start for so many pieces of work.
    private func useful(_ threads: Int, for count: Int, atLeast pieces: Int) -> Int {
        max(1, min(threads, count / pieces))
    }
}

/// How files are shared on this volume.
enum ShareMeans: Sendable {
    case clone, link, copy
}

extension StagingOptions {
    /// How to share on a volume with these abilities.
    func means(_ volume: VolumeTraits) -> ShareMeans {
        switch share {
        case .copy: .copy
        case .auto where volume.canClone: .clone
        case .auto where isWrittenBeforePublishing: .copy
        case .auto, .link: .link
        }
    }
}
