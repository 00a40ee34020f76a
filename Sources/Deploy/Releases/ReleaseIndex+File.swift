internal import Crypto
internal import GitObjects
internal import Posix

extension ReleaseIndex {
    /// Reads an index with the record of its origin; nil when one is damaged, cut off, or does not belong to the other.
    ///
    /// What cannot be read proves nothing: whoever asked then writes every file afresh.
    package init?(file: consuming [UInt8], origin record: [UInt8]) {
        let trailer = ObjectID.byteCount
        guard file.count >= Self.headerLength + trailer, file.starts(with: Array("DIRC".utf8)) else { return nil }
        let body = file.span.extracting(first: file.count - trailer)
        let checksum = file.span.extracting(body.count..<file.count)
        guard areEqual(SHA1.hash(body).span, checksum) else { return nil }
        guard let origin = IndexOrigin(record: record.span, checksum: checksum) else { return nil }
        guard [2, 3].contains(file.number(at: 4)) else { return nil }
        // Bounded: by the bytes of the file, which are in memory.
        let expected = Int(file.number(at: 8))
        guard body.count <= UInt32.max, let found = Self.entries(expected, from: Self.headerLength, in: body) else {
            return nil
        }
        self.init(origin: origin)
        offsets = found.offsets
        // An index of 100,000 files is 8 MB: it stays where it was read.
        bytes = file
        bytes.removeLast(bytes.count - found.end)
    }

    /// A part of an index: the entries that `bytes` begins with; nil when one is damaged or cut off.
    init?(origin: IndexOrigin, entries bytes: [UInt8], count: Int) {
        guard bytes.count <= UInt32.max, let found = Self.entries(count, from: 0, in: bytes.span) else { return nil }
        self.init(origin: origin)
        offsets = found.offsets
        self.bytes = Array(bytes[..<found.end])
    }

    /// Where entries begin that lie one after another, and where the last one ends; nil when one is damaged or cut off.
    private static func entries(
        _ count: Int, from start: Int, in bytes: borrowing Span<UInt8>
    ) -> (offsets: [UInt32], end: Int)? {
        // Bounded: by the bytes, which are in memory.
        guard count <= bytes.count / Field.path else { return nil }
        var offsets: [UInt32] = []
        offsets.reserveCapacity(count)
        var position = start
        for _ in 0..<count {
            offsets.append(UInt32(truncatingIfNeeded: position))
            // No entry is shorter: a path of one byte, and its zero byte.
            guard position + Field.path + 2 <= bytes.count else { return nil }
            let flags = UInt16(bytes[position + Field.flags]) << 8 | UInt16(bytes[position + Field.flags + 1])
            let path = Field.path + (flags & Field.extended == 0 ? 0 : 2)
            var length = Int(flags & Field.lengthMask)
            if length == Int(Field.lengthMask) {
                while position + path + length < bytes.count, bytes[position + path + length] != 0 { length += 1 }
            }
            let end = position + (path + length + 8) & ~7
            guard end <= bytes.count, bytes[position + path + length] == 0 else { return nil }
            position = end
        }
        return (offsets, position)
    }

    /// The index as it lies in a file, and the record of its origin that lies beside it.
    ///
    /// Git would say aloud, at every command, that it ignores what it does not know in its index.
    package consuming func files() -> (index: [UInt8], origin: [UInt8]) {
        let isExtended = (0..<count).contains { isSkipped($0) }
        let (count, origin) = (count, origin)
        var file = bytes
        file.replaceSubrange(0..<4, with: Array("DIRC".utf8))
        file.setNumber(at: 4, isExtended ? 3 : 2)
        file.setNumber(at: 8, UInt32(truncatingIfNeeded: count))
        let checksum = SHA1.hash(file.span)
        file.append(contentsOf: checksum)
        return (file, origin.record(checksum: checksum))
    }
}

extension IndexOrigin {
    // The index's checksum, the tree, and the permissions of files and of executable ones.
    // Bounded: a sum of what we chose.
    private static let fixedLength = 2 * ObjectID.byteCount + 8

    /// Reads the record that belongs to the index with this checksum; nil for any other.
    init?(record: Span<UInt8>, checksum: Span<UInt8>) {
        let id = ObjectID.byteCount
        // Bounded: by the bytes of the record, which are in memory.
        guard record.count >= Self.fixedLength, areEqual(record.extracting(first: id), checksum),
            let tree = ObjectID(bytes: record.extracting(id..<2 * id))
        else { return nil }
        let rest = (2 * id..<record.count).map { record[$0] }
        let permissions = Permissions(file: rest.number(at: 0), executable: rest.number(at: 4))
        self.init(tree: tree, settings: Array(rest[8...]), permissions: permissions)
    }

    fileprivate func record(checksum: [UInt8]) -> [UInt8] {
        // Bounded: these are lists.
        var record = checksum + tree.bytes
        record.append(number: permissions.file)
        record.append(number: permissions.executable)
        return record + settings
    }
}
