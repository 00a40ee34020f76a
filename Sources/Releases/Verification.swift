internal import GitStore
internal import Layout
public import Posix

/// How thoroughly a release is looked at.
public enum VerificationDepth: Sendable {
    /// Each file's size, time, inode and permissions are compared with the record.
    case quick
    /// As `quick`, and every directory is searched for what does not belong there.
    case additions
    /// Every byte is compared with what the commit says, and additions are searched; the record is not trusted.
    case full
}

extension Stager {
    /// Finds out where a release is not as it was made; empty means that it is.
    ///
    /// What a command has changed before publishing, as `acceptChanges` noted it, is no difference.
    public func verify(
        _ release: Release, _ depth: VerificationDepth, deadline: Deadline
    ) throws(ReleaseError) -> [Difference] {
        let worktree = Worktree(layout: layout)
        let (record, prepared, pointer) = try system { () throws(SystemError) in
            (
                try worktree.index(of: release.commit), try worktree.preparedIndex(of: release.commit),
                try worktree.commit(ofReleaseAt: layout.place(of: release))
            )
        }
        guard let record, pointer == release.commit else { return [Difference(kind: .unproven, path: [])] }
        let index = depth == .full ? try expectedIndex(release, record, deadline) : record
        let directory = try system { () throws(SystemError) in try layout.open(release) }
        let verification = Verification(
            index: index, prepared: prepared, directory: directory.number,
            objects: depth == .full ? objects.path : nil)
        var differences = try verification.files(threads: options.usedThreads, deadline)
        // A command may add what it likes.
        if depth != .quick, prepared == nil { differences += try verification.additions(deadline) }
        differences += try verifySubmodules(of: release, depth, deadline)
        return differences
    }

    /// Notes what a command has changed in a release, so that it is not mistaken for an edit from now on.
    ///
    /// The changed files remain the release's own: none of them is ever shared with another.
    public func acceptChanges(in release: Release, deadline: Deadline) throws(ReleaseError) {
        let worktree = Worktree(layout: layout)
        let record = try system { () throws(SystemError) in try worktree.index(of: release.commit) }
        guard let record else {
            throw .refused(operation: "note the changes in \(release.path)", reason: "its record is damaged")
        }
        let directory = try system { () throws(SystemError) in try layout.open(release) }
        let verification = Verification(index: record, prepared: nil, directory: directory.number, objects: nil)
        let changed = try verification.files(threads: options.usedThreads, deadline)
        try system { () throws(SystemError) in
            try worktree.writePrepared(try verification.present(changed.map(\.path)), of: release.commit)
        }
        try acceptChangesInSubmodules(of: release, deadline)
    }

    /// The index that the commit says there should be, made without the record.
    private func expectedIndex(
        _ release: Release, _ record: ReleaseIndex, _ deadline: Deadline
    ) throws(ReleaseError) -> ReleaseIndex {
        let tree = try store { () throws(GitError) in try objects.commit(release.commit).tree }
        let origin = IndexOrigin(tree: tree, settings: options.fingerprint, permissions: record.origin.permissions)
        return try TreeMerge.index(objects: objects, old: nil, origin: origin, options: options, deadline: deadline)
    }
}

/// Compares the files of a release with its index.
struct Verification: Sendable {
    let index: ReleaseIndex
    /// What a command has changed before publishing.
    let prepared: ReleaseIndex?
    /// The release's directory, open.
    let directory: Int32
    /// The store to compare every byte with; nil to compare with the index alone.
    let objects: String?

    /// Where files are missing or changed.
    func files(threads: Int, _ deadline: Deadline) throws(ReleaseError) -> [Difference] {
        let threads = max(1, min(threads, index.count / 1000))
        let queue = WorkQueue(index.count, threads: threads, operation: "verify a release", deadline: deadline)
        let found = try queue.onThreads(threads) { () throws(ReleaseError) in try check(queue) }
        return found.flatMap { $0 }.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    private func check(_ queue: WorkQueue) throws(ReleaseError) -> [Difference] {
        let objects = try openObjects()
        let cursor = DirectoryCursor(root: directory, creates: false)
        var reader = TreeReader()
        var found: [Difference] = []
        while let entries = try system({ () throws(SystemError) in try queue.take() }) {
            for entry in entries where !index.isSkipped(entry) {
                if let kind = try difference(entry, cursor, objects, &reader) {
                    found.append(Difference(kind: kind, path: Array(index.bytes[index.pathRange(entry)])))
                }
            }
        }
        return found
    }

    private func openObjects() throws(ReleaseError) -> ObjectStore? {
        guard let objects else { return nil }
        return try store { () throws(GitError) in try ObjectStore.openExisting(objects) }
    }

    func difference(
        _ entry: Int, _ cursor: DirectoryCursor, _ objects: ObjectStore?, _ reader: inout TreeReader
    ) throws(ReleaseError) -> Difference.Kind? {
        let path = index.pathRange(entry)
        let bytes = index.bytes.span
        do throws(SystemError) {
            let start = try cursor.enter(directoryOf: bytes.extracting(path))
            let name = bytes.extracting(path.lowerBound + start..<path.upperBound + 1)
            let status = try TreeFile.status(in: cursor.descriptor, name)
            if index.mode(entry) == FileMode.submodule.octal { return status.kind == .directory ? nil : .changed }
            if objects == nil, index.matches(entry, status) || isPrepared(entry, status) { return nil }
            guard let objects, index.origin.permissions.agree(status, with: index.mode(entry)) else {
                return isPrepared(entry, status) ? nil : .changed
            }
            if try hasContent(entry, name, cursor.descriptor, objects, &reader) { return nil }
            return isPrepared(entry, status) ? nil : .changed
        } catch {
            guard error.isAbsence else { throw .system(error) }
            return isPrepared(entry, nil) ? nil : .missing
        }
    }

    /// Whether a command left the file like this; nil where it is gone.
    private func isPrepared(_ entry: Int, _ status: FileStatus?) -> Bool {
        guard let prepared, let noted = prepared.entry(at: Array(index.bytes[index.pathRange(entry)])) else {
            return false
        }
        guard let status else { return !prepared.isFilled(noted) }
        return prepared.isFilled(noted) && prepared.isSame(noted, status)
    }

    private func hasContent(
        _ entry: Int, _ name: Span<UInt8>, _ directory: Int32, _ objects: ObjectStore, _ reader: inout TreeReader
    ) throws(SystemError) -> Bool {
        let object: StoredObject
        do throws(GitError) {
            object = try objects.read(index.id(entry))
        } catch {
            throw SystemError(code: error.cause?.code ?? 5, operation: "read what \(index.pathText(entry)) should be")
        }
        if index.mode(entry) == FileMode.symlink.octal {
            let target = try TreeFile.target(ofSymlink: name, in: directory)
            return object.withBytes { areEqual(target.span, $0) }
        }
        let file = try TreeFile.open(in: directory, name)
        let filter = index.filters[entry] ?? .identity
        let id = index.id(entry)
        return try object.withBytes { (content) throws(SystemError) in
            switch filter.apply(to: content, of: id) {
            case .changed(let bytes), .notEncoded(.some(let bytes), _):
                try reader.rest(of: file, equals: bytes.span)
            case .unchanged, .notEncoded(nil, _): try reader.rest(of: file, equals: content)
            }
        }
    }

    /// Whether any file is as it was written.
    func holdsAnyFile() throws(SystemError) -> Bool {
        let cursor = DirectoryCursor(root: directory, creates: false)
        let bytes = index.bytes.span
        for entry in 0..<index.count where !index.isSkipped(entry) {
            let path = index.pathRange(entry)
            do throws(SystemError) {
                let start = try cursor.enter(directoryOf: bytes.extracting(path))
                let name = bytes.extracting(path.lowerBound + start..<path.upperBound + 1)
                if index.matches(entry, try TreeFile.status(in: cursor.descriptor, name)) { return true }
            } catch  where error.isAbsence {
                continue
            }
        }
        return false
    }

    /// What lies in the release and is not in the index.
    func additions(_ deadline: Deadline) throws(ReleaseError) -> [Difference] {
        try system { () throws(SystemError) in
            var found: [Difference] = []
            let cursor = DirectoryCursor(root: directory, creates: false)
            var waiting: [[UInt8]] = [[]]
            while let prefix = waiting.popLast() {
                try deadline.check("verify a release")
                _ = try cursor.enter(directoryOf: prefix.span)
                for entry in try cursor.entries() {
                    let path = prefix + entry.name
                    if prefix.isEmpty, entry.name == Array(".git".utf8) { continue }
                    let inside = path + [UInt8(ascii: "/")]
                    let first = index.firstEntry(from: inside.span)
                    if first < index.count, index.bytes[index.pathRange(first)].starts(with: inside) {
                        // Something that took a directory's place has been found missing what is below.
                        if entry.kind ?? .directory == .directory { waiting.append(inside) }
                    } else if index.entry(at: path).map({ index.isSkipped($0) }) ?? true {
                        found.append(Difference(kind: .added, path: path))
                    }
                }
            }
            return found.sorted { $0.path.lexicographicallyPrecedes($1.path) }
        }
    }

    /// An index of these paths alone, holding what each file is like now; a file that is gone stays unfilled.
    func present(_ paths: [[UInt8]]) throws(SystemError) -> ReleaseIndex {
        var result = ReleaseIndex(origin: index.origin)
        let cursor = DirectoryCursor(root: directory, creates: false)
        for path in paths {
            guard let entry = index.entry(at: path) else { continue }
            try result.append(path: path, mode: .file, id: index.id(entry), isSkipped: false, filter: .identity)
            do throws(SystemError) {
                let start = try cursor.enter(directoryOf: path.span)
                let name = Array(path[start...]) + [0]
                result.fill(result.count - 1, try TreeFile.status(in: cursor.descriptor, name.span))
            } catch  where error.isAbsence {
                continue
            }
        }
        return result
    }
}

extension SystemError {
    /// The file is not there, or something else than a directory is in its path.
    fileprivate var isAbsence: Bool { isNotFound || isNotDirectory }
}
