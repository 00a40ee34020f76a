public import Layout
internal import Posix

/// Notices that someone edited, damaged or deleted the live release, or turned the link elsewhere.
///
/// A pass over the release costs one system call for each file; it is spread over as many steps as the caller likes, so
/// that no moment is expensive. The names in a directory are read again only when its time says that they changed.
public struct LiveWatch {
    private let layout: ReleaseLayout
    private let mode: PublishMode
    private let release: Release
    private let index: ReleaseIndex
    private let prepared: ReleaseIndex?
    private var directories = DirectoryWatch()
    private var next = 0
    /// How many times everything was looked at.
    public private(set) var passes = 0
    /// What part of a file is owed to steps that were smaller than one.
    private var owed = 0.0

    /// How many differences are looked for: one is reason enough to repair, a few tell people what happened.
    private static let enough = 20

    /// Begins to watch a release that is published; after a publish or a repair make a new one.
    ///
    /// - Throws: `refused` when there is no record of what was written, as with a release that was taken over.
    public init(layout: ReleaseLayout, mode: PublishMode = .symlink, live: Release) throws(ReleaseError) {
        let worktree = Worktree(layout: layout)
        let index = try system { () throws(SystemError) in try worktree.index(of: live.commit) }
        guard let index else {
            throw .refused(operation: "watch \(live.path)", reason: "there is no record of what was written")
        }
        self.layout = layout
        self.mode = mode
        self.index = index
        release = live
        prepared = try system { () throws(SystemError) in try worktree.preparedIndex(of: live.commit) }
    }

    /// The number of files that a whole pass looks at.
    public var files: Int { index.count }

    /// The bytes of all files.
    public var bytes: UInt64 { (0..<index.count).reduce(0) { $0 + (index.isSkipped($1) ? 0 : UInt64(index.size($1))) } }

    /// Looks at the link, and at the next files.
    ///
    /// - Parameter share: the part of all files to look at, 1 for a whole pass; a step that comes to the end of a pass
    ///   goes on with the next one.
    /// - Returns: what is different; empty when all is well. At most about twenty differences are returned.
    /// - Throws: a failure of the system that tells nothing about the release.
    public mutating func step(share: Double) throws(ReleaseError) -> [Difference] {
        let obvious = try obviousDifferences()
        if !obvious.isEmpty || files == 0 { return obvious }
        owed += min(1, max(0, share)) * Double(files)
        var left = Int(owed.rounded(.down))
        owed -= Double(left)
        let directory: FileDescriptor
        do throws(SystemError) {
            directory = try layout.open(release)
        } catch  where error.isNoSuchPath {
            return [Difference(kind: .missing, path: [])]
        } catch {
            throw .system(error)
        }
        let verification = Verification(
            index: index, prepared: prepared, directory: directory.number, open: nil)
        let cursor = DirectoryCursor(root: directory.number, creates: false)
        var reader = TreeReader()
        var found: [Difference] = []
        while left > 0, found.count < Self.enough {
            if next == 0 { directories.restart() }
            // A command that prepared the release may have added what it likes.
            if prepared == nil { found += try directories.check(index, next, cursor) }
            if !index.isSkipped(next), let kind = try verification.difference(next, cursor, nil, &reader) {
                found.append(Difference(kind: kind, path: Array(index.bytes[index.pathRange(next)])))
            }
            next = next + 1 == files ? 0 : next + 1
            if next == 0 { passes += 1 }
            left -= 1
        }
        return found
    }

    /// What a few system calls tell: the link, the directory, and that it is still a worktree of its commit.
    private func obviousDifferences() throws(ReleaseError) -> [Difference] {
        let isPublished = try Publisher(layout: layout, mode: mode).current()?.path == release.path
        return try system { () throws(SystemError) in
            guard try layout.place(of: release).isDirectory() else {
                return [Difference(kind: .missing, path: [])]
            }
            if !isPublished { return [Difference(kind: .unpublished, path: [])] }
            return try Worktree(layout: layout).isIntact(release) ? [] : [Difference(kind: .unproven, path: [])]
        }
    }
}
