internal import CGitShims
internal import CLibgit2
public import GitFiles
public import GitObjects
public import Posix

extension ObjectStore {
    /// Begins to take in a pack; its objects can be seen once `finish` has returned.
    ///
    /// `progress` is called often (every few hundred objects) and may throw to end the work. The store must not be
    /// used from another thread meanwhile.
    public func indexPack(
        limits: PackLimits = PackLimits(), deadline: Deadline? = nil,
        progress: ((PackProgress) throws(GitError) -> Void)? = nil
    ) throws(GitError) -> PackIndexer {
        try PackIndexer(store: self, limits: limits, watch: IndexerWatch(deadline: deadline, progress: progress))
    }
}

/// Takes in a stream of pack bytes, checks and indexes it, and adds it to the store when it is whole.
///
/// It writes to a temporary file in `objects/pack`, which goes away when the indexer does without having finished.
/// Deltas whose base is not in the pack (a thin pack) are completed from the store. Pack files get the mode 0444 less
/// the umask, as git's own: nobody edits a pack, and whoever may read the volume may read its history.
@safe public struct PackIndexer: ~Copyable {
    private let raw: OpaquePointer
    private let store: ObjectStore
    private let limits: PackLimits
    // The C library keeps a pointer to the watch; this reference keeps it alive for as long as that.
    private let watch: IndexerWatch
    private var statistics = git_indexer_progress()
    private var received: UInt64 = 0
    private var head: [UInt8] = []

    init(store: ObjectStore, limits: PackLimits, watch: IndexerWatch) throws(GitError) {
        self.store = store
        self.limits = limits
        self.watch = watch
        let operation = "begin a pack in \(store.path)"
        // It was looked at when it was opened; that may be long ago.
        try RepositoryFormat.checkKinds(store.path)
        var options = unsafe git_indexer_options()
        try check(
            unsafe git_indexer_options_init(&options, UInt32(GIT_INDEXER_OPTIONS_VERSION)), operation)
        unsafe options.progress_cb = indexerProgress
        unsafe options.progress_cb_payload = Unmanaged.passUnretained(watch).toOpaque()
        unsafe raw = try owned(operation) {
            unsafe git_indexer_new($0, store.path + "/objects/pack", 0, store.database, &options)
        }
    }

    deinit {
        unsafe git_indexer_free(raw)
    }

    /// How far it has come.
    public var progress: PackProgress { PackProgress(statistics, bytes: received) }

    /// Takes the next bytes of the pack.
    ///
    /// - Throws: `limitExceeded`, what `progress` threw, a passed deadline, or what is wrong with the pack. After that
    ///   the indexer is of no use any more.
    public mutating func append(_ bytes: Span<UInt8>) throws(GitError) {
        guard received + UInt64(bytes.count) <= limits.maximumBytes else {
            throw GitError(
                code: .limitExceeded, operation: operation,
                message: "it has more than the \(limits.maximumBytes) bytes that are allowed")
        }
        try keepHead(bytes)
        watch.received = received
        // libgit2 writes through a memory map, having made sure that there is room on the disk for the last byte only.
        // With more than one page at once a full disk would end the process with SIGBUS instead of an error.
        var start = 0
        while start < bytes.count {
            let end = min(start + PackIndexer.safeLength, bytes.count)
            let status = unsafe bytes.extracting(start..<end).withUnsafeBufferPointer { slice in
                withLimitedMemory { unsafe git_indexer_append(raw, slice.baseAddress, slice.count, &statistics) }
            }
            try watch.check(status, operation)
            start = end
        }
        received += UInt64(bytes.count)
        try watch.checkDeadline(operation)
    }

    /// Ends the pack: checks its hash, resolves what is left, and shows its objects in the store.
    public consuming func finish() throws(GitError) -> IndexedPack {
        if head.count >= 12, announcedObjects == 0 { return try finishEmpty() }
        try watch.check(withLimitedMemory { unsafe git_indexer_commit(raw, &statistics) }, operation)
        let name = unsafe String(cString: git_indexer_name(raw))
        if try store.filter != .none { try store.markPromised("pack-\(name)") }
        try store.refresh()
        return IndexedPack(name: "pack-\(name)", progress: progress)
    }

    /// A pack without objects would only be a file more to search.
    private func finishEmpty() throws(GitError) -> IndexedPack {
        // Its hash is always the same, that of the twelve bytes `PACK`, version 2 and zero.
        let hash = ObjectID("029d08823bd8a8eab510ad6ac75c823cfd3ed31e")
        guard received == UInt64(head.count), ObjectID(bytes: head.span.extracting(droppingFirst: 12)) == hash else {
            throw GitError(
                code: .unspecified, category: .indexer, operation: operation, message: "packfile trailer mismatch")
        }
        return IndexedPack(name: nil, progress: progress)
    }

    /// Looks at the pack's header before libgit2 reserves memory by what it says.
    private mutating func keepHead(_ bytes: Span<UInt8>) throws(GitError) {
        let before = head.count
        guard before < 32 else { return }
        let fresh = bytes.extracting(first: min(32 - before, bytes.count))
        for index in fresh.indices { head.append(fresh[index]) }
        guard before < 12, head.count >= 12 else { return }
        guard announcedObjects <= limits.maximumObjects else {
            throw GitError(
                code: .limitExceeded, operation: operation,
                message: "it announces \(announcedObjects) objects; \(limits.maximumObjects) are allowed")
        }
    }

    private var announcedObjects: UInt32 {
        head[8..<12].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private var operation: String { "index the pack" }

    /// Less than a page, so that the very first bytes are safe too.
    private static let safeLength = 4095
}

/// Runs a step of the indexer so that no single object can take all of our memory.
///
/// Whole objects pass through it in pieces. Only the bases and the results of deltas are held, and git makes no deltas
/// of objects above 512 MiB (`core.bigFileThreshold`).
private func withLimitedMemory(_ step: () -> Int32) -> Int32 {
    let before = shim_git_limit_allocations(513 << 20)
    defer { shim_git_limit_allocations(before) }
    return step()
}

/// What the indexer's callback needs while it runs inside libgit2.
final class IndexerWatch {
    var received: UInt64 = 0
    private let deadline: Deadline?
    private let progress: ((PackProgress) throws(GitError) -> Void)?
    private var calls = 0
    private var failure: GitError?

    init(deadline: Deadline?, progress: ((PackProgress) throws(GitError) -> Void)?) {
        self.deadline = deadline
        self.progress = progress
    }

    /// Called for every object; false when the work must end.
    func mayContinue(_ statistics: git_indexer_progress) -> Bool {
        calls += 1
        guard calls & 255 == 0 else { return true }
        do throws(GitError) {
            try checkDeadline("index the pack")
            if let progress { try progress(PackProgress(statistics, bytes: received)) }
            return true
        } catch {
            failure = error
            return false
        }
    }

    func checkDeadline(_ operation: String) throws(GitError) {
        guard let deadline else { return }
        try onDisk { () throws(SystemError) in try deadline.check(operation) }
    }

    /// As the plain `check`, but what the callback threw goes before libgit2's words about it.
    func check(_ status: Int32, _ operation: String) throws(GitError) {
        if let failure {
            git_error_clear()
            throw failure
        }
        try GitStore.check(status, operation)
    }
}

private func indexerProgress(
    _ statistics: UnsafePointer<git_indexer_progress>?, _ payload: UnsafeMutableRawPointer?
) -> Int32 {
    guard let statistics = unsafe statistics, let payload = unsafe payload else { return 0 }
    let watch = unsafe Unmanaged<IndexerWatch>.fromOpaque(payload).takeUnretainedValue()
    return unsafe watch.mayContinue(statistics.pointee) ? 0 : GIT_EUSER.rawValue
}
