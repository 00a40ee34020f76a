internal import CLibgit2
internal import GitFiles
public import GitObjects

/// One object in memory, as libgit2 read it; freed when this value goes.
@safe public struct StoredObject: ~Copyable {
    /// The kind of object.
    public let kind: ObjectKind
    private let raw: OpaquePointer

    init(taking raw: OpaquePointer, operation: String) throws(GitError) {
        guard let kind = unsafe ObjectKind(git_odb_object_type(raw)) else {
            unsafe git_odb_object_free(raw)
            throw .malformed(operation, "it is of no known kind")
        }
        self.kind = kind
        unsafe self.raw = raw
    }

    deinit {
        unsafe git_odb_object_free(raw)
    }

    /// The number of bytes.
    public var count: Int { unsafe git_odb_object_size(raw) }

    /// Shows the bytes, without copying them; the span must not leave the closure.
    public borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = unsafe UnsafeRawBufferPointer(start: git_odb_object_data(raw), count: count)
        return try unsafe body(bytes.bindMemory(to: UInt8.self).span)
    }
}
