internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Posix
internal import Releases

/// Puts the files that did not change into a new release, by giving each a second name or by cloning it.
///
/// A hard link is made first and looked at afterwards: what is compared with the index is then the very file that is
/// in the new release, whatever happened to its name in the old one meanwhile.
struct Sharing: Sendable {
    /// The index of the new release; entries that were filled are to be shared.
    let index: ReleaseIndex
    /// The directory of the release that the files come from, open.
    let source: Int32
    /// The directory of the new release, open.
    let target: Int32
    let clones: Bool

    /// What one thread has done.
    struct Outcome: Sendable {
        /// How many files are shared.
        var shared = 0
        /// Entries whose file could not be shared: edited, removed, or refused by the file system.
        var unshared: [Int] = []
        /// What cloned files are like.
        var filled: [(entry: Int, status: FileStatus)] = []
    }

    /// Takes runs of entries from the queue until it is empty.
    func work(_ queue: WorkQueue) throws(SystemError) -> Outcome {
        var outcome = Outcome()
        let from = DirectoryCursor(root: source, creates: false)
        let to = DirectoryCursor(root: target, creates: true)
        while let entries = try queue.take() {
            for entry in entries where index.isFilled(entry) {
                let path = index.pathRange(entry)
                let bytes = index.bytes.span
                let start = try to.enter(directoryOf: bytes.extracting(path))
                // The zero byte after the path ends the name.
                let name = bytes.extracting(path.lowerBound + start..<path.upperBound + 1)
                let isShared: Bool
                do throws(SystemError) {
                    _ = try from.enter(directoryOf: bytes.extracting(path))
                    isShared =
                        try clones
                        ? clone(entry, name, from.descriptor, to.descriptor, &outcome)
                        : link(entry, name, from.descriptor, to.descriptor)
                } catch  where !error.mustStop {
                    isShared = false
                }
                if isShared { outcome.shared += 1 } else { outcome.unshared.append(entry) }
            }
        }
        return outcome
    }

    private func link(
        _ entry: Int, _ name: Span<UInt8>, _ from: Int32, _ to: Int32
    ) throws(SystemError) -> Bool {
        try TreeFile.link(name, from: from, to: to)
        if index.matches(entry, try TreeFile.status(in: to, name)) { return true }
        try TreeFile.remove(in: to, name)
        return false
    }

    private func clone(
        _ entry: Int, _ name: Span<UInt8>, _ from: Int32, _ to: Int32, _ outcome: inout Outcome
    ) throws(SystemError) -> Bool {
        let mode = index.mode(entry)
        if mode == FileMode.symlink.octal { return try link(entry, name, from, to) }
        let source = try TreeFile.open(in: from, name)
        guard index.matches(entry, try source.status()) else { return false }
        let target = try TreeFile.create(in: to, name, executable: mode == FileMode.executable.octal)
        do throws(SystemError) {
            try TreeFile.clone(source, into: target)
            try TreeFile.setModified(index.modified(entry), of: target)
            // Written to between the first look and the cloning.
            guard index.matches(entry, try source.status()) else {
                try TreeFile.remove(in: to, name)
                return false
            }
            outcome.filled.append((entry, try target.status()))
            return true
        } catch {
            try TreeFile.remove(in: to, name)
            throw error
        }
    }
}

extension SystemError {
    /// Whether writing the file instead of sharing it would fail for the same reason.
    fileprivate var mustStop: Bool { isDiskFull || isOutOfDescriptors || isCancelled || isTimeout }
}
