package import GitFiles
package import GitObjects

/// How far the history in a store goes.
package struct History {
    private let store: ObjectStore
    private let shallow: Set<ObjectID>

    package init(_ store: ObjectStore) throws(GitError) {
        self.store = store
        shallow = try store.shallow
    }

    /// Whether exactly `depth` commits deep history can be walked from a commit: no less, and not pretending more.
    ///
    /// Zero asks for all of it, of which a store without a shallow commit is certain.
    package func reaches(_ depth: Int, from tip: ObjectID) throws(GitError) -> Bool {
        if depth == 0 { return shallow.isEmpty }
        var seen: Set<ObjectID> = [tip]
        var level = [tip]
        for step in 1...depth {
            var next: [ObjectID] = []
            for commit in level {
                guard store.contains(commit) else { return false }
                let isEnd = shallow.contains(commit)
                let parents = try store.commit(commit).parents
                if parents.isEmpty { continue }
                // At the last level history must end, above it it must not.
                guard isEnd == (step == depth) else { return false }
                if isEnd { continue }
                for parent in parents where seen.insert(parent).inserted { next.append(parent) }
            }
            if next.isEmpty { return true }
            level = next
        }
        return true
    }

    /// Whether a commit is among the ancestors of another, as far as a walk of a reasonable length shows.
    package func leads(from newer: ObjectID, to older: ObjectID) throws(GitError) -> Bool {
        var seen: Set<ObjectID> = [newer]
        var next = [newer]
        while let commit = next.popLast(), seen.count < History.longestWalk {
            if commit == older { return true }
            if shallow.contains(commit) || !store.contains(commit) { continue }
            for parent in try store.commit(commit).parents where seen.insert(parent).inserted { next.append(parent) }
        }
        return false
    }

    private static let longestWalk = 10_000
}
