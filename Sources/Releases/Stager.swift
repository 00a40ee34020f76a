public import GitStore
internal import Patterns
public import Posix

/// Makes the directory of a commit.
///
/// It is built beside, under a name of its own, and takes its place in one step when it is complete.
public final class Stager {
    let layout: ReleaseLayout
    let objects: ObjectStore
    let options: StagingOptions

    /// A stager that reads from this store; it belongs to the thread that the store belongs to.
    public init(layout: ReleaseLayout, objects: ObjectStore, options: StagingOptions = StagingOptions()) {
        self.layout = layout
        self.objects = objects
        self.options = options
    }

    /// Builds the release of a commit in the staging directory; nothing that exists changes.
    ///
    /// - Parameters:
    ///   - commit: the commit.
    ///   - source: the release to share unchanged files with; nil to write every file.
    ///   - deadline: when to give up.
    public func stage(
        _ commit: ObjectID, from source: Release?, deadline: Deadline
    ) throws(ReleaseError) -> StagedRelease {
        let start = ContinuousClock.now
        let tree = try store { () throws(GitError) in try objects.commit(commit).tree }
        let place = layout.staging + "/\(commit)-\(uniqueName())"
        do throws(ReleaseError) {
            var staged = try build(commit, tree, from: source, at: place, deadline)
            staged.figures.duration = ContinuousClock.now - start
            return staged
        } catch {
            // The failure that matters is the first; what is left here is removed at the next start.
            try? TreePath.removeTree(place)
            throw error
        }
    }

    private func build(
        _ commit: ObjectID, _ tree: ObjectID, from source: Release?, at place: String, _ deadline: Deadline
    ) throws(ReleaseError) -> StagedRelease {
        let worktree = Worktree(layout: layout)
        let staged = StagedRelease(commit: commit, place: place)
        let target = try system { () throws(SystemError) in
            try TreePath.makeDirectories(staged.path)
            return try TreePath.openDirectory(staged.path)
        }
        let permissions = try system { () throws(SystemError) in try Permissions(probing: target.number) }
        let (from, old) = try open(source, worktree)
        let conversion = Conversion()
        var merge = TreeMerge(
            objects: objects, old: old, origin: IndexOrigin(tree: tree, settings: conversion.settings),
            conversion: conversion, sparse: nil, deadline: deadline)
        try merge.run()
        var work = ReleaseWork(
            index: merge.index, target: target.number, permissions: permissions, conversion: conversion,
            threads: options.threads > 0 ? options.threads : min(usableProcessors(), 8), deadline: deadline)
        if let from { try work.share(from: from, mode: options.effectiveShare(permissions)) }
        try work.write(objects)
        let index = work.index
        try system { () throws(SystemError) in
            try worktree.write(index, of: commit, into: staged.metadata)
            try TreePath.createFile(
                staged.path + "/.git", worktree.pointer(commit, at: layout.directory(of: commit)).span)
        }
        var result = staged
        result.figures = work.figures
        return result
    }

    /// Opens the release to share with; nil where it or its index cannot be used, and every file is to be written.
    private func open(
        _ source: Release?, _ worktree: Worktree
    ) throws(ReleaseError) -> (directory: Int32?, index: ReleaseIndex?) {
        (nil, nil)
    }
}
