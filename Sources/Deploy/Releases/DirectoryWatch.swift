internal import Posix

/// Notices what was added to a release, and directories with other permissions, in the order of its index.
///
/// A directory's time changes whenever a name comes or goes, so that one whose time is the same is not read again.
struct DirectoryWatch: Sendable {
    /// Whether what was added matters.
    let findsAdditions: Bool
    private struct Stamp {
        var inode: UInt64
        /// The time of the last change; zero when the directory has to be read again.
        var changed: Int64
    }

    /// The path of the file that we have added ourselves.
    var generated: [UInt8]?
    private var stamps: [Stamp] = []
    private var position = 0

    init(findsAdditions: Bool) {
        self.findsAdditions = findsAdditions
    }

    /// Begins a pass at the first entry.
    mutating func restart() {
        position = 0
    }

    /// Looks at the directories whose first entry this is, the top among them for the first of all.
    mutating func check(
        _ record: IndexFile, _ part: IndexFile.Part, _ entry: Int, _ cursor: DirectoryCursor
    ) throws(ReleaseError) -> [Difference] {
        let path = part.path(of: entry)
        var found: [Difference] = []
        var end = path.startIndex
        if entry == 0 {
            found += try check(record, [], cursor)
        } else {
            let former = entry > part.first ? part.path(of: entry - 1) : try record.path(of: entry - 1)
            var place = former.startIndex
            while end < path.endIndex, place < former.endIndex, path[end] == former[place] {
                end += 1
                place += 1
            }
        }
        while end < path.endIndex {
            if path[end] == UInt8(ascii: "/") { found += try check(record, Array(path[...end]), cursor) }
            end += 1
        }
        return found
    }

    /// Compares the names in a directory with the index, unless they are the same as at the last pass.
    private mutating func check(
        _ record: IndexFile, _ directory: [UInt8], _ cursor: DirectoryCursor
    ) throws(ReleaseError) -> [Difference] {
        defer { position += 1 }
        if position == stamps.count { stamps.append(Stamp(inode: 0, changed: 0)) }
        do throws(SystemError) {
            _ = try cursor.enter(directoryOf: directory.span)
            let here: [UInt8] = [UInt8(ascii: "."), 0]
            let status = try TreeFile.status(in: cursor.descriptor, here.span)
            let former = stamps[position]
            if former.changed == status.changeTime, former.inode == status.inode { return [] }
            // A name that comes within the same tick of the kernel's clock as the last change leaves the time as it is:
            // what changed just now is read again at the next pass.
            let isSettled =
                Duration.nanoseconds(Timestamp.now().nanosecondsSince1970)
                - .nanoseconds(status.changeTime) > .milliseconds(50)
            var found = findsAdditions ? try additions(record, directory, cursor) : []
            let wanted = record.permissions.executable & DirectoryModes.mask
            if status.permissions & DirectoryModes.mask != wanted {
                found.append(Difference(kind: .changed, path: directory.isEmpty ? Difference.top : directory))
            }
            stamps[position] = Stamp(inode: status.inode, changed: isSettled && found.isEmpty ? status.changeTime : 0)
            return found
        } catch  where error.isNoSuchPath {
            // Its files are reported as missing.
            stamps[position] = Stamp(inode: 0, changed: 0)
            return []
        } catch {
            throw .system(error)
        }
    }

    private func additions(
        _ record: IndexFile, _ directory: [UInt8], _ cursor: DirectoryCursor
    ) throws(SystemError) -> [Difference] {
        var found: [Difference] = []
        // In the order of the record, so that each part of it is read once.
        for name in try cursor.entries().map(\.name).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            if directory.isEmpty, name == Self.gitFile { continue }
            let path = directory + name
            if try !record.holds(path), !isGenerated(path, generated) {
                found.append(Difference(kind: .added, path: path))
            }
        }
        return found
    }

    private static let gitFile = Array(".git".utf8)
}
