internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Posix
internal import Releases

/// Writes files of a new release from the object store.
struct Writing: Sendable {
    /// The index of the new release.
    let index: ReleaseIndex
    /// The entries to write, in order.
    let entries: [Int]
    /// The directory of the new release, open.
    let target: Int32
    /// Whether the kernel gives a file another time at each change, however quickly they follow each other.
    let hasPreciseTimes: Bool
    /// Whether a file keeps the time that its entry holds, as a copy does.
    let keepsTimes: Bool
    /// What keeps the volume from being filled; nil for nothing.
    let space: SpaceGuard?

    /// How much is written between two looks at what is free.
    private static let piece: UInt64 = 8 << 20

    /// What one thread has done.
    struct Outcome: Sendable {
        /// The bytes written.
        var bytes: UInt64 = 0
        /// Files that could not be written as their attributes ask.
        var warnings: [String] = []
        /// What the files are like.
        var filled: [(entry: Int, status: FileStatus)] = []
    }

    /// Takes runs of entries from the queue until it is empty.
    func work(_ queue: WorkQueue, _ objects: ObjectStore) throws(ReleaseError) -> Outcome {
        var outcome = Outcome()
        let cursor = DirectoryCursor(root: target, creates: true)
        var looked: UInt64 = 0
        while let run = try system({ () throws(SystemError) in try queue.take() }) {
            for entry in entries[run] {
                let object = try object(entry, objects)
                do throws(SystemError) {
                    try write(entry, object, cursor, &outcome)
                } catch {
                    throw .system(SystemError(code: error.code, operation: "write \(index.pathText(entry))"))
                }
                // Others write to the volume too.
                if let space, outcome.bytes - looked >= Self.piece {
                    try space.check("write \(index.pathText(entry))")
                    looked = outcome.bytes
                }
            }
        }
        return outcome
    }

    /// The object whose content an entry's file has; nil for a submodule's directory.
    private func object(_ entry: Int, _ objects: ObjectStore) throws(ReleaseError) -> StoredObject? {
        if index.mode(entry) == FileMode.submodule.octal { return nil }
        let object = try store { () throws(GitError) in try objects.read(index.id(entry)) }
        guard object.kind == .blob else {
            throw .refused(
                operation: "write \(index.pathText(entry))", reason: "object \(index.id(entry)) is no file's content")
        }
        return object
    }

    private func write(
        _ entry: Int, _ object: consuming StoredObject?, _ cursor: DirectoryCursor, _ outcome: inout Outcome
    ) throws(SystemError) {
        let path = index.pathRange(entry)
        let bytes = index.bytes.span
        let start = try cursor.enter(directoryOf: bytes.extracting(path))
        // The zero byte after the path ends the name.
        let name = bytes.extracting(path.lowerBound + start..<path.upperBound + 1)
        guard let object else {
            return try TreeFile.makeDirectory(in: cursor.descriptor, name)
        }
        let time = keepsTimes && index.isFilled(entry) ? index.modified(entry) : nil
        let status = try object.withBytes { (content) throws(SystemError) in
            try index.mode(entry) == FileMode.symlink.octal
                ? symlink(name, cursor.descriptor, content, time)
                : file(entry, name, cursor.descriptor, content, time, &outcome)
        }
        outcome.bytes += UInt64(status.size)
        outcome.filled.append((entry, status))
    }

    private func symlink(
        _ name: Span<UInt8>, _ directory: Int32, _ target: Span<UInt8>, _ time: Int64?
    ) throws(SystemError) -> FileStatus {
        var target = target.indices.map { target[$0] }
        target.append(0)
        try TreeFile.createSymlink(in: directory, name, to: target.span)
        if let time { try TreeFile.setModified(time, ofSymlink: name, in: directory) }
        return try TreeFile.status(in: directory, name)
    }

    private func file(
        _ entry: Int, _ name: Span<UInt8>, _ directory: Int32, _ content: Span<UInt8>, _ time: Int64?,
        _ outcome: inout Outcome
    ) throws(SystemError) -> FileStatus {
        let isExecutable = index.mode(entry) == FileMode.executable.octal
        let file = try TreeFile.create(in: directory, name, executable: isExecutable)
        var filtered: [UInt8]?
        if let filter = index.filters[entry] {
            switch filter.apply(to: content, of: index.id(entry)) {
            case .unchanged: break
            case .changed(let bytes): filtered = bytes
            case .notEncoded(let bytes, let error):
                filtered = bytes
                outcome.warnings.append("\(index.pathText(entry)): \(error)")
            }
        }
        if let filtered { try file.writeAll(filtered.span) } else { try file.writeAll(content) }
        // Whoever edits the file right afterwards must leave another time in it.
        if let time = time ?? (hasPreciseTimes ? nil : Timestamp.now().nanosecondsSince1970) {
            try TreeFile.setModified(time, of: file)
        }
        return try file.status()
    }
}
