public import GitStore

/// The paths at which two trees differ, sorted by their bytes; nil stands for an empty tree.
///
/// A path is that of a file, a symbolic link or a submodule: one whose commit has changed counts as its own path. A
/// rename is a path that went and one that came, so that both its sides are there. Directories with equal names in both
/// trees are not even read.
public func changedPaths(
    from old: ObjectID?, to new: ObjectID?, in store: ObjectStore
) throws(GitError) -> [[UInt8]] {
    var paths: [[UInt8]] = []
    try collectChanges(old, new, [], store, &paths)
    return paths.sorted { $0.lexicographicallyPrecedes($1) }
}

private func collectChanges(
    _ old: ObjectID?, _ new: ObjectID?, _ directory: [UInt8], _ store: ObjectStore, _ paths: inout [[UInt8]]
) throws(GitError) {
    if old == new { return }
    var gone: [[UInt8]: TreeEntry] = [:]
    if let old { for entry in try store.tree(old) { gone[entry.name] = entry } }
    for entry in try new.map({ (new) throws(GitError) in try store.tree(new) }) ?? [] {
        try collectChange(gone.removeValue(forKey: entry.name), entry, directory, store, &paths)
    }
    for entry in gone.values { try collectChange(entry, nil, directory, store, &paths) }
}

private func collectChange(
    _ old: TreeEntry?, _ new: TreeEntry?, _ directory: [UInt8], _ store: ObjectStore, _ paths: inout [[UInt8]]
) throws(GitError) {
    guard old != new, let name = (new ?? old)?.name else { return }
    let path = directory + name
    func subtree(_ entry: TreeEntry?) -> ObjectID? { entry?.mode == .tree ? entry?.id : nil }
    let (oldTree, newTree) = (subtree(old), subtree(new))
    if oldTree != nil || newTree != nil {
        try collectChanges(oldTree, newTree, path + [UInt8(ascii: "/")], store, &paths)
    }
    // A directory that takes the place of a file, or the other way round, is a change of the file as well.
    if (old != nil && oldTree == nil) || (new != nil && newTree == nil) { paths.append(path) }
}
