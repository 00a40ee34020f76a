internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Layout
internal import Posix
internal import Releases

extension Stager {
    /// Compares a release with what was written, by size, time and inode, or byte for byte.
    func examine(
        _ release: Release, byContent: Bool, _ deadline: Deadline
    ) throws(ReleaseError) -> VerifyResult {
        if let reason = try obviousDamage(release) { return .damaged(reason, sharable: true) }
        let differences = try verify(release, .additions, deadline: deadline)
        if !differences.isEmpty { return .damaged(differences.summary, sharable: !byContent) }
        if !byContent { return .whole }
        do throws(ReleaseError) {
            let differences = try verify(release, .full, deadline: deadline)
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
