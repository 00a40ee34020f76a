internal import GitStore
internal import Layout
internal import Posix
internal import Releases
internal import Reload

/// Finds the paths at which two releases differ, for the rules that say what the application has to be told.
struct ChangedPaths {
    private let layout: ReleaseLayout
    private let store: ObjectStore

    init(_ workspace: Workspace) throws {
        layout = workspace.layout
        store = try workspace.store
    }

    /// The paths, sorted by their bytes; without a former one, all paths.
    ///
    /// Those inside submodules are among them where both commits' trees are in the store. Where they are not, a path with a
    /// slash at its end stands for all that may have changed in there.
    func between(_ old: ObjectID?, and new: ObjectID) throws -> [[UInt8]] {
        // A former release whose commit is not in the store any more counts as empty: then everything has changed.
        let former = old.flatMap { store.contains($0) ? $0 : nil }
        let difference = try TreeDifference(
            from: try former.map { try store.commit($0).tree }, to: try store.commit(new).tree, in: store)
        var paths = difference.paths
        if !difference.submodules.isEmpty {
            let (before, after) = (try former.map { try checkouts(of: $0) } ?? [:], try checkouts(of: new))
            for submodule in difference.submodules {
                paths += try self.paths(inside: submodule.path, before, after)
            }
        }
        return paths.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The submodules that the release of a commit holds, by their paths.
    private func checkouts(of commit: ObjectID) throws -> [[UInt8]: SubmoduleCheckout] {
        let checkouts = try layout.submodules(of: commit)
        return Dictionary(checkouts.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func paths(
        inside path: [UInt8], _ before: [[UInt8]: SubmoduleCheckout], _ after: [[UInt8]: SubmoduleCheckout]
    ) throws -> [[UInt8]] {
        let prefix = path + [UInt8(ascii: "/")]
        let (old, new) = (before[path], after[path])
        // One that came or went, or comes from elsewhere, is another one altogether.
        guard let old, let new, old.location == new.location, let objects = try moduleStore(new.location),
            objects.contains(old.commit), objects.contains(new.commit)
        else { return [prefix] }
        let difference = try TreeDifference(
            from: try objects.commit(old.commit).tree, to: try objects.commit(new.commit).tree, in: objects)
        var paths = difference.paths.map { prefix + $0 }
        for submodule in difference.submodules {
            paths += try self.paths(inside: prefix + submodule.path, before, after)
        }
        // Another commit with the same content is a change all the same.
        return paths.isEmpty ? [prefix] : paths
    }

    private func moduleStore(_ location: String) throws -> ObjectStore? {
        let path = layout.moduleStore(location)
        return try Files.statusIfPresent(path) == nil ? nil : try ObjectStore.openExisting(path)
    }
}
