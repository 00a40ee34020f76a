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
        if let (reason, damage) = try obviousDamage(release) { return .damaged(reason, damage) }
        let differences = try differences(release, .additions, deadline)
        if !differences.isEmpty { return .damaged(differences.summary, try damage(release, differences)) }
        if !byContent { return .whole }
        do throws(ReleaseError) {
            let differences = try self.differences(release, .full, deadline)
            return differences.isEmpty
                ? .whole : .damaged(differences.summary, try damage(release, differences))
        } catch .store(let error) where error.cause == nil {
            return .unproven(error)
        } catch .system(let error) where error.isInputOutput {
            return .unproven(GitError(error))
        }
    }

    /// What is different and must not be.
    private func differences(
        _ release: Release, _ depth: VerificationDepth, _ deadline: Deadline
    ) throws(ReleaseError) -> [Difference] {
        let isStrict = options.edits == .strict
        let depth = depth == .additions && !isStrict ? .quick : depth
        return try verify(release, depth, deadline: deadline).filter { isStrict || $0.kind != .added }
    }

    /// What a few system calls tell.
    private func obviousDamage(_ release: Release) throws(ReleaseError) -> (reason: String, damage: Damage)? {
        let worktree = Worktree(layout: layout)
        let permissions = try layout.permissions()
        return try system { () throws(SystemError) in
            let place = try layout.place(of: release)
            guard let status = try place.statusIfPresent() else { return ("it is not there", .everything) }
            guard status.kind == .directory else { return ("it is no directory", .everything) }
            let isOurPlace = release.path == layout.directory(of: release.commit) || release.path == layout.link
            let found = try worktree.commit(ofReleaseAt: place)
            // What lies elsewhere was made by another tool; the worker may not write there.
            let isRepairable = isOurPlace && (found == nil || found == release.commit)
            guard let record = try worktree.index(of: release.commit) else {
                let isOurs = isRepairable && found != nil
                return ("there is no record of what was written", isOurs ? .files : .everything)
            }
            guard record.origin.settings == options.fingerprint else {
                return ("it was written with other settings", .everything)
            }
            guard record.origin.permissions == permissions else {
                return ("new files get other permissions now", .everything)
            }
            if try worktree.isIntact(release) { return nil }
            let reason = "it is not a worktree of its commit any more"
            if found != nil { return (reason, isRepairable ? .files : .everything) }
            // Without its pointer it is known by a file that we wrote.
            let directory = try place.openDirectory()
            let verification = Verification(index: record, prepared: nil, directory: directory.number, open: nil)
            let isKnown = isRepairable ? try verification.holdsAnyFile() : false
            return (reason, isKnown ? .files : .everything)
        }
    }

    /// Whether the differences of a release can be mended by replacing files.
    private func damage(_ release: Release, _ differences: [Difference]) throws(ReleaseError) -> Damage {
        let submodules = Set(try layout.submodules(of: release.commit).map(\.path))
        return try system { () throws(SystemError) in
            let directory = try layout.open(release)
            let cursor = DirectoryCursor(root: directory.number, creates: false)
            for difference in differences where difference.kind != .added && !difference.path.isEmpty {
                let isSubmodule = submodules.contains(difference.path)
                if try isObstructed(difference.path, isDirectory: isSubmodule, cursor) { return .structure }
            }
            return .files
        }
    }

    /// Whether something of another kind lies at a path, or where a directory on the way to it belongs.
    private func isObstructed(
        _ path: [UInt8], isDirectory: Bool, _ cursor: DirectoryCursor
    ) throws(SystemError) -> Bool {
        do throws(SystemError) {
            let start = try cursor.enter(directoryOf: path.span)
            let name = Array(path[start...]) + [0]
            return try (TreeFile.status(in: cursor.descriptor, name.span).kind == .directory) != isDirectory
        } catch {
            if error.isNotDirectory { return true }
            // It comes back, with the directories that it lay in.
            if error.isNotFound { return false }
            throw error
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
