internal import GitFiles
internal import GitObjects
package import Layout
internal import Posix

// Removes what a killed run left behind. All of it has names that nobody else uses.
extension Recovery {
    /// Sweeps the root; `live` is not touched.
    func sweep(_ live: Release?) throws(ReleaseError) {
        let modules = try layout.moduleLocations().map(layout.moduleStorePlace)
        try system { () throws(SystemError) in
            // What was being built, or was waiting for its removal.
            _ = try layout.sweepStaging()
            var places = [layout.rootPlace, layout.statePlace, layout.releasesPlace, layout.store]
            let parent = layout.linkPlace.directory
            if !places.contains(where: { $0.path == parent.path }) { places.append(parent) }
            places += try releaseDirectories(live) + modules
            for place in places { try sweepTemporaries(place) }
            try sweepLocks()
        }
        try sweepStores(modules)
        try sweepMisplaced(live)
    }

    private func releaseDirectories(_ live: Release?) throws(SystemError) -> [Place] {
        var places = try live.map { (live) throws(SystemError) in [try layout.place(of: live)] } ?? []
        for entry in try layout.releasesPlace.entriesIfPresent() where entry.kind == .directory {
            places.append(layout.releasesPlace.appending(String(decoding: entry.name, as: UTF8.self)))
        }
        return places
    }

    /// Removes links and files that were to be renamed.
    private func sweepTemporaries(_ place: Place) throws(SystemError) {
        _ = try layout.discardEntries(of: place) { TemporaryName.matches($0.name) }
    }

    /// Removes the locks of git programs on references and worktrees.
    private func sweepLocks() throws(SystemError) {
        try removeLocks(in: layout.store.appending("refs"), depth: 8)
        // A submodule's record lies two levels below that of what holds it.
        try removeLocks(in: layout.records, depth: 2 + 2 * SubmodulePlan.deepestLevel)
    }

    private func removeLocks(in place: Place, depth: Int) throws(SystemError) {
        guard try place.isDirectory() else { return }
        try removeLocks(in: try place.openDirectory(), depth: depth)
    }

    private func removeLocks(in directory: borrowing FileDescriptor, depth: Int) throws(SystemError) {
        for entry in try directory.entries() {
            if entry.kind == .directory {
                if depth > 1 { try removeLocks(in: try directory.openDirectory(entry: entry.name), depth: depth - 1) }
            } else if entry.name.suffix(5).elementsEqual(".lock".utf8) {
                try directory.remove(entry: entry.name)
            }
        }
    }

    private func sweepStores(_ modules: [Place]) throws(ReleaseError) {
        for place in [layout.store] + modules { try sweepStore(place) }
    }

    /// Directories that were being exchanged have another release's record, or none.
    private func sweepMisplaced(_ live: Release?) throws(ReleaseError) {
        let worktree = Worktree(layout: layout)
        for place in try ReleasePlaces(layout: layout).all() where place.path != live?.path {
            let commit = try system { () throws(SystemError) in try worktree.commit(ofReleaseAt: place.place) }
            if commit != place.commit {
                find("what lies in a release's place is not that release", place.path)
                try cleaner.discard(place.place)
            }
        }
    }

    /// Removes git's records of releases that have no directory any more.
    func pruneRecords(_ live: Release?) throws(ReleaseError) {
        try system { () throws(SystemError) in
            for entry in try layout.records.entriesIfPresent() {
                guard let commit = ObjectID(hex: entry.name.span), commit != live?.commit else { continue }
                let places = [layout.place(of: commit), layout.rootPlace.appending("\(commit)")]
                var isUsed = false
                for place in places where try place.statusIfPresent() != nil { isUsed = true }
                if !isUsed { try layout.discard(layout.record(of: commit)) }
            }
        }
    }
}

/// Removes what killed runs left unfinished in a store.
private func sweepStore(_ place: Place) throws(ReleaseError) {
    // What is no directory of ours, or has a link in it that leads elsewhere, is replaced and not swept.
    let isThere = try system { () throws(SystemError) in try place.isDirectory() }
    if !isThere || !RepositoryFormat.isInOnePlace(place.path) { return }
    try store { () throws(GitError) in try RepositoryFiles.removeTemporaries(place.path) }
}

extension ReleaseLayout {
    /// Puts away what work that was ended in the middle has left: half a release, half a pack.
    ///
    /// Nobody may be at work on the root at the time.
    package func removeLeftovers() throws(ReleaseError) {
        _ = try system { () throws(SystemError) in try sweepStaging() }
        for place in [store] + (try moduleLocations().map(moduleStorePlace)) { try sweepStore(place) }
    }
}
