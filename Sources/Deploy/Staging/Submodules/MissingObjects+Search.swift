internal import GitFiles
package import GitObjects
package import GitStore
internal import Patterns
package import Posix
package import Releases

extension MissingObjects {
    /// Finds what the release of a commit needs: all trees, since git's index names every file of the commit, and of the
    /// contents those that sparse patterns choose, with the files that steer a checkout.
    package init(
        for commit: ObjectID, in objects: ObjectStore, sparsePatterns: [UInt8]? = nil, deadline: Deadline
    ) throws(ReleaseError) {
        let root = try store { () throws(GitError) in try objects.commit(commit).tree }
        // What came lately is seen once, and not looked for again with each object that is not here.
        try store { () throws(GitError) in try objects.refresh() }
        let sparse = sparsePatterns.map { SparseRules($0.span) }
        var (trees, blobs): ([ObjectID], [ObjectID]) = ([], [])
        var seen: Set<ObjectID> = []
        var open: [(tree: ObjectID, path: [UInt8], isWanted: Bool?)] = [(root, [], nil)]
        while let directory = open.popLast() {
            // A tree that lies in two places has to be looked at twice where sparse rules tell the places apart.
            if sparse == nil, !seen.insert(directory.tree).inserted { continue }
            guard objects.containsKnown(directory.tree) else {
                if sparse == nil || seen.insert(directory.tree).inserted { trees.append(directory.tree) }
                continue
            }
            try system { () throws(SystemError) in try deadline.check("find the objects that a release needs") }
            let isWanted = directory.isWanted ?? sparse.verdict(on: directory.path)
            let prefix = directory.path.isEmpty ? [] : directory.path + [UInt8(ascii: "/")]
            try store { () throws(GitError) in
                try objects.forEachEntry(ofTree: directory.tree) { name, mode, id in
                    var path = prefix
                    if sparse != nil { for index in name.indices { path.append(name[index]) } }
                    switch mode {
                    case .submodule: break
                    case .tree: open.append((id, path, isWanted))
                    case .file, .executable, .symlink:
                        let isNeeded = isWanted ?? sparse?.includes(path.span) ?? true
                        guard isNeeded || (steersCheckout(name) && isWanted != false) || isModulesFile(name, prefix),
                            seen.insert(id).inserted, !objects.containsKnown(id)
                        else { return }
                        blobs.append(id)
                    }
                }
            }
        }
        self.init(root: root, trees: trees, blobs: blobs)
    }
}

extension SparseRules? {
    /// Whether the release holds all that is below a directory, or nothing of it; nil where each file decides.
    func verdict(on directory: [UInt8]) -> Bool? {
        guard let self else { return true }
        if self.containsAll(directory.span) { return true }
        return self.mayContain(directory.span) ? nil : false
    }
}

private let attributesName = Array(".gitattributes".utf8)
private let modulesName = Array(".gitmodules".utf8)

private func steersCheckout(_ name: Span<UInt8>) -> Bool { areEqual(name, attributesName.span) }

private func isModulesFile(_ name: Span<UInt8>, _ directory: [UInt8]) -> Bool {
    directory.isEmpty && areEqual(name, modulesName.span)
}
