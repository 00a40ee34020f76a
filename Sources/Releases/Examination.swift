internal import GitStore
internal import Layout
internal import Posix

/// How a release was found.
enum Examination: Equatable {
    /// It is as it was written.
    case whole
    /// It differs, and is to be made anew for the reason that is given for people; with `sharable` the files that did
    /// not change can be taken over.
    case damaged(String, sharable: Bool)
    /// It seems whole, but what would prove it is not in the store.
    case unproven(GitError)
}

extension Recovery {
    /// Compares a release with what was written, by size, time and inode, or byte for byte.
    func examine(
        _ release: Release, _ objects: ObjectStore, byContent: Bool, _ deadline: Deadline
    ) throws(ReleaseError) -> Examination {
        if let reason = try obviousDamage(release) { return .damaged(reason, sharable: true) }
        let stager = Stager(layout: layout, objects: objects, options: options)
        let differences = try stager.verify(release, .additions, deadline: deadline)
        if !differences.isEmpty { return .damaged(differences.summary, sharable: !byContent) }
        if !byContent { return .whole }
        do throws(ReleaseError) {
            let differences = try stager.verify(release, .full, deadline: deadline)
            return differences.isEmpty ? .whole : .damaged(differences.summary, sharable: false)
        } catch .store(let error) where error.cause == nil {
            return .unproven(error)
        } catch .system(let error) where error.isInputOutput {
            return .unproven(GitError(error))
        }
    }

    /// What a few system calls tell.
    private func obviousDamage(_ release: Release) throws(ReleaseError) -> String? {
        let worktree = Worktree(layout: layout)
        let permissions = try layout.permissions()
        return try system { () throws(SystemError) in
            guard let status = try layout.place(of: release).statusIfPresent() else { return "it is not there" }
            guard status.kind == .directory else { return "it is no directory" }
            guard let record = try worktree.index(of: release.commit) else {
                return "there is no record of what was written"
            }
            guard record.origin.settings == options.fingerprint else { return "it was written with other settings" }
            guard record.origin.permissions == permissions else { return "new files get other permissions now" }
            return try worktree.isIntact(release) ? nil : "it is not a worktree of its commit any more"
        }
    }
}

extension [Difference] {
    /// The first few for people.
    var summary: String {
        prefix(3).map(\.description).joined(separator: ", ") + (count > 3 ? " and \(count - 3) more" : "")
    }
}

extension Worktree {
    /// Whether the release and its record name each other and the release's commit.
    func isIntact(_ release: Release) throws(SystemError) -> Bool {
        let commit = release.commit
        guard try self.commit(ofReleaseAt: layout.place(of: release)) == commit else { return false }
        let head = try layout.record(of: commit).appending("HEAD").readIfRegular(limit: 8192)
        return head == Array("\(commit)\n".utf8)
    }
}

extension ReleaseLayout {
    /// What permissions new files get on the volume.
    func permissions() throws(ReleaseError) -> Permissions {
        try system { () throws(SystemError) in
            _ = try stagingPlace.makeDirectories()
            let place = stagingPlace.unused()
            try place.makeDirectory()
            do throws(SystemError) {
                let directory = try place.openDirectory()
                let permissions = try VolumeTraits(probing: directory.number).permissions
                try place.removeTree()
                return permissions
            } catch {
                // The failure to report is the first one; what is left goes at the next start.
                try? place.removeTree()
                throw error
            }
        }
    }
}
