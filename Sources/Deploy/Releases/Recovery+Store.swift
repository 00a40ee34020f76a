internal import Layout
internal import Posix

// Has the object store opened, and puts an empty one in the place of a damaged one.
extension Recovery {
    /// Opens the store; one that is of no use is replaced, and the records of the releases go with it.
    func openStore(_ deadline: Deadline) throws {
        guard case .unusable(let replacement) = try jobs.run(OpenStore(), deadline) else { return }
        find("the object store is of no use and is replaced; a fetch is needed", replacement.reason)
        try replaceStore(with: replacement)
        _ = try jobs.run(OpenStore(), deadline)
    }

    /// Exchanges the store for one that lies in the staging directory.
    func replaceStore(with replacement: StoreReplacement) throws(ReleaseError) {
        // What is open of the old one is let go: a pack that is open is taken for one of the same name that comes later.
        jobs.end()
        guard TemporaryName.matches(Array(replacement.name.utf8)), !replacement.name.contains("/") else {
            throw .refused(operation: "replace the object store", reason: "\(replacement.name) is no name of ours")
        }
        let fresh = layout.stagingPlace.appending(replacement.name)
        try system { () throws(SystemError) in
            try exchange(fresh, layout.store)
            if replacement.isForeign {
                // Somebody may miss it: it is not ours to remove.
                try layout.discard(layout.replacedStore)
                try fresh.rename(to: layout.replacedStore)
                find("what was in the object store's place is kept", layout.replacedStore.path)
            } else {
                try layout.discard(fresh)
            }
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
