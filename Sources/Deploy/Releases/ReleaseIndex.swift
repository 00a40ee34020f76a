package import GitObjects
internal import Glibc
package import Posix

/// Git's index file, which is also our proof of what we wrote.
///
/// Each entry holds a file's path, mode and object together with the size, time and inode that the file had when we
/// wrote it. Entries stay in the bytes of the file, in its layout (`gitformat-index(5)`, versions 2 and 3): an index of
/// 100,000 files is two arrays, and copying a run of entries is copying bytes.
package struct ReleaseIndex: Sendable {
    /// The tree that the entries describe, and how its files were written.
    package var origin: IndexOrigin
    // The header and the entries one after another, as they lie in the file.
    package var bytes: [UInt8]
    // Where each entry starts in `bytes`.
    package var offsets: [UInt32] = []
    /// How many bytes an index may have, so that four bytes can say where an entry starts.
    package var mostBytes = Int(clamping: UInt32.max)
    // What happens to the bytes of those files that are to be written and are not as their object.
    package var filters: [Int: CheckoutFilter] = [:]

    /// An index without entries.
    package init(origin: IndexOrigin) {
        self.origin = origin
        bytes = [UInt8](repeating: 0, count: Self.headerLength)
    }

    /// How many bytes come before the first entry.
    package static let headerLength = 12

    /// The number of entries.
    package var count: Int { offsets.count }
}

/// What an index describes; git skips over this.
package struct IndexOrigin: Sendable, Equatable {
    /// The tree that was staged.
    package var tree: ObjectID
    /// Settings that decide what is in the files, as bytes that change when any of them does.
    package var settings: [UInt8]
    /// The permissions that new files got.
    package var permissions: Permissions

    package init(tree: ObjectID, settings: [UInt8], permissions: Permissions) {
        self.tree = tree
        self.settings = settings
        self.permissions = permissions
    }
}

/// Where the fields lie in an entry.
package enum Field {
    package static let changed = 0
    package static let modified = 8
    /// Git's field for the device, which git does not compare: we keep there how the bytes were converted.
    package static let device = 16
    package static let inode = 20
    package static let mode = 24
    package static let user = 28
    package static let group = 32
    package static let size = 36
    package static let id = 40
    package static let flags = 60
    package static let path = 62
    /// In `flags`: two more bytes of flags follow.
    package static let extended: UInt16 = 0x4000
    /// In `flags`: the length of the path, this value standing for itself and all greater ones.
    package static let lengthMask: UInt16 = 0x0fff
    /// In the further flags: git is not to expect the file in the worktree.
    package static let skipped: UInt16 = 0x4000
}

extension ReleaseIndex {
    /// An entry's mode as git writes it, such as `0o100644`.
    package func mode(_ entry: Int) -> UInt32 { number(entry, Field.mode) }

    /// The object that an entry names.
    package func id(_ entry: Int) -> ObjectID {
        // Bounded: an entry lies in memory as a whole.
        let start = Int(offsets[entry]) + Field.id
        guard let id = ObjectID(bytes: bytes.span.extracting(start..<start + ObjectID.byteCount)) else {
            preconditionFailure("20 bytes are a name")
        }
        return id
    }

    /// When the file's content was written, in nanoseconds since 1970.
    package func modified(_ entry: Int) -> Int64 {
        // Bounded: two numbers of 32 bits.
        Int64(number(entry, Field.modified)) * 1_000_000_000 + Int64(number(entry, Field.modified + 4))
    }

    /// The size of the file, as far as it fits into four bytes.
    package func size(_ entry: Int) -> UInt32 { number(entry, Field.size) }

    /// Whether the entry holds what its file is like; not so when the file has yet to be written, is kept out by
    /// sparse rules, or is a submodule's directory.
    package func isFilled(_ entry: Int) -> Bool {
        number(entry, Field.inode) != 0 || number(entry, Field.modified) != 0
    }

    /// Whether sparse rules keep the entry's file out of the release.
    package func isSkipped(_ entry: Int) -> Bool {
        // Bounded: an entry lies in memory as a whole.
        let start = Int(offsets[entry]) + Field.flags
        guard UInt16(bytes[start]) << 8 & Field.extended != 0 else { return false }
        return UInt16(bytes[start + 2]) << 8 & Field.skipped != 0
    }

    /// Where an entry's path lies in `bytes`, without the zero byte that follows it.
    package func pathRange(_ entry: Int) -> Range<Int> {
        // Bounded: an entry lies in memory as a whole.
        let start = Int(offsets[entry])
        let flags = UInt16(bytes[start + Field.flags]) << 8 | UInt16(bytes[start + Field.flags + 1])
        let path = start + Field.path + (flags & Field.extended == 0 ? 0 : 2)
        var length = Int(flags & Field.lengthMask)
        if length == Int(Field.lengthMask) {
            while bytes[path + length] != 0 { length += 1 }
        }
        return path..<path + length
    }

    /// An entry's path as people read it.
    package func pathText(_ entry: Int) -> String { String(decoding: bytes[pathRange(entry)], as: UTF8.self) }

    /// The first byte after an entry.
    // Bounded: an entry lies in memory as a whole.
    package func end(_ entry: Int) -> Int { entry + 1 < count ? Int(offsets[entry + 1]) : bytes.count }

    /// Whether a file is still as it was when the entry was filled.
    ///
    /// The time of the last status change is not compared: sharing a file changes it.
    package func matches(_ entry: Int, _ status: FileStatus) -> Bool {
        isSame(entry, status) && origin.permissions.agree(status, with: mode(entry))
    }

    /// Whether a file is still as it was when the entry was filled, whatever its kind and permissions.
    package func isSame(_ entry: Int, _ status: FileStatus) -> Bool {
        number(entry, Field.inode) == UInt32(truncatingIfNeeded: status.inode)
            && modified(entry) == status.modificationTime
            && number(entry, Field.size) == UInt32(truncatingIfNeeded: status.size)
            && number(entry, Field.user) == status.userID && number(entry, Field.group) == status.groupID
    }

    /// Notes what a file is like that was just written.
    package mutating func fill(_ entry: Int, _ status: FileStatus) {
        setTime(entry, Field.changed, status.changeTime)
        setTime(entry, Field.modified, status.modificationTime)
        setNumber(entry, Field.inode, UInt32(truncatingIfNeeded: status.inode))
        setNumber(entry, Field.user, status.userID)
        setNumber(entry, Field.group, status.groupID)
        setNumber(entry, Field.size, UInt32(truncatingIfNeeded: status.size))
    }

    /// The short fingerprint of the filter that the file's bytes went through.
    package func fingerprint(_ entry: Int) -> UInt32 { number(entry, Field.device) }

    /// Appends an entry whose file has yet to be written.
    ///
    /// - Throws: `EFBIG` when the index has no room for it.
    package mutating func append(
        path: [UInt8], mode: FileMode, id: ObjectID, isSkipped: Bool, filter: CheckoutFilter
    ) throws(SystemError) {
        // Bounded: what is in memory has fewer bytes than `Int` counts, and the check comes first.
        let start = bytes.count
        try checkRoom(for: Field.path + 2 + path.count + 8)
        if !filter.isIdentity { filters[offsets.count] = filter }
        offsets.append(UInt32(truncatingIfNeeded: start))
        bytes.append(contentsOf: repeatElement(0, count: Field.device))
        bytes.append(number: filter.shortFingerprint)
        bytes.append(number: 0)
        bytes.append(number: mode.octal)
        bytes.append(contentsOf: repeatElement(0, count: Field.id - Field.user))
        bytes.append(contentsOf: id.bytes)
        let flags = min(UInt16(clamping: path.count), Field.lengthMask) | (isSkipped ? Field.extended : 0)
        bytes.append(UInt8(flags >> 8))
        bytes.append(UInt8(truncatingIfNeeded: flags))
        if isSkipped { bytes.append(contentsOf: [UInt8(Field.skipped >> 8), 0]) }
        bytes.append(contentsOf: path)
        bytes.append(contentsOf: repeatElement(0, count: 8 - (bytes.count - start) % 8))
    }

    /// The first entry whose path is not smaller than `path`.
    package func firstEntry(from path: Span<UInt8>) -> Int { partition(0..<count, path) }

    /// The first of the entries whose path is not smaller than `path`.
    package func partition(_ entries: Range<Int>, _ path: Span<UInt8>) -> Int {
        // Bounded: by the number of entries.
        var (low, high) = (entries.lowerBound, entries.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if order(bytes.span.extracting(pathRange(middle)), path) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The entry with exactly this path.
    package func entry(at path: [UInt8]) -> Int? {
        let entry = firstEntry(from: path.span)
        return entry < count && bytes[pathRange(entry)].elementsEqual(path) ? entry : nil
    }

    private func checkRoom(for count: Int) throws(SystemError) {
        guard bytes.count.addingSaturated(count) > mostBytes else { return }
        throw SystemError(code: EFBIG, operation: "make the index of a release with so many files")
    }

    /// Appends entries of another index as they are.
    ///
    /// - Throws: `EFBIG` when the index has no room for them.
    package mutating func append(_ entries: Range<Int>, of other: ReleaseIndex) throws(SystemError) {
        // Bounded: entries lie in memory one after another.
        guard let first = entries.first, let last = entries.last else { return }
        let start = Int(other.offsets[first])
        try checkRoom(for: other.end(last) - start)
        let target = bytes.count
        bytes.append(contentsOf: other.bytes[start..<other.end(last)])
        // Wrapping, since the difference may be below zero.
        let shift = UInt32(truncatingIfNeeded: target - start)
        offsets.append(contentsOf: other.offsets[entries].lazy.map { $0 &+ shift })
    }

    // Bounded: an entry lies in memory as a whole.
    private func number(_ entry: Int, _ field: Int) -> UInt32 { bytes.number(at: Int(offsets[entry]) + field) }

    // Bounded: an entry lies in memory as a whole.
    private mutating func setTime(_ entry: Int, _ field: Int, _ nanoseconds: Int64) {
        setNumber(entry, field, UInt32(truncatingIfNeeded: nanoseconds / 1_000_000_000))
        setNumber(entry, field + 4, UInt32(truncatingIfNeeded: nanoseconds % 1_000_000_000))
    }

    // Bounded: an entry lies in memory as a whole.
    private mutating func setNumber(_ entry: Int, _ field: Int, _ value: UInt32) {
        bytes.setNumber(at: Int(offsets[entry]) + field, value)
    }
}

extension CheckoutFilter {
    /// The fingerprint in four bytes; zero only for the identity.
    package var shortFingerprint: UInt32 {
        let folded = UInt32(truncatingIfNeeded: fingerprint ^ fingerprint >> 32)
        return isIdentity ? 0 : max(folded, 1)
    }
}

extension [UInt8] {
    /// The four bytes from `start`, the most significant first.
    package func number(at start: Int) -> UInt32 {
        // Bounded: four bytes, each in its place.
        UInt32(self[start]) << 24 | UInt32(self[start + 1]) << 16 | UInt32(self[start + 2]) << 8
            | UInt32(self[start + 3])
    }

    /// Sets the four bytes from `start`, the most significant first.
    package mutating func setNumber(at start: Int, _ value: UInt32) {
        // Bounded: four bytes, each in its place.
        for index in 0..<4 { self[start + index] = UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32(index))) }
    }

    /// Appends four bytes, the most significant first.
    package mutating func append(number: UInt32) {
        for shift in [24, 16, 8, 0] as [UInt32] { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
