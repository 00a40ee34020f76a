internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Layout
internal import Posix
internal import Releases

extension Stager {
    /// Checks out the submodules of a release that is being staged, each into the directory that its entry has got.
    func stage(
        _ submodules: [SubmoduleCheckout], in staged: inout StagedRelease, _ target: borrowing FileDescriptor,
        from source: Release?, _ volume: VolumeTraits, beside size: UInt64, _ deadline: Deadline
    ) throws(ReleaseError) {
        guard !submodules.isEmpty else { return }
        var size = size
        let worktree = Worktree(layout: layout)
        let former = try formerCheckouts(of: source)
        for submodule in submodules {
            try stage(
                submodule, from: former[submodule.location], source, &staged, &size, target.number, volume, deadline)
        }
        try system { () throws(SystemError) in try worktree.write(submodules, into: staged.metadata) }
    }

    /// The submodules of the release to share with, by location.
    private func formerCheckouts(of source: Release?) throws(ReleaseError) -> [String: SubmoduleCheckout] {
        guard let source else { return [:] }
        let checkouts = try layout.submodules(of: source.commit)
        return Dictionary(checkouts.map { ($0.location, $0) }) { first, _ in first }
    }

    private func stage(
        _ submodule: SubmoduleCheckout, from former: SubmoduleCheckout?, _ source: Release?,
        _ staged: inout StagedRelease, _ size: inout UInt64, _ release: Int32, _ volume: VolumeTraits,
        _ deadline: Deadline
    ) throws(ReleaseError) {
        let worktree = Worktree(layout: layout)
        let place = layout.moduleStore(submodule.location)
        let objects = try store { () throws(GitError) in try ObjectStore.openExisting(place) }
        // Sparse rules speak of the paths of the release's own commit.
        var options = options
        options.sparsePatterns = nil
        let old = try system { () throws(SystemError) -> ReleaseIndex? in
            guard let source, let former else { return nil }
            return try worktree.index(of: source.commit, former)
        }
        let inside = DirectoryCursor(root: release, creates: false)
        try system { () throws(SystemError) in try inside.enter(submodule) }
        let checkout = Checkout(
            commit: submodule.commit, objects: objects, options: options, target: inside.descriptor, volume: volume,
            besides: size)
        var work: StagingWork
        if let source, let former, let old {
            work = try fromFormer(checkout, source, former, old, deadline)
        } else {
            work = try checkout.run(sharing: nil, deadline)
        }
        size = work.releaseBytes
        let index = work.index
        try system { () throws(SystemError) in
            let directory = staged.metadata.appending(submodule.location)
            _ = try directory.directory.makeDirectories()
            try worktree.write(index, worktree.record(describing: staged.commit, submodule), into: directory)
            let pointer = worktree.pointer(submodule, of: staged.commit, at: layout.directory(of: staged.commit))
            try worktree.writePointer(pointer, in: inside.descriptor)
        }
        staged.figures += work.figures
        staged.written += work.written.map { submodule.path + [UInt8(ascii: "/")] + $0 }
        if staged.figures.written > StagingWork.mostListed { staged.written = [] }
        staged.warnings += work.warnings.map { "\(submodule.pathText)/\($0)" }
    }

    /// Checks a submodule out with what the release to share with has of it, wherever it lay there.
    private func fromFormer(
        _ checkout: Checkout, _ source: Release, _ former: SubmoduleCheckout, _ old: ReleaseIndex, _ deadline: Deadline
    ) throws(ReleaseError) -> StagingWork {
        let directory = try system { () throws(SystemError) in try layout.open(source) }
        let inside = DirectoryCursor(root: directory.number, creates: false)
        do throws(SystemError) {
            try inside.enter(former)
        } catch  where error.isNotFound || error.isNotDirectory {
            // Somebody has removed it from the release that it was in.
            return try checkout.run(sharing: nil, deadline)
        } catch {
            throw .system(error)
        }
        return try checkout.run(sharing: (inside.descriptor, old), deadline)
    }
}

extension StagingFigures {
    /// Adds what a part of a release has cost; the time is that of the whole.
    static func += (sum: inout StagingFigures, part: StagingFigures) {
        sum.files += part.files
        sum.shared += part.shared
        sum.written += part.written
        sum.bytes += part.bytes
        sum.restored += part.restored
    }
}
