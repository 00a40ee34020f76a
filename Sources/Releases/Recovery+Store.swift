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
            return try replaceStore(isForeign: error.code == .foreignFormat)
        }
    }

    private func replaceStore(isForeign: Bool) throws(ReleaseError) -> ObjectStore {
        let fresh = layout.staging + "/" + TemporaryName.make()
        _ = try store { () throws(GitError) in try ObjectStore.open(fresh) }
        try system { () throws(SystemError) in
            try carryRecords(to: fresh)
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
        return try store { () throws(GitError) in try ObjectStore.openExisting(layout.gitDirectory) }
    }

    /// Gives the new store git's records of the releases, without which those could not be proved.
    private func carryRecords(to store: String) throws(SystemError) {
        let records = layout.gitDirectory + "/worktrees"
        guard try Files.statusIfPresent(records, followingLinks: true)?.kind == .directory else { return }
        try Files.makeDirectory(store + "/worktrees")
        for record in try FileDescriptor.openDirectory(records).entries() where record.kind == .directory {
            let name = "/" + String(decoding: record.name, as: UTF8.self)
            try Files.makeDirectory(store + "/worktrees" + name)
            for file in try FileDescriptor.openDirectory(records + name).entries() where file.kind == .file {
                let path = name + "/" + String(decoding: file.name, as: UTF8.self)
                try carry(records + path, to: store + "/worktrees" + path)
            }
        }
    }

    private func carry(_ file: String, to new: String) throws(SystemError) {
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

/// The packs of a store, as files.
struct PackFiles {
    let directory: String

    /// Throws when a pack is not as long as its index says that it is, or was overwritten at its end.
    ///
    /// Both files end in the same hash. A file that was cut short, as by a power failure, ends in another.
    func check() throws(GitError) {
        let damaged: String?
        do throws(SystemError) {
            damaged = try firstDamaged()
        } catch {
            throw GitError(error)
        }
        if let damaged { throw GitError(code: .damaged, operation: "read \(damaged)", message: "it is cut off") }
    }

    private func firstDamaged() throws(SystemError) -> String? {
        guard try Files.statusIfPresent(directory, followingLinks: true)?.kind == .directory else { return directory }
        for entry in try FileDescriptor.openDirectory(directory).entries()
        where entry.name.suffix(4).elementsEqual(".idx".utf8) {
            let name = directory + "/" + String(decoding: entry.name.dropLast(4), as: UTF8.self)
            guard let announced = try end(of: name + ".idx", 40)?.prefix(20),
                let actual = try end(of: name + ".pack", 20), actual.elementsEqual(announced)
            else { return name + ".pack" }
        }
        return nil
    }

    private func end(of path: String, _ count: Int) throws(SystemError) -> [UInt8]? {
        let file: FileDescriptor
        do throws(SystemError) {
            file = try FileDescriptor.open(path)
        } catch  where error.isNotFound {
            return nil
        }
        let size = try file.status().size
        guard size > UInt64(count) else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        return try file.read(into: &bytes, at: size - UInt64(count)) == count ? bytes : nil
    }
}
