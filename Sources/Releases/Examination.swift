internal import GitStore
internal import Posix
internal import Synchronization

/// How a release was found.
enum Examination: Equatable {
    /// It is as it was written.
    case whole
    /// It differs; with `sharable` the files that did not change can be taken over into a new one.
    case damaged([ReleaseDifference], sharable: Bool)
    /// Nothing tells what it should be like: another program made it, or its record is gone.
    case unknown(String)
}

/// Looks at a whole release at once, on all processors.
struct Examiner {
    let layout: ReleaseLayout
    let options: StagingOptions
    let objects: ObjectStore
    let deadline: Deadline

    /// Compares a release with what was written, by size, time and inode, or byte for byte.
    func examine(_ release: Release, byContent: Bool) throws(ReleaseError) -> Examination {
        let worktree = Worktree(layout: layout)
        let status = try system { () throws(SystemError) in try Files.statusIfPresent(release.path) }
        guard status?.kind == .directory else {
            return .damaged([ReleaseDifference(.missing, release.path)], sharable: false)
        }
        let index = try system { () throws(SystemError) in try worktree.index(of: release.commit) }
        guard let index else { return .unknown("there is no record of what was written") }
        guard index.origin.settings == options.fingerprint else {
            return .unknown("it was written with other settings")
        }
        if try system({ () throws(SystemError) in try !worktree.isIntact(release) }) {
            return .damaged([ReleaseDifference(.record, ".git")], sharable: true)
        }
        // The store may lack the commit; then the record alone says what the release holds.
        if let commit = try? objects.commit(release.commit), commit.tree != index.origin.tree {
            return .damaged([ReleaseDifference(.record, "index")], sharable: true)
        }
        let differences = try compare(release, index, byContent)
        return differences.isEmpty ? .whole : .damaged(differences, sharable: !byContent)
    }

    private func compare(
        _ release: Release, _ index: ReleaseIndex, _ byContent: Bool
    ) throws(ReleaseError) -> [ReleaseDifference] {
        let directory = try system { () throws(SystemError) in try FileDescriptor.openDirectory(release.path) }
        var check = ReleaseCheck(
            index: index, permissions: try layout.permissions(),
            prepared: try Preparation(layout: layout).paths(of: release.commit))
        if byContent {
            check.content = ContentCheck(filters: try filters(of: index), gitDirectory: layout.gitDirectory)
        }
        let number = directory.number
        let threads = max(1, min(usableProcessors(), 8, index.count / 500))
        let found = Mutex<[ReleaseDifference]>([])
        let queue = WorkQueue(max(index.count, 1), threads: threads, deadline: deadline)
        let finalCheck = check
        try Parallel.forEach(count: threads, threads: threads) { (_) throws(ReleaseError) in
            while let run = try system({ () throws(SystemError) in try queue.take() }) {
                var stamps = DirectoryStamps(remembers: false)
                let differences = try finalCheck.differences(
                    among: run.clamped(to: 0..<index.count), in: number, &stamps)
                if differences.isEmpty { continue }
                let count = found.withLock { found in
                    found += differences
                    return found.count
                }
                if count >= ReleaseCheck.enough { queue.stop() }
            }
        }
        return found.withLock { Array($0.prefix(ReleaseCheck.enough)) }
    }

    /// What the files went through that are not as their objects, which only the tree and its attributes tell.
    private func filters(of index: ReleaseIndex) throws(ReleaseError) -> [Int: CheckoutFilter] {
        guard (0..<index.count).contains(where: { index.fingerprint($0) != 0 }) else { return [:] }
        do throws(ReleaseError) {
            var merge = TreeMerge(
                objects: objects, old: nil, origin: index.origin, config: options.config,
                sparse: options.sparseRules, deadline: deadline)
            try merge.run()
            return merge.finish().filters
        } catch .store {
            // The objects are not there. Files that went through a filter then count as changed, which they may be.
            return [:]
        }
    }
}

extension Worktree {
    /// Whether the release and its record name each other and the release's commit.
    func isIntact(_ release: Release) throws(SystemError) -> Bool {
        let commit = release.commit
        guard try Files.readIfPresent(release.path + "/.git", limit: 8192) == pointer(commit, at: release.path) else {
            return false
        }
        let head = try Files.readIfPresent(layout.metadata(of: commit) + "/HEAD", limit: 8192)
        return head == Array("\(commit)\n".utf8)
    }
}

extension ReleaseLayout {
    /// What new files on the volume look like.
    func permissions() throws(ReleaseError) -> Permissions {
        try system { () throws(SystemError) in
            try Files.makeDirectories(staging)
            let place = staging + "/" + TemporaryName.make()
            try Files.makeDirectory(place)
            let directory = try FileDescriptor.openDirectory(place)
            do throws(SystemError) {
                let permissions = try Permissions(probing: directory.number)
                try Files.removeTree(place)
                return permissions
            } catch {
                // The failure to report is the first one; what is left goes at the next start.
                try? Files.removeTree(place)
                throw error
            }
        }
    }
}
