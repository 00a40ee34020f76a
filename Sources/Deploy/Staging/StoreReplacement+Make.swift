internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Layout
internal import Posix
internal import Releases

extension StoreReplacement {
    /// Makes an empty store in the staging directory, with what belongs to releases and submodules in it.
    init(for layout: ReleaseLayout, isForeign: Bool, reason: String) throws(ReleaseError) {
        let fresh = layout.stagingPlace.unused()
        _ = try system { () throws(SystemError) in try layout.stagingPlace.makeDirectories() }
        _ = try store { () throws(GitError) in try ObjectStore.open(fresh.path) }
        try system { () throws(SystemError) in
            // Without git's records of the releases those could not be proved.
            try carry(layout.records, to: fresh)
            // The stores of submodules are stores of their own, with whatever is wrong or right in them.
            if !isForeign { try carry(layout.store.appending("modules"), to: fresh) }
            // As many objects are needed as before: what comes beyond them is compacted away.
            let needed = ReleaseLayout.neededObjects(of: layout.store)
            if !isForeign, let content = try needed.readIfRegular(limit: 64) {
                try ReleaseLayout.neededObjects(of: fresh).replace(content, mode: nil)
            }
        }
        self.init(name: fresh.name, isForeign: isForeign, reason: reason)
    }
}

/// Gives the new store what a directory of the old one holds.
///
/// The old one stays as it is: a kill on the way leaves it complete.
private func carry(_ directory: Place, to store: Place) throws(SystemError) {
    guard try directory.isDirectory() else { return }
    let old = try directory.openDirectory()
    try carryEntries(of: old, to: try store.appending(directory.name).makeDirectories())
}

private func carryEntries(
    of old: borrowing FileDescriptor, to new: borrowing FileDescriptor
) throws(SystemError) {
    for entry in try old.entries() {
        switch entry.kind {
        case .directory:
            try new.makeDirectory(entry: entry.name)
            try carryEntries(
                of: try old.openDirectory(entry: entry.name), to: try new.openDirectory(entry: entry.name))
        case .file: try carryFile(entry.name, from: old, to: new)
        default: break
        }
    }
}

private func carryFile(
    _ name: [UInt8], from old: borrowing FileDescriptor, to new: borrowing FileDescriptor
) throws(SystemError) {
    do throws(SystemError) {
        try old.link(entry: name, to: new, as: name)
    } catch {
        // A file system without hard links.
        try new.createFile(entry: name, try old.readFile(entry: name, limit: .max))
    }
}
