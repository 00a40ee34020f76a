package import GitFiles
package import GitObjects
package import GitStore
internal import Posix

/// Where two trees differ.
///
/// A rename is a path that went and one that came, so that both its sides are there. Directories with equal names in both
/// trees are not even read.
package struct TreeDifference: Sendable, Equatable {
    /// The paths of files and symbolic links, from the top of the trees.
    ///
    /// One with a slash at its end stands for all that lies in a directory whose former trees are not there any more.
    package private(set) var paths: [[UInt8]] = []
    /// The submodules whose commit has changed, those that came and those that went included.
    package private(set) var submodules: [Submodule] = []

    /// A submodule that is not the same in both trees.
    package struct Submodule: Sendable, Equatable {
        /// Where it is, or was.
        package let path: [UInt8]
        /// Its commit in the old tree; nil where it is new.
        package let old: ObjectID?
        /// Its commit in the new tree; nil where it has gone.
        package let new: ObjectID?
    }

    /// Compares two trees of a store; nil stands for an empty one.
    package init(from old: ObjectID?, to new: ObjectID?, in store: ObjectStore) throws(GitError) {
        try collect(old, new, [], store)
    }

    private mutating func collect(
        _ old: ObjectID?, _ new: ObjectID?, _ directory: [UInt8], _ store: ObjectStore
    ) throws(GitError) {
        if old == new { return }
        var gone: [[UInt8]: TreeEntry] = [:]
        var entries: [TreeEntry] = []
        do throws(GitError) {
            if let old { for entry in try store.tree(old) { gone[entry.name] = entry } }
            if let new { entries = try store.tree(new) }
        } catch {
            guard error.code == .notFound else { throw error }
            paths.append(directory)
            return
        }
        for entry in entries { try compare(gone.removeValue(forKey: entry.name), entry, directory, store) }
        for entry in gone.values { try compare(entry, nil, directory, store) }
    }

    private mutating func compare(
        _ old: TreeEntry?, _ new: TreeEntry?, _ directory: [UInt8], _ store: ObjectStore
    ) throws(GitError) {
        guard old != new, let name = (new ?? old)?.name else { return }
        let path = directory + name
        func id(_ entry: TreeEntry?, _ mode: FileMode) -> ObjectID? { entry?.mode == mode ? entry?.id : nil }
        func isFile(_ entry: TreeEntry?) -> Bool {
            entry.map { $0.mode != .tree && $0.mode != .submodule } ?? false
        }
        let (oldTree, newTree) = (id(old, .tree), id(new, .tree))
        if oldTree != nil || newTree != nil {
            try collect(oldTree, newTree, path + [UInt8(ascii: "/")], store)
        }
        let (oldModule, newModule) = (id(old, .submodule), id(new, .submodule))
        if oldModule != nil || newModule != nil {
            submodules.append(Submodule(path: path, old: oldModule, new: newModule))
        }
        // A directory that takes the place of a file, or the other way round, is a change of the file as well.
        if isFile(old) || isFile(new) { paths.append(path) }
    }
}
