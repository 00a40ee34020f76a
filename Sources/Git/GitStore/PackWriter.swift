internal import Crypto
internal import GitFiles
internal import GitObjects

/// Writes objects as a pack without deltas, into an indexer and through one buffer.
final class PackWriter {
    private let deflater: Deflater
    private var hash = SHA1Stream()

    init() throws(GitError) {
        // A higher level makes packs a few percent smaller and takes several times as long. Compaction, which has the
        // time, makes them small with deltas.
        deflater = try Deflater(level: 1)
    }

    /// Writes all objects of a plan.
    static func write(
        _ plan: CopyPlan, from source: ObjectStore, to indexer: inout PackIndexer
    ) throws(GitError) {
        let writer = try PackWriter()
        let reuse = try PackReuse(objectDirectory: source.objectDirectory, sending: plan.lists)
        try writer.begin(objects: plan.count, in: &indexer)
        for list in plan.lists {
            for id in list {
                if let (entry, data) = reuse.entry(id) {
                    try writer.add(entry, data, to: &indexer)
                } else {
                    try writer.add(try source.read(id), to: &indexer)
                }
            }
        }
        try writer.end(in: &indexer)
    }

    /// Begins a pack that will hold so many objects.
    func begin(objects: Int, in indexer: inout PackIndexer) throws(GitError) {
        let count = UInt32(clamping: objects)
        let bytes = Array("PACK".utf8) + [0, 0, 0, 2] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
        try deflater.append(bytes.span) { (block) throws(GitError) in try emit(block, &indexer) }
    }

    /// Adds an object.
    func add(_ object: borrowing StoredObject, to indexer: inout PackIndexer) throws(GitError) {
        let type: UInt8 =
            switch object.kind {
            case .commit: 1
            case .tree: 2
            case .blob: 3
            case .tag: 4
            }
        let header = PackWriter.header(type: type, size: UInt64(object.count))
        try deflater.append(header.span) { (block) throws(GitError) in try emit(block, &indexer) }
        try object.withBytes { (bytes) throws(GitError) in
            try deflater.compress(bytes) { (block) throws(GitError) in try emit(block, &indexer) }
        }
    }

    /// Adds an object that is compressed already; a delta names its base.
    private func add(_ entry: PackFile.Entry, _ data: [UInt8], to indexer: inout PackIndexer) throws(GitError) {
        let namedBase: UInt8 = 7
        var header = PackWriter.header(type: entry.base == nil ? entry.type : namedBase, size: entry.size)
        if let base = entry.base { header += base.bytes }
        try deflater.append(header.span) { (block) throws(GitError) in try emit(block, &indexer) }
        if data.count > Deflater.capacity {
            try deflater.flush { (block) throws(GitError) in try emit(block, &indexer) }
            try emit(data.span, &indexer)
        } else {
            try deflater.append(data.span) { (block) throws(GitError) in try emit(block, &indexer) }
        }
    }

    /// Ends the pack with its hash; what is left is for the indexer to finish.
    func end(in indexer: inout PackIndexer) throws(GitError) {
        try deflater.flush { (block) throws(GitError) in try emit(block, &indexer) }
        let digest = hash.finish()
        try indexer.append(digest.span)
    }

    private func emit(_ block: Span<UInt8>, _ indexer: inout PackIndexer) throws(GitError) {
        hash.update(block)
        try indexer.append(block)
    }

    /// The kind and the size: four bits of it in the first byte, seven in each that follows.
    private static func header(type: UInt8, size: UInt64) -> [UInt8] {
        var header = [type << 4 | UInt8(size & 15)]
        var rest = size >> 4
        while rest > 0 {
            header[header.count - 1] |= 0x80
            header.append(UInt8(rest & 0x7f))
            rest >>= 7
        }
        return header
    }
}
