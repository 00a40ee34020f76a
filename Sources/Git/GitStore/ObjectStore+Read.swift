internal import CLibgit2
public import GitFiles
public import GitObjects

extension ObjectStore {
    /// Whether the object is here; when it is not, looks once more for packs that came lately.
    public func contains(_ id: ObjectID) -> Bool {
        var raw = id.raw
        return unsafe git_odb_exists(database, &raw) == 1
    }

    /// Whether the object is in the packs that this handle has already seen; for asking about many that are not here.
    public func containsKnown(_ id: ObjectID) -> Bool {
        var raw = id.raw
        return unsafe git_odb_exists_ext(database, &raw, GIT_ODB_LOOKUP_NO_REFRESH.rawValue) == 1
    }

    /// The kind of an object, from its header alone.
    public func kind(of id: ObjectID) throws(GitError) -> ObjectKind {
        let operation = "read object \(id)"
        guard let kind = ObjectKind(try header(of: id).kind) else {
            throw .malformed(operation, "it is of no known kind")
        }
        return kind
    }

    /// The number of bytes in an object, from its header alone.
    public func size(of id: ObjectID) throws(GitError) -> UInt64 {
        UInt64(try header(of: id).size)
    }

    private func header(of id: ObjectID) throws(GitError) -> (size: Int, kind: git_object_t) {
        var (size, kind, raw) = (0, GIT_OBJECT_INVALID, id.raw)
        try check(unsafe git_odb_read_header(&size, &kind, database, &raw), "read object \(id)")
        return (size, kind)
    }

    /// Reads an object; its bytes live as long as the value that is returned.
    public func read(_ id: ObjectID) throws(GitError) -> StoredObject {
        var raw = id.raw
        let object = unsafe try owned("read object \(id)") { unsafe git_odb_read($0, database, &raw) }
        return unsafe try StoredObject(taking: object, operation: "read object \(id)")
    }

    /// Shows an object's bytes to a closure, without copying them.
    public func withObject<Result: ~Copyable>(
        _ id: ObjectID, _ body: (ObjectKind, Span<UInt8>) throws(GitError) -> Result
    ) throws(GitError) -> Result {
        let object = try read(id)
        let kind = object.kind
        return try object.withBytes { (bytes) throws(GitError) in try body(kind, bytes) }
    }

    /// Reads a commit.
    public func commit(_ id: ObjectID) throws(GitError) -> Commit {
        try withBytes(of: id, as: .commit) { (bytes) throws(GitError) in
            try wellFormed { () throws(MalformedObject) in try Commit(id: id, bytes: bytes) }
        }
    }

    /// Reads all entries of a tree.
    public func tree(_ id: ObjectID) throws(GitError) -> [TreeEntry] {
        var entries: [TreeEntry] = []
        try forEachEntry(ofTree: id) { name, mode, id in
            entries.append(TreeEntry(name: copy(name), mode: mode, id: id))
        }
        return entries
    }

    /// Shows each entry of a tree to a closure; nothing is allocated for an entry.
    ///
    /// - Throws: `damaged` when the object is no proper tree, after the entries before the fault were shown.
    public func forEachEntry(
        ofTree id: ObjectID, _ body: (_ name: Span<UInt8>, _ mode: FileMode, _ id: ObjectID) throws(GitError) -> Void
    ) throws(GitError) {
        try withBytes(of: id, as: .tree) { (bytes) throws(GitError) in
            var cursor = TreeCursor()
            while try cursor.next(in: bytes) {
                try body(bytes.extracting(cursor.name), cursor.mode, cursor.id)
            }
        }
    }

    /// Follows annotated tags to the commit that they mean; a commit means itself.
    ///
    /// - Throws: `wrongKind` when there is a tree or a blob at the end.
    public func peel(_ id: ObjectID) throws(GitError) -> ObjectID {
        var current = id
        while true {
            // A name is the hash of its content, so that tags cannot form a circle.
            let object = try read(current)
            switch object.kind {
            case .commit: return current
            case .tag: current = try object.withBytes { (bytes) throws(GitError) in try target(ofTag: current, bytes) }
            case .tree, .blob:
                throw GitError(
                    code: .wrongKind, operation: "find the commit of \(id)",
                    message: "it is a \(object.kind.name), not a commit")
            }
        }
    }

    func withBytes<Result>(
        of id: ObjectID, as kind: ObjectKind, _ body: (Span<UInt8>) throws(GitError) -> Result
    ) throws(GitError) -> Result {
        let object = try read(id)
        guard object.kind == kind else {
            throw GitError(
                code: .wrongKind, operation: "read \(kind.name) \(id)", message: "it is a \(object.kind.name)")
        }
        return try object.withBytes(body)
    }
}

/// The object that an annotated tag names.
func target(ofTag tag: ObjectID, _ bytes: Span<UInt8>) throws(GitError) -> ObjectID {
    try wellFormed { () throws(MalformedObject) in try tagTarget(tag, bytes) }
}
