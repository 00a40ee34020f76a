internal import GitStore
internal import Layout
internal import Posix

// Opens the object store, and puts an empty one in the place of a damaged one.
extension Recovery {
    /// Opens the store; one that is of no use is replaced, and the records of the releases go with it.
    func openStore() throws(ReleaseError) -> ObjectStore {
        do throws(GitError) {
            let objects = try ObjectStore.open(layout.gitDirectory)
            try PackFiles(directory: layout.gitDirectory + "/objects/pack").check()
            return objects
        } catch {
            // The system refused something: there is nothing wrong with the store itself.
            if error.cause != nil { throw .store(error) }
            find("the object store is of no use and is replaced; a fetch is needed", "\(error)")
            try replaceStore(isForeign: error.code == .foreignFormat)
            return try store { () throws(GitError) in try ObjectStore.openExisting(layout.gitDirectory) }
        }
    }

    /// Puts an empty store in the place of ours, with what belongs to releases and submodules in it.
    func replaceStore(isForeign: Bool) throws(ReleaseError) {
        let fresh = layout.stagingPlace.unused()
        _ = try system { () throws(SystemError) in try layout.stagingPlace.makeDirectories() }
        _ = try store { () throws(GitError) in try ObjectStore.open(fresh.path) }
        try system { () throws(SystemError) in
            // Without git's records of the releases those could not be proved.
            try carry(layout.records.name, to: fresh)
            // The stores of submodules are stores of their own, with whatever is wrong or right in them.
            if !isForeign { try carry("modules", to: fresh) }
            try exchange(fresh, layout.store)
            if isForeign {
                // Somebody may miss it: it is not ours to remove.
                try layout.discard(layout.replacedStore)
                try fresh.rename(to: layout.replacedStore)
                find("what was in the object store's place is kept", layout.replacedStore.path)
            } else {
                try layout.discard(fresh)
            }
        }
    }

    /// Gives the new store what a directory of the old one holds.
    ///
    /// The old one stays as it is: a kill on the way leaves it complete.
    private func carry(_ name: String, to store: Place) throws(SystemError) {
        guard try layout.store.appending(name).isDirectory() else { return }
        let old = try layout.store.appending(name).openDirectory()
        try carryEntries(of: old, to: try store.appending(name).makeDirectories())
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

    private func exchange(_ fresh: Place, _ old: Place) throws(SystemError) {
        do throws(SystemError) {
            try fresh.exchange(with: old)
        } catch  where error.isUnsupported {
            // Nobody but us and people with git look at the store: a moment without it does no harm.
            let aside = layout.stagingPlace.unused()
            try old.rename(to: aside)
            try fresh.rename(to: old)
            try aside.rename(to: fresh)
        }
    }
}
