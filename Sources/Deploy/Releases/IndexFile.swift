internal import Crypto
internal import GitObjects
internal import Glibc
internal import Posix

/// The record of a release, read in parts from its file: memory does not grow with the number of files.
///
/// The file is held open and read, never mapped: one that somebody cuts off makes a read short, and no more.
final class IndexFile {
    /// Consecutive entries of the file.
    struct Part {
        /// The number of the first.
        let first: Int
        /// The entries alone, numbered from zero.
        let index: ReleaseIndex

        var range: Range<Int> { first..<first + index.count }

        /// The path of an entry by its number in the file.
        func path(of entry: Int) -> ArraySlice<UInt8> { index.bytes[index.pathRange(entry - first)] }
    }

    /// Where a part lies in the file.
    private struct Extent {
        let start: UInt64
        let length: Int
        let entries: Int
        let firstPath: [UInt8]
    }

    /// How many entries a part has.
    static let partLength = 512

    /// The number of entries.
    let count: Int
    /// The bytes of all files that are there.
    let fileBytes: UInt64
    /// The permissions that new files got.
    var permissions: Permissions { origin.permissions }
    private let origin: IndexOrigin
    private let file: FileDescriptor
    private let extents: [Extent]
    // The parts that were read last. Two, since what is looked for may lie behind the end of one.
    private var recent: [Part] = []

    /// Reads the whole file once; nil when it is damaged, or does not belong to the record of its origin.
    init?(_ file: consuming FileDescriptor, origin record: [UInt8]) throws(SystemError) {
        guard record.count >= ObjectID.byteCount,
            let origin = IndexOrigin(record: record.span, checksum: record.span.extracting(first: ObjectID.byteCount))
        else { return nil }
        var reader = try Reader(file, origin)
        guard let expected = reader.entries else { return nil }
        var extents: [Extent] = []
        var (found, bytes) = (0, UInt64(0))
        while found < expected {
            let start = reader.position
            let entries = min(Self.partLength, expected - found)
            guard let part = try reader.take(entries, from: file) else { return nil }
            extents.append(
                Extent(
                    start: start, length: part.bytes.count, entries: entries,
                    firstPath: Array(part.bytes[part.pathRange(0)])))
            for entry in 0..<entries where !part.isSkipped(entry) {
                bytes = bytes.addingSaturated(UInt64(part.size(entry)))
            }
            found += entries
        }
        guard try reader.finish(file) == Array(record[..<ObjectID.byteCount]) else { return nil }
        self.origin = origin
        self.file = file
        self.extents = extents
        (count, fileBytes) = (expected, bytes)
    }

    /// The part that has an entry.
    ///
    /// - Throws: `damaged` when the file is not what it was.
    func part(of entry: Int) throws(SystemError) -> Part { try part(number: entry / Self.partLength) }

    /// The path of an entry.
    func path(of entry: Int) throws(ReleaseError) -> ArraySlice<UInt8> {
        try system { () throws(SystemError) in try part(of: entry).path(of: entry) }
    }

    private func part(number: Int) throws(SystemError) -> Part {
        let first = number * Self.partLength
        if let place = recent.firstIndex(where: { $0.first == first }) {
            let part = recent.remove(at: place)
            recent.append(part)
            return part
        }
        let extent = extents[number]
        var bytes = [UInt8](repeating: 0, count: extent.length)
        guard try file.read(into: &bytes, at: extent.start) == extent.length,
            let index = ReleaseIndex(origin: origin, entries: bytes, count: extent.entries),
            index.bytes.count == extent.length
        else { throw IndexFile.damaged }
        let part = Part(first: first, index: index)
        if recent.count > 1 { recent.removeFirst() }
        recent.append(part)
        return part
    }

    /// The file is not what it was when it was opened.
    static let damaged = SystemError(code: EILSEQ, operation: "read the record of a release")

    /// Whether there is to be a file with this path, or a directory.
    func holds(_ path: [UInt8]) throws(SystemError) -> Bool {
        if let (part, entry) = try first(from: path), !part.index.isSkipped(entry),
            part.index.bytes[part.index.pathRange(entry)].elementsEqual(path)
        {
            return true
        }
        // Names such as "a-b" stand between "a" and "a/c".
        let inside = path + [UInt8(ascii: "/")]
        guard var (part, entry) = try first(from: inside) else { return false }
        while part.index.bytes[part.index.pathRange(entry)].starts(with: inside) {
            // Where sparse rules keep all files out there is no directory either.
            if !part.index.isSkipped(entry) { return true }
            entry += 1
            if entry == part.index.count {
                guard part.range.upperBound < count else { return false }
                (part, entry) = (try self.part(of: part.range.upperBound), 0)
            }
        }
        return false
    }

    /// The first entry whose path is not smaller than `path`; nil when there is none.
    private func first(from path: [UInt8]) throws(SystemError) -> (Part, Int)? {
        var (low, high) = (0, extents.count)
        while low < high {
            let middle = (low + high) / 2
            let first = extents[middle].firstPath
            if order(first.span, path.span) < 0 { low = middle + 1 } else { high = middle }
        }
        // All parts from `low` on begin with greater paths; it may be in the part before them.
        if low > 0 {
            let part = try part(number: low - 1)
            let entry = part.index.firstEntry(from: path.span)
            if entry < part.index.count { return (part, entry) }
        }
        return low < extents.count ? (try part(number: low), 0) : nil
    }
}

/// Takes an index file in, piece by piece.
private struct Reader: ~Copyable {
    private static let pieceLength = 64 << 10

    /// How many entries the file says that it has; nil when it is no index that we understand.
    private(set) var entries: Int?
    /// Where in the file the next entry begins.
    private(set) var position: UInt64 = 0
    private let origin: IndexOrigin
    private var hash = SHA1Stream()
    // What has been read and not been taken.
    private var buffer: [UInt8] = []
    private var end: UInt64 = 0

    init(_ file: borrowing FileDescriptor, _ origin: IndexOrigin) throws(SystemError) {
        self.origin = origin
        try fill(file, ReleaseIndex.headerLength)
        guard buffer.count >= ReleaseIndex.headerLength, buffer.starts(with: Array("DIRC".utf8)),
            [2, 3].contains(buffer.number(at: 4))
        else { return }
        entries = Int(buffer.number(at: 8))
        drop(ReleaseIndex.headerLength)
    }

    /// Takes entries; nil when they are not there.
    mutating func take(_ count: Int, from file: borrowing FileDescriptor) throws(SystemError) -> ReleaseIndex? {
        var wanted = Self.pieceLength
        while true {
            let isAtEnd = try fill(file, wanted)
            if let part = ReleaseIndex(origin: origin, entries: buffer, count: count) {
                drop(part.bytes.count)
                return part
            }
            // A path has no more bytes than the kernel takes, so this ends.
            if isAtEnd || wanted > ReleaseIndex.headerLength + count * 16384 { return nil }
            wanted *= 2
        }
    }

    /// The checksum at the end, when it is that of all that comes before.
    mutating func finish(_ file: borrowing FileDescriptor) throws(SystemError) -> [UInt8]? {
        // What stands between the entries and the checksum is skipped, as by whoever reads the index at once.
        while try !fill(file, Self.pieceLength) { drop(buffer.count - ObjectID.byteCount) }
        guard buffer.count >= ObjectID.byteCount else { return nil }
        drop(buffer.count - ObjectID.byteCount)
        return hash.finish() == buffer ? buffer : nil
    }

    private mutating func drop(_ count: Int) {
        let bytes = buffer
        hash.update(bytes.span.extracting(first: count))
        buffer = Array(bytes[count...])
        position = position.addingSaturated(UInt64(count))
    }

    /// Reads until so many bytes are there; whether the file has no more.
    @discardableResult
    private mutating func fill(_ file: borrowing FileDescriptor, _ wanted: Int) throws(SystemError) -> Bool {
        while buffer.count < wanted {
            var piece = [UInt8](repeating: 0, count: Self.pieceLength)
            let got = try file.read(into: &piece, at: end)
            if got == 0 { return true }
            buffer += piece[..<got]
            end = end.addingSaturated(UInt64(got))
        }
        return false
    }
}
