internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Posix
internal import Releases

extension StoreReplacement {
    /// Makes an empty store in the staging directory, with what belongs to releases and submodules in it.
    init(for layout: ReleaseLayout, isForeign: Bool, reason: String) throws(ReleaseError) {
        let name = TemporaryName.make()
        let fresh = layout.staging + "/" + name
        try system { () throws(SystemError) in try Files.makeDirectories(layout.staging) }
        _ = try store { () throws(GitError) in try ObjectStore.open(fresh) }
        try system { () throws(SystemError) in
            // Without git's records of the releases those could not be proved.
            try carryTree(layout.gitDirectory + "/worktrees", to: fresh + "/worktrees")
            // The stores of submodules are stores of their own, with whatever is wrong or right in them.
            if !isForeign { try carryTree(layout.gitDirectory + "/modules", to: fresh + "/modules") }
        }
        self.init(name: name, isForeign: isForeign, reason: reason)
    }
}

/// Gives the new store what a directory of the old one holds.
///
/// The old one stays as it is: a kill on the way leaves it complete.
private func carryTree(_ old: String, to new: String) throws(SystemError) {
    guard try Files.statusIfPresent(old)?.kind == .directory else { return }
    try Files.makeDirectory(new)
    for entry in try FileDescriptor.openDirectory(old).entries() {
        let name = "/" + String(decoding: entry.name, as: UTF8.self)
        switch entry.kind {
        case .directory: try carryTree(old + name, to: new + name)
        case .file: try carryFile(old + name, to: new + name)
        default: break
        }
    }
}

private func carryFile(_ file: String, to new: String) throws(SystemError) {
    do throws(SystemError) {
        try Files.link(file, as: new)
    } catch {
        // A file system without hard links.
        try Files.create(new, try Files.read(file, limit: .max))
    }
}
