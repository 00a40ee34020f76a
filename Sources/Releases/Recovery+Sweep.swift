internal import GitFiles
internal import GitObjects
internal import Posix

// Removes what a killed run left behind. All of it has names that nobody else uses.
extension Recovery {
    /// Sweeps the root; `live` is not touched.
    func sweep(_ live: Release?) throws(ReleaseError) {
        let modules = try layout.moduleLocations().map(layout.moduleStore)
        try system { () throws(SystemError) in
            // What was being built, or was waiting for its removal.
            _ = try layout.trash.takeAll(in: layout.staging)
            var places = [layout.root, layout.state, layout.releases, layout.gitDirectory]
            let parent = parent(of: layout.link)
            if !places.contains(parent) { places.append(parent) }
            places += try releaseDirectories(live) + modules
            for place in places { try sweepTemporaries(place) }
            try sweepLocks()
        }
        try sweepStores(modules)
        try sweepMisplaced(live)
    }

    private func releaseDirectories(_ live: Release?) throws(SystemError) -> [String] {
        var paths = live.map { [$0.path] } ?? []
        for entry in try FileDescriptor.openDirectory(layout.releases).entries() where entry.kind == .directory {
            paths.append(layout.releases + "/" + String(decoding: entry.name, as: UTF8.self))
        }
        return paths
    }

    /// Removes links and files that were to be renamed.
    private func sweepTemporaries(_ path: String) throws(SystemError) {
        guard try Files.statusIfPresent(path, followingLinks: true)?.kind == .directory else { return }
        for entry in try FileDescriptor.openDirectory(path).entries() where TemporaryName.matches(entry.name) {
            try layout.trash.take(path + "/" + String(decoding: entry.name, as: UTF8.self))
        }
    }

    /// Removes the locks of git programs on references and worktrees.
    private func sweepLocks() throws(SystemError) {
        try removeLocks(in: layout.gitDirectory + "/refs", depth: 8)
        // A submodule's record lies two levels below that of what holds it.
        try removeLocks(in: layout.gitDirectory + "/worktrees", depth: 2 + 2 * SubmodulePlan.deepestLevel)
    }

    private func removeLocks(in path: String, depth: Int) throws(SystemError) {
        guard depth > 0, try Files.statusIfPresent(path)?.kind == .directory else { return }
        let directory = try FileDescriptor.openDirectory(path)
        for entry in try directory.entries() {
            if entry.kind == .directory {
                try removeLocks(in: path + "/" + String(decoding: entry.name, as: UTF8.self), depth: depth - 1)
            } else if entry.name.suffix(5).elementsEqual(".lock".utf8) {
                try directory.remove(entry: entry.name)
            }
        }
    }

    private func sweepStores(_ modules: [String]) throws(ReleaseError) {
        let kind = try system { () throws(SystemError) in
            try Files.statusIfPresent(layout.gitDirectory, followingLinks: true)?.kind
        }
        guard kind == .directory else { return }
        try store { () throws(GitError) in
            for path in [layout.gitDirectory] + modules { try RepositoryFiles.removeTemporaries(path) }
        }
    }

    /// Directories that were being exchanged have another release's record, or none.
    private func sweepMisplaced(_ live: Release?) throws(ReleaseError) {
        let worktree = Worktree(layout: layout)
        for place in try ReleasePlaces(layout: layout).all() where place.path != live?.path {
            let commit = try system { () throws(SystemError) in try worktree.commit(ofReleaseAt: place.path) }
            if commit != place.commit {
                find("what lies in a release's place is not that release", place.path)
                try cleaner.discard(place.path)
            }
        }
    }

    /// Removes git's records of releases that have no directory any more.
    func pruneRecords(_ live: Release?) throws(ReleaseError) {
        try system { () throws(SystemError) in
            let records = layout.gitDirectory + "/worktrees"
            guard try Files.statusIfPresent(records)?.kind == .directory else { return }
            for entry in try FileDescriptor.openDirectory(records).entries() {
                guard let commit = ObjectID(hex: entry.name.span), commit != live?.commit else { continue }
                let places = [layout.directory(of: commit), "\(layout.root)/\(commit)"]
                var isUsed = false
                for place in places where try Files.statusIfPresent(place) != nil { isUsed = true }
                if !isUsed { try layout.trash.take("\(records)/\(commit)") }
            }
        }
    }
}

extension ReleaseLayout {
    /// Puts away what work that was ended in the middle has left: half a release, half a pack.
    ///
    /// Nobody may be at work on the root at the time.
    package func removeLeftovers() throws(ReleaseError) {
        _ = try system { () throws(SystemError) in try trash.takeAll(in: staging) }
        let stores = [gitDirectory] + (try moduleLocations().map(moduleStore))
        try store { () throws(GitError) in
            for path in stores { try RepositoryFiles.removeTemporaries(path) }
        }
    }
}
