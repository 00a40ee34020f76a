internal import GitFiles
internal import GitObjects
internal import Glibc
internal import Posix

/// A pack of a repository, read without libgit2, to take entries out of it as they are: compressed.
///
/// Nothing that is read here is trusted: whatever comes of it goes through the indexer, which inflates and hashes it.
@safe final class PackFile {
    /// One object as it lies in the pack.
    struct Entry {
        /// The pack format's number of the kind; 6 and 7 are deltas.
        let type: UInt8
        /// The number of bytes that come out when the entry's data are inflated.
        let size: UInt64
        /// Where the compressed data lie in the file.
        let data: Range<UInt64>
        /// The object that a delta is based on.
        let base: ObjectID?
    }

    private let pack: FileDescriptor
    private let index: UnsafeRawBufferPointer
    private let count: Int
    // Where entries begin, in order, with their places in the index: an entry ends where the next begins.
    private let starts: [(offset: UInt64, position: UInt32)]
    private let end: UInt64

    /// Opens `path.pack` and `path.idx`; nil when they are not there or in a format that is not the usual one.
    init?(_ path: String) throws(GitError) {
        guard let map = try unsafe PackFile.map(path + ".idx") else { return nil }
        unsafe index = map
        let number = unsafe open(path + ".pack", O_RDONLY | O_CLOEXEC)
        pack = FileDescriptor(taking: number)
        let size = number < 0 ? 0 : try RepositoryFiles.size(of: path + ".pack")
        end = size < 20 ? 0 : size - 20
        let version2: [UInt8] = [0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]
        guard number >= 0, end > 12, map.count >= 1072, unsafe map.prefix(8).elementsEqual(version2) else {
            (count, starts) = (0, [])
            return nil
        }
        count = unsafe Int(PackFile.word(map, 8 + 255 * 4))
        guard count <= (map.count - 1072) / 28 else {
            starts = []
            return nil
        }
        var starts: [(offset: UInt64, position: UInt32)] = []
        starts.reserveCapacity(count)
        for position in 0..<count {
            guard let offset = unsafe PackFile.offset(map, count, position), offset < end else { continue }
            starts.append((offset, UInt32(position)))
        }
        self.starts = starts.sorted { $0.offset < $1.offset }
    }

    deinit {
        unsafe munmap(UnsafeMutableRawPointer(mutating: index.baseAddress), index.count)
    }

    /// Whether the pack has an object.
    func contains(_ id: ObjectID) -> Bool { position(of: id) != nil }

    /// Finds an object; nil when the pack does not have it, or what it has cannot be read.
    func entry(_ id: ObjectID) -> Entry? {
        guard let position = position(of: id), let offset = unsafe PackFile.offset(index, count, position) else {
            return nil
        }
        let next = firstStart(after: offset)
        let limit = next < starts.count ? starts[next].offset : end
        guard offset < limit else { return nil }
        let head = bytes(offset..<min(limit, offset + 48))
        guard head.count == Int(min(limit, offset + 48) - offset) else { return nil }
        return parse(head, offset, limit)
    }

    /// Reads a part of the pack; fewer bytes when the file is shorter.
    func bytes(_ range: Range<UInt64>) -> [UInt8] {
        let length = Int(range.upperBound - range.lowerBound)
        return unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, filled in
            while filled < length {
                let target = unsafe buffer.baseAddress.map { unsafe $0 + filled }
                let got = unsafe pread(pack.number, target, length - filled, Int(range.lowerBound) + filled)
                if got < 0, errno == EINTR { continue }
                if got <= 0 { return }
                filled += got
            }
        }
    }

    private func parse(_ head: [UInt8], _ offset: UInt64, _ limit: UInt64) -> Entry? {
        var at = 1
        let type = head[0] >> 4 & 7
        var size = UInt64(head[0] & 15)
        var shift: UInt64 = 4
        while head[at - 1] & 0x80 != 0 {
            guard at < head.count, shift < 60 else { return nil }
            size |= UInt64(head[at] & 0x7f) << shift
            shift += 7
            at += 1
        }
        var base: ObjectID?
        if type == 7 {
            guard at + 20 <= head.count else { return nil }
            base = ObjectID(bytes: head.span.extracting(at..<at + 20))
            at += 20
        } else if type == 6 {
            guard at < head.count else { return nil }
            var distance = UInt64(head[at] & 0x7f)
            while head[at] & 0x80 != 0 {
                at += 1
                guard at < head.count, distance < 1 << 55 else { return nil }
                distance = (distance + 1) << 7 | UInt64(head[at] & 0x7f)
            }
            at += 1
            guard distance <= offset, let name = name(at: offset - distance) else { return nil }
            base = name
        } else if type == 0 || type == 5 {
            return nil
        }
        let start = offset + UInt64(at)
        return start < limit ? Entry(type: type, size: size, data: start..<limit, base: base) : nil
    }

    private func name(at offset: UInt64) -> ObjectID? {
        let place = firstStart(after: offset) - 1
        guard place >= 0, starts[place].offset == offset else { return nil }
        return unsafe PackFile.name(index, Int(starts[place].position))
    }

    private func firstStart(after offset: UInt64) -> Int {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle].offset <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func position(of id: ObjectID) -> Int? {
        let first = Int(id.high >> 56)
        var low = first == 0 ? 0 : unsafe Int(PackFile.word(index, 8 + (first - 1) * 4))
        var high = unsafe min(count, Int(PackFile.word(index, 8 + first * 4)))
        while low < high {
            let middle = (low + high) / 2
            let name = unsafe PackFile.name(index, middle)
            if name == id { return middle }
            if name < id { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    private static func name(_ index: UnsafeRawBufferPointer, _ position: Int) -> ObjectID {
        let at = 1032 + position * 20
        return unsafe ObjectID(
            high: UInt64(bigEndian: index.loadUnaligned(fromByteOffset: at, as: UInt64.self)),
            middle: UInt64(bigEndian: index.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)),
            low: word(index, at + 16))
    }

    private static func offset(_ index: UnsafeRawBufferPointer, _ count: Int, _ position: Int) -> UInt64? {
        let small = unsafe word(index, 1032 + count * 24 + position * 4)
        guard small & 0x8000_0000 != 0 else { return UInt64(small) }
        let at = 1032 + count * 28 + Int(small & 0x7fff_ffff) * 8
        guard at + 8 <= index.count - 40 else { return nil }
        return unsafe UInt64(bigEndian: index.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    private static func word(_ index: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
        unsafe UInt32(bigEndian: index.loadUnaligned(fromByteOffset: at, as: UInt32.self))
    }

    private static func map(_ path: String) throws(GitError) -> UnsafeRawBufferPointer? {
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = FileDescriptor(taking: number)
        let size = try RepositoryFiles.size(of: path)
        guard size > 0, let map = unsafe mmap(nil, Int(size), PROT_READ, MAP_PRIVATE, file.number, 0),
            unsafe map != MAP_FAILED
        else { return nil }
        return unsafe UnsafeRawBufferPointer(start: map, count: Int(size))
    }
}
