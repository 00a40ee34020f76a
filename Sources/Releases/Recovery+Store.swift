internal import GitStore
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
        let fresh = layout.staging + "/" + TemporaryName.make()
        _ = try store { () throws(GitError) in try ObjectStore.open(fresh) }
        try system { () throws(SystemError) in
            // Without git's records of the releases those could not be proved.
            try carry("/worktrees", to: fresh)
            // The stores of submodules are stores of their own, with whatever is wrong or right in them.
            if !isForeign { try carry("/modules", to: fresh) }
            try exchange(fresh, layout.gitDirectory)
            if isForeign {
                // Somebody may miss it: it is not ours to remove.
                try layout.trash.take(layout.replacedStore)
                try Files.rename(fresh, to: layout.replacedStore)
                find("what was in the object store's place is kept", layout.replacedStore)
            } else {
                try layout.trash.take(fresh)
            }
        }
    }

    /// Gives the new store what a directory of the old one holds.
    ///
    /// The old one stays as it is: a kill on the way leaves it complete.
    private func carry(_ name: String, to store: String) throws(SystemError) {
        try carryTree(layout.gitDirectory + name, to: store + name)
    }

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

    private func exchange(_ fresh: String, _ old: String) throws(SystemError) {
        do throws(SystemError) {
            try Files.exchange(fresh, old)
        } catch  where error.isUnsupported {
            // Nobody but us and people with git look at the store: a moment without it does no harm.
            let aside = layout.staging + "/" + TemporaryName.make()
            try Files.rename(old, to: aside)
            try Files.rename(fresh, to: old)
            try Files.rename(aside, to: fresh)
        }
    }
}

extension ReleaseLayout {
    /// Where a repository of somebody else is kept that lay where our store belongs.
    var replacedStore: String { state + "/replaced-git" }
}
