package import GitObjects
package import Layout
package import Posix

/// How thoroughly a release is looked at.
public enum VerificationDepth: Sendable, CaseIterable {
    /// Each file's size, time, inode and permissions are compared with the record.
    case quick
    /// As `quick`, and every directory is searched for what does not belong there.
    case additions
    /// Every byte is compared with what the commit says, and additions are searched; the record is not trusted.
    case full
}

/// Reads the content of objects, to compare files with it.
package protocol ContentReader: AnyObject {
    /// Lends an object's bytes.
    func withContent<Result>(
        of id: ObjectID, _ body: (Span<UInt8>) throws(SystemError) -> Result
    ) throws(SystemError) -> Result
}

/// What a release should hold by its commit: the index, and how to open what its files' content is read from.
///
/// Each thread opens its own.
package struct ExpectedContent: Sendable {
    package let index: ReleaseIndex
    package let open: @Sendable () throws(ReleaseError) -> any ContentReader

    package init(index: ReleaseIndex, open: @escaping @Sendable () throws(ReleaseError) -> any ContentReader) {
        self.index = index
        self.open = open
    }
}

/// Finds out where a release is not as it was made.
package struct ReleaseVerifier {
    let layout: ReleaseLayout
    let threads: Int
    /// What the commit of the release, or of one of its submodules, says should be there; nil where only the record can
    /// be asked.
    let expect: ((Release, SubmoduleCheckout?, ReleaseIndex) throws(ReleaseError) -> ExpectedContent)?

    /// A verifier that goes by the records alone.
    package init(layout: ReleaseLayout, threads: Int = 1) {
        self.init(layout: layout, threads: threads, expect: nil)
    }

    /// A verifier that can compare every byte.
    package init(
        layout: ReleaseLayout, threads: Int,
        expect: ((Release, SubmoduleCheckout?, ReleaseIndex) throws(ReleaseError) -> ExpectedContent)?
    ) {
        self.layout = layout
        self.threads = threads
        self.expect = expect
    }

    /// Finds out where a release is not as it was made; empty means that it is.
    ///
    /// What a command has changed before publishing, as `acceptChanges` noted it, is no difference.
    package func verify(
        _ release: Release, _ depth: VerificationDepth, deadline: Deadline
    ) throws(ReleaseError) -> [Difference] {
        let worktree = Worktree(layout: layout)
        let (record, prepared, pointer, generated) = try system { () throws(SystemError) in
            (
                try worktree.index(of: release.commit), try worktree.preparedIndex(of: release.commit),
                try worktree.commit(ofReleaseAt: layout.place(of: release)),
                try worktree.generatedPath(of: release.commit)
            )
        }
        guard let record, pointer == release.commit else { return [Difference(kind: .unproven, path: [])] }
        let expected = try expected(release, nil, record, depth)
        let directory = try system { () throws(SystemError) in try layout.open(release) }
        let verification = Verification(
            index: expected?.index ?? record, prepared: prepared, directory: directory.number, open: expected?.open)
        var differences = try verification.files(threads: threads, deadline)
        // A command may add what it likes.
        if depth != .quick, prepared == nil {
            differences += try verification.additions(deadline).filter { !isGenerated($0.path, generated) }
        }
        differences += try verifySubmodules(of: release, depth, deadline)
        return differences
    }

    func expected(
        _ release: Release, _ submodule: SubmoduleCheckout?, _ record: ReleaseIndex, _ depth: VerificationDepth
    ) throws(ReleaseError) -> ExpectedContent? {
        guard depth == .full else { return nil }
        guard let expect else {
            throw .refused(operation: "verify every byte of \(release.path)", reason: "no object store is at hand")
        }
        return try expect(release, submodule, record)
    }

    /// Notes what a command has changed in a release, so that it is not mistaken for an edit from now on.
    ///
    /// The changed files remain the release's own: none of them is ever shared with another.
    package func acceptChanges(in release: Release, deadline: Deadline) throws(ReleaseError) {
        let worktree = Worktree(layout: layout)
        let record = try system { () throws(SystemError) in try worktree.index(of: release.commit) }
        guard let record else {
            throw .refused(operation: "note the changes in \(release.path)", reason: "its record is damaged")
        }
        let directory = try system { () throws(SystemError) in try layout.open(release) }
        let verification = Verification(index: record, prepared: nil, directory: directory.number, open: nil)
        let changed = try verification.files(threads: threads, deadline)
        try system { () throws(SystemError) in
            try worktree.writePrepared(try verification.present(changed.map(\.path)), of: release.commit)
        }
        try acceptChangesInSubmodules(of: release, deadline)
    }
}

/// Compares the files of a release with its index.
package struct Verification: Sendable {
    let index: ReleaseIndex
    /// What a command has changed before publishing.
    let prepared: ReleaseIndex?
    /// The release's directory, open.
    let directory: Int32
    /// Opens what every byte is compared with; nil to compare with the index alone.
    let open: (@Sendable () throws(ReleaseError) -> any ContentReader)?

    /// A comparison with an index, or with every byte where `open` says with which.
    package init(
        index: ReleaseIndex, prepared: ReleaseIndex?, directory: Int32,
        open: (@Sendable () throws(ReleaseError) -> any ContentReader)?
    ) {
        self.index = index
        self.prepared = prepared
        self.directory = directory
        self.open = open
    }

    /// Where files are missing or changed.
    package func files(threads: Int, _ deadline: Deadline) throws(ReleaseError) -> [Difference] {
        let threads = max(1, min(threads, index.count / 1000))
        let queue = WorkQueue(index.count, threads: threads, operation: "verify a release", deadline: deadline)
        let found = try queue.onThreads(threads) { () throws(ReleaseError) in try check(queue) }
        return found.flatMap { $0 }.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    private func check(_ queue: WorkQueue) throws(ReleaseError) -> [Difference] {
        let objects = try open?()
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

    func difference(
        _ entry: Int, _ cursor: DirectoryCursor, _ objects: (any ContentReader)?, _ reader: inout TreeReader
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
        _ entry: Int, _ name: Span<UInt8>, _ directory: Int32, _ objects: any ContentReader, _ reader: inout TreeReader
    ) throws(SystemError) -> Bool {
        let id = index.id(entry)
        if index.mode(entry) == FileMode.symlink.octal {
            let target = try TreeFile.target(ofSymlink: name, in: directory)
            return try content(entry, objects) { (content) throws(SystemError) in areEqual(target.span, content) }
        }
        let file = try TreeFile.open(in: directory, name)
        let filter = index.filters[entry] ?? .identity
        return try content(entry, objects) { (content) throws(SystemError) in
            switch filter.apply(to: content, of: id) {
            case .changed(let bytes), .notEncoded(.some(let bytes), _):
                try reader.rest(of: file, equals: bytes.span)
            case .unchanged, .notEncoded(nil, _): try reader.rest(of: file, equals: content)
            }
        }
    }

    private func content(
        _ entry: Int, _ objects: any ContentReader, _ body: (Span<UInt8>) throws(SystemError) -> Bool
    ) throws(SystemError) -> Bool {
        do throws(SystemError) {
            return try objects.withContent(of: index.id(entry), body)
        } catch  where error.operation.isEmpty {
            throw SystemError(code: error.code, operation: "read what \(index.pathText(entry)) should be")
        }
    }

    /// Whether any file is as it was written.
    package func holdsAnyFile() throws(SystemError) -> Bool {
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
    package func additions(_ deadline: Deadline) throws(ReleaseError) -> [Difference] {
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
