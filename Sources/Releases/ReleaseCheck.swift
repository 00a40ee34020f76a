internal import GitStore
internal import Posix

/// Compares the files of a release with the index that was written with it.
///
/// What each file is like is one system call; that nothing was added is known from the names in each directory.
struct ReleaseCheck: Sendable {
    let index: ReleaseIndex
    let permissions: Permissions
    /// Paths that a command of the user made or changed before the release was published.
    let prepared: Set<[UInt8]>
    /// How the bytes of each file are proved, where they are to be read too.
    var content: ContentCheck?

    /// How many differences are looked for: one is reason enough to repair, a few tell people what happened.
    static let enough = 20

    /// What is different among some entries, and in the directories whose first entry is among them.
    ///
    /// The directories come in the order of the index; `stamps` says what they were like when they were last read.
    func differences(
        among entries: Range<Int>, in root: Int32, _ stamps: inout DirectoryStamps, atMost limit: Int = enough,
        _ deadline: Deadline? = nil
    ) throws(ReleaseError) -> [ReleaseDifference] {
        var found: [ReleaseDifference] = []
        var reader = try content?.reader()
        let cursor = DirectoryCursor(root: root, creates: false)
        if entries.lowerBound == 0 { try check(directory: 0, of: nil, cursor, root, &stamps, &found) }
        for entry in entries {
            if found.count >= limit { break }
            if entry & 1023 == 0 {
                try system { () throws(SystemError) in try deadline?.check("look at the files of a release") }
            }
            let path = index.pathRange(entry)
            try openDirectories(of: entry, cursor, root, &stamps, &found)
            do throws(SystemError) {
                let bytes = index.bytes.span
                let start = try cursor.enter(directoryOf: bytes.extracting(path))
                // The zero byte after the path ends the name.
                let name = bytes.extracting(path.lowerBound + start..<path.upperBound + 1)
                let status = try TreeFile.status(in: cursor.descriptor, name)
                if index.isSkipped(entry) {
                    note(.added, path, &found)
                } else if !isAsWritten(entry, status) {
                    note(.changed, path, &found)
                } else if let same = try reader?.isWhole(entry, name, in: cursor.descriptor, index), !same {
                    note(.changed, path, &found)
                }
            } catch where error.isNoSuchPath {
                if !index.isSkipped(entry) { note(.missing, path, &found) }
            } catch {
                throw .system(error)
            }
        }
        return found
    }

    private func isAsWritten(_ entry: Int, _ status: FileStatus) -> Bool {
        // The directory of a submodule has no times of its own in the index.
        if index.mode(entry) == FileMode.submodule.octal { return status.kind == .directory }
        return index.matches(entry, status, permissions)
    }

    private func note(_ kind: ReleaseDifference.Kind, _ path: Range<Int>, _ found: inout [ReleaseDifference]) {
        note(kind, Array(index.bytes[path]), &found)
    }

    private func note(_ kind: ReleaseDifference.Kind, _ path: [UInt8], _ found: inout [ReleaseDifference]) {
        if !prepared.contains(path) { found.append(ReleaseDifference(kind, path)) }
    }
}

// What was added shows in the names of a directory.
extension ReleaseCheck {
    /// Looks at the directories whose first entry this is.
    private func openDirectories(
        of entry: Int, _ cursor: DirectoryCursor, _ root: Int32, _ stamps: inout DirectoryStamps,
        _ found: inout [ReleaseDifference]
    ) throws(ReleaseError) {
        let path = index.pathRange(entry)
        var shared = 0
        if entry > 0 {
            let former = index.pathRange(entry - 1)
            while shared < min(path.count, former.count),
                index.bytes[path.lowerBound + shared] == index.bytes[former.lowerBound + shared]
            {
                shared += 1
            }
        }
        for position in shared..<path.count where index.bytes[path.lowerBound + position] == UInt8(ascii: "/") {
            try check(directory: position + 1, of: entry, cursor, root, &stamps, &found)
        }
    }

    /// Compares the names in a directory, whose path is the first `length` bytes of an entry's, with the index.
    private func check(
        directory length: Int, of entry: Int?, _ cursor: DirectoryCursor, _ root: Int32,
        _ stamps: inout DirectoryStamps, _ found: inout [ReleaseDifference]
    ) throws(ReleaseError) {
        let start = entry.map { index.pathRange($0).lowerBound } ?? 0
        let path = start..<start + length
        do throws(SystemError) {
            let parent: Int32
            if length == 0 {
                parent = root
            } else {
                _ = try cursor.enter(directoryOf: index.bytes.span.extracting(path))
                parent = cursor.descriptor
            }
            // A descriptor of its own: the names are read from the beginning, whoever else reads them.
            let here: [UInt8] = [UInt8(ascii: "."), 0]
            let directory = try TreeFile.openDirectory(in: parent, here.span)
            if stamps.isUnchanged(try directory.status()) { return }
            let inside = inside(path, from: entry ?? 0)
            let before = found.count
            try directory.forEachEntry { (item) throws(SystemError) in
                if length == 0, item.name == Self.gitFile { return true }
                if !holds(item.name, path, inside) {
                    note(.added, Array(index.bytes[path]) + item.name, &found)
                }
                return true
            }
            if found.count > before { stamps.forget() }
        } catch where error.isNoSuchPath {
            // Its files are reported as missing.
            stamps.skip()
        } catch {
            throw .system(error)
        }
    }

    private static let gitFile = Array(".git".utf8)

    /// The entries that lie in a directory, the first of which is known.
    private func inside(_ directory: Range<Int>, from first: Int) -> Range<Int> {
        if directory.isEmpty { return 0..<index.count }
        // The first path beyond is not smaller than the directory's ending in "0", which follows the slash.
        var beyond = Array(index.bytes[directory])
        beyond[beyond.count - 1] += 1
        return first..<partition(first..<index.count) { order($0, beyond.span) }
    }

    /// Whether an entry is this name in a directory, or lies in a directory of this name in it.
    private func holds(_ name: [UInt8], _ directory: Range<Int>, _ inside: Range<Int>) -> Bool {
        let length = directory.count
        let place = partition(inside) { order($0.extracting(length..<$0.count), name.span) }
        if place < inside.upperBound, rest(place, length).elementsEqual(name) { return true }
        // Names such as "a-b" stand between "a" and "a/c".
        let slashed = name + [UInt8(ascii: "/")]
        var below = partition(place..<inside.upperBound) { order($0.extracting(length..<$0.count), slashed.span) }
        while below < inside.upperBound, rest(below, length).starts(with: slashed) {
            // Where sparse rules keep all files out there is no directory either.
            if !index.isSkipped(below) { return true }
            below += 1
        }
        return false
    }

    private func rest(_ entry: Int, _ length: Int) -> ArraySlice<UInt8> {
        index.bytes[index.pathRange(entry).dropFirst(length)]
    }

    /// The first of the entries whose path compares as not smaller.
    private func partition(_ entries: Range<Int>, _ compare: (Span<UInt8>) -> Int) -> Int {
        var (low, high) = (entries.lowerBound, entries.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if compare(index.bytes.span.extracting(index.pathRange(middle))) < 0 {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}

/// What the directories of a release were like when their names were last compared.
///
/// A directory's time changes whenever a name comes or goes, so that one whose time is the same need not be read again.
struct DirectoryStamps: Sendable {
    private struct Stamp {
        var inode: UInt64
        var changed: Int64
    }

    private var stamps: [Stamp] = []
    private var position = 0
    /// When this pass began, in nanoseconds since 1970.
    private var now: Int64 = 0
    private let remembers: Bool

    /// Stamps for repeated passes over one release; without `remembers` every directory is read.
    init(remembers: Bool) {
        self.remembers = remembers
    }

    /// Begins a pass.
    mutating func restart() {
        position = 0
    }

    /// Whether the next directory is as it was at the last pass; remembers what it is like now.
    mutating func isUnchanged(_ status: FileStatus) -> Bool {
        guard remembers else { return false }
        // A name that comes within the same tick of the kernel's clock as the last change leaves the time as it is:
        // what changed just now is read again.
        let isSettled = Timestamp.now().nanosecondsSince1970 - status.changeTime > 50_000_000
        let stamp = Stamp(inode: status.inode, changed: isSettled ? status.changeTime : 0)
        defer { position += 1 }
        guard position < stamps.count else {
            stamps.append(stamp)
            return false
        }
        let former = stamps[position]
        stamps[position] = stamp
        return isSettled && former.inode == stamp.inode && former.changed == stamp.changed
    }

    /// The directory that was just asked about is to be read at the next pass, whatever its time says.
    mutating func forget() {
        if remembers, position > 0 { stamps[position - 1].changed = 0 }
    }

    /// The next directory is not there.
    mutating func skip() {
        guard remembers else { return }
        if position == stamps.count { stamps.append(Stamp(inode: 0, changed: 0)) }
        stamps[position] = Stamp(inode: 0, changed: 0)
        position += 1
    }
}
