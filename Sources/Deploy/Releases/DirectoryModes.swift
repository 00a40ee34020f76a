internal import GitObjects
internal import Layout
internal import Posix

/// Gives the directories of a release the permissions back that they were made with.
///
/// The worker may change no permissions, so that this is for whoever has started it.
struct DirectoryModes {
    let layout: ReleaseLayout

    /// What of a directory's mode is compared; the other bits come from the directory above it.
    static let mask: UInt32 = 0o777

    /// Restores what was changed, from the top down.
    ///
    /// A command that prepared the release may have set them as it likes.
    ///
    /// - Returns: the directories that were changed.
    func restore(_ release: Release) throws(ReleaseError) -> [Difference] {
        try system { () throws(SystemError) in
            let worktree = Worktree(layout: layout)
            guard try layout.place(of: release).isDirectory(), let record = try worktree.indexFile(of: release.commit),
                try worktree.preparedIndex(of: release.commit) == nil
            else { return [] }
            let wanted = record.permissions.executable & Self.mask
            let place = try layout.place(of: release)
            var found: [Difference] = []
            let parent = try place.directory.openDirectory()
            if try restore(Array(place.name.utf8) + [0], in: parent.number, wanted) {
                found.append(Difference(kind: .changed, path: Difference.top))
            }
            let directory = try layout.open(release)
            let cursor = DirectoryCursor(root: directory.number, creates: false)
            var former: [UInt8] = []
            var number = 0
            while number < record.count {
                let part = try record.part(of: number)
                for entry in part.range {
                    let path = Array(part.path(of: entry))
                    if !part.index.isSkipped(entry - part.first) {
                        for end in newDirectories(path, after: former) {
                            if try restore(path, end, cursor, wanted) {
                                found.append(Difference(kind: .changed, path: Array(path[...end])))
                            }
                        }
                        former = path
                    }
                }
                number = part.range.upperBound
            }
            return found
        }
    }

    /// Where the names of those directories of a path end that the path before it does not lie in.
    private func newDirectories(_ path: [UInt8], after former: [UInt8]) -> [Int] {
        var shared = 0
        while shared < path.count, shared < former.count, path[shared] == former[shared] { shared += 1 }
        return path.indices[shared...].filter { path[$0] == UInt8(ascii: "/") }
    }

    private func restore(
        _ path: [UInt8], _ end: Int, _ cursor: DirectoryCursor, _ wanted: UInt32
    ) throws(SystemError) -> Bool {
        do throws(SystemError) {
            let directory = Array(path[..<end])
            let start = try cursor.enter(directoryOf: directory.span)
            return try restore(Array(directory[start...]) + [0], in: cursor.descriptor, wanted)
        } catch  where error.isNoSuchPath {
            // It is made again with its files.
            return false
        }
    }

    private func restore(_ name: [UInt8], in directory: Int32, _ wanted: UInt32) throws(SystemError) -> Bool {
        let status = try TreeFile.status(in: directory, name.span)
        guard status.kind == .directory, status.permissions & Self.mask != wanted else { return false }
        try TreeFile.setPermissions(ofDirectory: name.span, in: directory, status.permissions & ~Self.mask | wanted)
        return true
    }
}
