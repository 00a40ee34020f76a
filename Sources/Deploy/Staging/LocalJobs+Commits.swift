internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Layout
internal import Posix
internal import Releases

// The jobs that read what one commit holds.

extension FindMissing: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> MissingReport? {
        let objects = try jobs.existing(store)
        guard try objects.filter != .none || !isTrusted else { return nil }
        let missing = try MissingObjects(
            for: commit, in: objects, sparsePatterns: sparsePatterns, deadline: context.deadline)
        return MissingReport(objects: missing, isFirst: try objects.kept.isEmpty)
    }
}

extension ReadSubmodules: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> SubmodulePlan {
        try SubmodulePlan(of: commit, in: try jobs.existing(store), inside: parent, sparsePatterns: sparsePatterns)
    }
}

extension DescribeCommits: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> [CommitSummary?] {
        let objects = try jobs.store(.root)
        return try commits.map { id in
            guard objects.contains(id) else { return nil }
            let commit = try objects.commit(id)
            // A subject is a line for people; a message may be as long as memory.
            return CommitSummary(
                id: id, tree: commit.tree, subject: String(commit.subject.prefix(2000)), time: commit.committerTime)
        }
    }
}

extension ReadObjects: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> [ObjectBytes] {
        let objects = try jobs.existing(.root)
        var chain: [ObjectBytes] = []
        var (next, left) = (Optional(id), UInt64(max(0, limit)))
        while let id = next {
            let size = try objects.size(of: id)
            guard size <= left, chain.count < 64 else {
                throw GitError(
                    code: .limitExceeded, operation: "read object \(id)", message: "it has more than \(limit) bytes")
            }
            left -= size
            let object = try objects.withObject(id) { (kind, bytes) throws(GitError) in
                ObjectBytes(kind: kind, bytes: copy(bytes))
            }
            chain.append(object)
            next = object.kind == .tag ? try tagTarget(id, object.bytes.span) : nil
        }
        return chain
    }
}

extension FindChanges: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> [[UInt8]] {
        let objects = try jobs.store(.root)
        // A former release whose commit is not in the store any more counts as empty: then everything has changed.
        let former = old.flatMap { objects.contains($0) ? $0 : nil }
        let difference = try TreeDifference(
            from: try former.map { try objects.commit($0).tree }, to: try objects.commit(new).tree, in: objects)
        var paths = difference.paths
        if !difference.submodules.isEmpty {
            let before = try former.map { try checkouts(of: $0, jobs.layout) } ?? [:]
            let after = try checkouts(of: new, jobs.layout)
            for submodule in difference.submodules {
                paths += try changedPaths(inside: submodule.path, before, after, jobs)
            }
        }
        return paths.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The submodules that the release of a commit holds, by their paths.
    private func checkouts(of commit: ObjectID, _ layout: ReleaseLayout) throws -> [[UInt8]: SubmoduleCheckout] {
        let checkouts = try layout.submodules(of: commit)
        return Dictionary(checkouts.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func changedPaths(
        inside path: [UInt8], _ before: [[UInt8]: SubmoduleCheckout], _ after: [[UInt8]: SubmoduleCheckout],
        _ jobs: LocalJobs
    ) throws -> [[UInt8]] {
        let prefix = path + [UInt8(ascii: "/")]
        let (old, new) = (before[path], after[path])
        // One that came or went, or comes from elsewhere, is another one altogether.
        guard let old, let new, old.location == new.location,
            try jobs.layout.moduleStorePlace(new.location).statusIfPresent() != nil
        else { return [prefix] }
        let objects = try jobs.existing(.module(new.location))
        guard objects.contains(old.commit), objects.contains(new.commit) else { return [prefix] }
        let difference = try TreeDifference(
            from: try objects.commit(old.commit).tree, to: try objects.commit(new.commit).tree, in: objects)
        var paths = difference.paths.map { prefix + $0 }
        for submodule in difference.submodules {
            paths += try changedPaths(inside: prefix + submodule.path, before, after, jobs)
        }
        // Another commit with the same content is a change all the same.
        return paths.isEmpty ? [prefix] : paths
    }
}
