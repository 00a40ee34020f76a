internal import GitStore
internal import Posix

/// Fills the directory of a new release with the files of its index: shares what it can and writes the rest.
struct StagingWork {
    /// The index; complete when both steps are done.
    private(set) var index: ReleaseIndex
    /// What has been done so far.
    private(set) var figures = StagingFigures()
    private let target: Int32
    private let permissions: Permissions
    private let conversion: Conversion
    private let threads: Int
    private let deadline: Deadline
    // Entries that could not be shared although nothing in the commit changed them.
    private var unshared: [Int] = []
    private var keepsTimes = false

    /// Prepares the work on an open directory that is empty.
    init(
        index: ReleaseIndex, target: Int32, permissions: Permissions, conversion: Conversion, threads: Int,
        deadline: Deadline
    ) {
        self.index = index
        self.target = target
        self.permissions = permissions
        self.conversion = conversion
        self.threads = threads
        self.deadline = deadline
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

    /// Writes all files that were not shared.
    mutating func write(_ objects: ObjectStore) throws(ReleaseError) {
        // In a directory of its own for itself, so that nothing else holds the index when it is filled in.
        for outcome in try runWriting(objects) {
            figures.bytes += outcome.bytes
            figures.written += outcome.filled.count
            for (entry, status) in outcome.filled { index.fill(entry, status) }
        }
        figures.files = figures.shared + figures.written
    }

    private func runSharing(from source: Int32, clones: Bool) throws(ReleaseError) -> [Sharing.Outcome] {
        let sharing = Sharing(
            index: index, source: source, target: target, permissions: permissions, clones: clones)
        let threads = useful(threads, for: index.count, atLeast: 400)
        let queue = WorkQueue(index.count, threads: threads, deadline: deadline)
        return try collect(
            inParallel(threads) { _ in
                Result { () throws(SystemError) in try sharing.work(queue) }
                    .mapError { error in
                        queue.stop()
                        return ReleaseError.system(error)
                    }
            })
    }

    private func runWriting(_ objects: ObjectStore) throws(ReleaseError) -> [Writing.Outcome] {
        let writing = Writing(
            index: index, entries: entriesToWrite(), target: target, keepsTimes: keepsTimes, conversion: conversion)
        let threads = useful(threads, for: writing.entries.count, atLeast: 100)
        let queue = WorkQueue(writing.entries.count, threads: threads, deadline: deadline)
        if threads == 1 { return [try writing.work(queue, objects)] }
        let path = objects.path
        return try collect(
            inParallel(threads) { _ in
                Result { () throws(ReleaseError) in
                    // Handles of libgit2 belong to one thread.
                    let own = try store { () throws(GitError) in try ObjectStore.openExisting(path) }
                    return try writing.work(queue, own)
                }
                .mapError { error in
                    queue.stop()
                    return error
                }
            })
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

    private func collect<Outcome>(_ results: [Result<Outcome, ReleaseError>]) throws(ReleaseError) -> [Outcome] {
        var outcomes: [Outcome] = []
        for result in results { outcomes.append(try result.get()) }
        return outcomes
    }
}

/// How files are shared on this volume.
enum ShareMeans: Sendable {
    case clone, link, copy
}

extension StagingOptions {
    /// How to share on a volume with these abilities.
    func means(_ permissions: Permissions) -> ShareMeans {
        switch share {
        case .copy: .copy
        case .auto where permissions.canClone: .clone
        case .auto where isWrittenBeforePublishing: .copy
        case .auto, .link: .link
        }
    }
}
