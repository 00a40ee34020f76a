internal import GitStore
internal import Posix

/// Proves the bytes of files, not only their sizes and times.
struct ContentCheck: Sendable {
    /// What the bytes of those files went through that are not as their object.
    let filters: [Int: CheckoutFilter]
    /// The store that has the objects of those files.
    let gitDirectory: String

    /// What one thread needs.
    func reader() throws(ReleaseError) -> ContentReader {
        if filters.isEmpty { return ContentReader(check: self, objects: nil) }
        // Handles of libgit2 belong to one thread.
        let objects = try store { () throws(GitError) in try ObjectStore.openExisting(gitDirectory) }
        return ContentReader(check: self, objects: objects)
    }
}

/// Reads files through a buffer of its own; belongs to one thread.
struct ContentReader {
    let check: ContentCheck
    let objects: ObjectStore?
    private var reader = TreeReader()

    init(check: ContentCheck, objects: ObjectStore?) {
        self.check = check
        self.objects = objects
    }

    /// Whether a file has the bytes that its entry's object says.
    mutating func isWhole(
        _ entry: Int, _ name: Span<UInt8>, in directory: Int32, _ index: ReleaseIndex
    ) throws(SystemError) -> Bool {
        switch index.mode(entry) {
        case FileMode.symlink.octal:
            let target = try TreeFile.target(ofSymlink: name, in: directory)
            var hash = BlobHash(size: UInt64(target.count))
            hash.add(target.span)
            return hash.finish() == index.id(entry)
        case FileMode.submodule.octal: return true
        default:
            let file = try TreeFile.open(in: directory, name)
            if let filter = check.filters[entry] { return try isFiltered(file, filter, index.id(entry)) }
            return try hash(file) == index.id(entry)
        }
    }

    private mutating func hash(_ file: borrowing FileDescriptor) throws(SystemError) -> ObjectID? {
        var hash = BlobHash(size: try file.status().size)
        _ = try reader.read(file) { (piece) throws(Never) in
            hash.add(piece)
            return true
        }
        return hash.finish()
    }

    /// Whether a file is what a filter makes of its object.
    private mutating func isFiltered(
        _ file: borrowing FileDescriptor, _ filter: CheckoutFilter, _ id: ObjectID
    ) throws(SystemError) -> Bool {
        // Without the object there is no telling: the file counts as changed and is written afresh if that can be done.
        guard let object = try? objects?.read(id) else { return false }
        let expected: [UInt8] = object.withBytes { content in
            switch filter.apply(to: content, of: id) {
            case .changed(let bytes): return bytes
            case .notEncoded(let bytes?, _): return bytes
            case .unchanged, .notEncoded(nil, _): return content.indices.map { content[$0] }
            }
        }
        return try reader.rest(of: file, equals: expected.span)
    }
}
