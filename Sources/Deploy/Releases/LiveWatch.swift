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
    private let record: IndexFile
    private let prepared: ReleaseIndex?
    private var directories: DirectoryWatch
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
    public init(
        layout: ReleaseLayout, mode: PublishMode = .symlink, edits: EditMode = .repair, live: Release
    ) throws(ReleaseError) {
        let worktree = Worktree(layout: layout)
        let record = try system { () throws(SystemError) in try worktree.indexFile(of: live.commit) }
        guard let record else {
            throw .refused(operation: "watch \(live.path)", reason: "there is no record of what was written")
        }
        self.layout = layout
        self.mode = mode
        self.record = record
        release = live
        directories = DirectoryWatch(findsAdditions: edits == .strict)
        prepared = try system { () throws(SystemError) in try worktree.preparedIndex(of: live.commit) }
        directories.generated = try system { () throws(SystemError) in try worktree.generatedPath(of: live.commit) }
    }

    /// The number of files that a whole pass looks at.
    public var files: Int { record.count }

    /// The bytes of all files.
    public var bytes: UInt64 { record.fileBytes }

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
        } catch  where error.isForbidden {
            return [Difference(kind: .changed, path: Difference.top)]
        } catch {
            throw .system(error)
        }
        let cursor = DirectoryCursor(root: directory.number, creates: false)
        var reader = TreeReader()
        var found: [Difference] = []
        do throws(ReleaseError) {
            while left > 0, found.count < Self.enough {
                if next == 0 { directories.restart() }
                let part = try system { () throws(SystemError) in try record.part(of: next) }
                let verification = Verification(
                    index: part.index, prepared: prepared, directory: directory.number, open: nil)
                while left > 0, found.count < Self.enough, part.range.contains(next) {
                    found += try look(part, verification, cursor, &reader)
                    next += 1
                    left -= 1
                }
                if next == files {
                    next = 0
                    passes += 1
                }
            }
        } catch .system(IndexFile.damaged) {
            return [Difference(kind: .unproven, path: [])]
        } catch .system(let error) where error.isForbidden {
            // Somebody has closed a directory to us.
            return [Difference(kind: .changed, path: Array(try record.path(of: next)))]
        }
        return found
    }

    /// Looks at the next file.
    private mutating func look(
        _ part: IndexFile.Part, _ verification: Verification, _ cursor: DirectoryCursor, _ reader: inout TreeReader
    ) throws(ReleaseError) -> [Difference] {
        // A command that prepared the release may have added what it likes.
        var found = prepared == nil ? try directories.check(record, part, next, cursor) : []
        let entry = next - part.first
        if !part.index.isSkipped(entry), let kind = try verification.difference(entry, cursor, nil, &reader) {
            found.append(Difference(kind: kind, path: Array(part.path(of: next))))
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
