internal import Posix

/// Notices what was added to a release, directory by directory in the order of its index.
///
/// A directory's time changes whenever a name comes or goes, so that one whose time is the same is not read again.
struct DirectoryWatch: Sendable {
    private struct Stamp {
        var inode: UInt64
        /// The time of the last change; zero when the directory has to be read again.
        var changed: Int64
    }

    private var stamps: [Stamp] = []
    private var position = 0

    /// Begins a pass at the first entry.
    mutating func restart() {
        position = 0
    }

    /// Looks at the directories whose first entry this is, the top among them for the first of all.
    mutating func check(
        _ index: ReleaseIndex, _ entry: Int, _ cursor: DirectoryCursor
    ) throws(ReleaseError) -> [Difference] {
        let path = index.pathRange(entry)
        var found: [Difference] = []
        var shared = 0
        if entry == 0 {
            found += try check(index, path.lowerBound..<path.lowerBound, from: entry, cursor)
        } else {
            let former = index.pathRange(entry - 1)
            let limit = min(path.count, former.count)
            while shared < limit,
                index.bytes[path.lowerBound + shared] == index.bytes[former.lowerBound + shared]
            {
                shared += 1
            }
        }
        for end in path.lowerBound + shared..<path.upperBound where index.bytes[end] == UInt8(ascii: "/") {
            found += try check(index, path.lowerBound..<end + 1, from: entry, cursor)
        }
        return found
    }

    /// Compares the names in a directory with the index, unless they are the same as at the last pass.
    private mutating func check(
        _ index: ReleaseIndex, _ directory: Range<Int>, from first: Int, _ cursor: DirectoryCursor
    ) throws(ReleaseError) -> [Difference] {
        defer { position += 1 }
        if position == stamps.count { stamps.append(Stamp(inode: 0, changed: 0)) }
        do throws(SystemError) {
            _ = try cursor.enter(directoryOf: index.bytes.span.extracting(directory))
            let here: [UInt8] = [UInt8(ascii: "."), 0]
            let status = try TreeFile.status(in: cursor.descriptor, here.span)
            let former = stamps[position]
            if former.changed == status.changeTime, former.inode == status.inode { return [] }
            // A name that comes within the same tick of the kernel's clock as the last change leaves the time as it is:
            // what changed just now is read again at the next pass.
            let isSettled =
                Duration.nanoseconds(Timestamp.now().nanosecondsSince1970)
                - .nanoseconds(status.changeTime) > .milliseconds(50)
            let found = try additions(index, directory, from: first, cursor)
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
        _ index: ReleaseIndex, _ directory: Range<Int>, from first: Int, _ cursor: DirectoryCursor
    ) throws(SystemError) -> [Difference] {
        let prefix = Array(index.bytes[directory])
        var found: [Difference] = []
        for entry in try cursor.entries() {
            if prefix.isEmpty, entry.name == Self.gitFile { continue }
            let path = prefix + entry.name
            if !index.holds(path, from: first) { found.append(Difference(kind: .added, path: path)) }
        }
        return found
    }

    private static let gitFile = Array(".git".utf8)
}

extension ReleaseIndex {
    /// Whether there is to be a file with this path, or a directory; it is not before the entry `first`.
    func holds(_ path: [UInt8], from first: Int) -> Bool {
        let place = partition(first..<count, path.span)
        if place < count, !isSkipped(place), bytes[pathRange(place)].elementsEqual(path) { return true }
        // Names such as "a-b" stand between "a" and "a/c".
        let inside = path + [UInt8(ascii: "/")]
        var below = partition(place..<count, inside.span)
        while below < count, bytes[pathRange(below)].starts(with: inside) {
            // Where sparse rules keep all files out there is no directory either.
            if !isSkipped(below) { return true }
            below += 1
        }
        return false
    }
}
