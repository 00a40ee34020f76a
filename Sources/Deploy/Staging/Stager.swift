internal import GitFiles
package import GitObjects
package import GitStore
package import Layout
package import Posix
package import Releases

/// Makes the directory of a commit.
///
/// It is built beside, under a name of its own, and takes its place in one step when it is complete.
package final class Stager {
    let layout: ReleaseLayout
    let options: StagingOptions
    let objects: ObjectStore

    /// A stager that reads from this store; it belongs to the thread that the store belongs to.
    package init(layout: ReleaseLayout, objects: ObjectStore, options: StagingOptions = StagingOptions()) {
        self.layout = layout
        self.objects = objects
        self.options = options
    }

    /// Builds the release of a commit in the staging directory; nothing that exists changes.
    ///
    /// - Parameters:
    ///   - commit: the commit.
    ///   - source: the release to share unchanged files with; nil to write every file.
    ///   - submodules: what to check out in the directories of submodules, those inside others behind them; their
    ///     objects are in their own stores.
    ///   - deadline: when to give up.
    /// - Returns: the release, to be installed or discarded.
    /// - Throws: what went wrong first; nothing is left behind then.
    package func stage(
        _ commit: ObjectID, from source: Release?, submodules: [SubmoduleCheckout] = [], deadline: Deadline
    ) throws(ReleaseError) -> StagedRelease {
        let start = ContinuousClock.now
        let place = layout.stagingPlace.unused()
        var staged = StagedRelease(commit: commit, place: place)
        do throws(ReleaseError) {
            try build(&staged, from: source, submodules, deadline)
        } catch {
            // The failure that matters is the first; what is left here is removed at the next start.
            try? place.removeTree()
            throw error
        }
        staged.figures.duration = ContinuousClock.now - start
        return staged
    }

    /// Puts a staged release into its place among the releases.
    ///
    /// A release of the same commit that is already there, damaged or edited, is exchanged for it in one step, and is
    /// then where the staged one was.
    package func install(_ staged: StagedRelease) throws(ReleaseError) -> Release {
        let commit = staged.commit
        try system { () throws(SystemError) in
            _ = try layout.releasesPlace.makeDirectories()
            _ = try layout.records.makeDirectories()
            // First the record, then the release: a release never lacks its record, whenever we are stopped.
            try put(staged.metadata, at: layout.record(of: commit))
            try put(staged.release, at: layout.place(of: commit))
        }
        return Release(commit: commit, path: layout.directory(of: commit))
    }

    /// Removes what a staged release has left behind, or itself where it was not installed.
    ///
    /// It costs as much as the release has files, so do it when nobody waits.
    package func discard(_ staged: StagedRelease) throws(ReleaseError) {
        try system { () throws(SystemError) in try staged.place.removeTree() }
    }

    /// Removes everything from the staging directory: what was discarded and what a killed run has left.
    ///
    /// Nothing may be staged at the time. It costs as much as there are files, so do it when nobody waits.
    package func sweep(deadline: Deadline) throws(ReleaseError) {
        try system { () throws(SystemError) in
            guard try layout.stagingPlace.statusIfPresent() != nil else { return }
            let directory = try layout.stagingPlace.makeDirectories()
            for entry in try directory.entries() { try directory.removeTree(entry: entry.name, deadline) }
        }
    }

    private func build(
        _ staged: inout StagedRelease, from source: Release?, _ submodules: [SubmoduleCheckout], _ deadline: Deadline
    ) throws(ReleaseError) {
        let worktree = Worktree(layout: layout)
        let commit = staged.commit
        let target = try system { () throws(SystemError) in
            _ = try layout.stagingPlace.makeDirectories()
            try staged.place.makeDirectory()
            try staged.release.makeDirectory()
            return try staged.release.openDirectory()
        }
        let volume = try system { () throws(SystemError) in try VolumeTraits(probing: target.number) }
        let checkout = Checkout(
            commit: commit, objects: objects, options: options, target: target.number, volume: volume)
        let work = try run(checkout, from: source, deadline)
        try system { () throws(SystemError) in
            try worktree.write(work.index, of: commit, into: staged.metadata)
            try target.createFile(
                entry: Worktree.pointerName, worktree.pointer(commit, at: layout.directory(of: commit)))
        }
        staged.figures = work.figures
        staged.warnings = work.warnings
        staged.written = work.written
        try stage(submodules, in: &staged, target, from: source, volume, beside: work.releaseBytes, deadline)
    }

    private func run(
        _ checkout: Checkout, from source: Release?, _ deadline: Deadline
    ) throws(ReleaseError) -> StagingWork {
        let old = try system { () throws(SystemError) -> ReleaseIndex? in
            guard let source else { return nil }
            return try Worktree(layout: layout).index(of: source.commit)
        }
        guard let source, let old else { return try checkout.run(sharing: nil, deadline) }
        let directory = try system { () throws(SystemError) in try layout.open(source) }
        return try checkout.run(sharing: (directory.number, old), deadline)
    }

    /// Renames, or exchanges where the new name is taken.
    private func put(_ staged: Place, at place: Place) throws(SystemError) {
        do throws(SystemError) {
            try staged.rename(toNew: place)
        } catch  where error.isTaken {
            try staged.exchange(with: place)
        }
    }
}
