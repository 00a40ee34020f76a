internal import CLibgit2
internal import GitFiles
internal import GitObjects

/// Writes a pack in which similar objects are stored as differences, with libgit2's pack builder.
enum DeltaPacker {
    static func write(_ plan: CopyPlan, from source: ObjectStore, to indexer: inout PackIndexer) throws(GitError) {
        let operation = "search for similar objects"
        // The builder wants a repository and reads nothing of it but the objects.
        let repository = try unsafe owned(operation) { unsafe git_repository_wrap_odb($0, source.database) }
        defer { unsafe git_repository_free(repository) }
        let builder = try unsafe owned(operation) { unsafe git_packbuilder_new($0, repository) }
        defer { unsafe git_packbuilder_free(builder) }
        // More threads would each hold a window of objects in memory.
        unsafe git_packbuilder_set_threads(builder, 1)
        for list in plan.lists {
            for id in list {
                var raw = id.raw
                try check(unsafe git_packbuilder_insert(builder, &raw, nil), operation)
            }
        }
        try unsafe stream(builder, operation, to: &indexer)
    }

    private static func stream(
        _ builder: OpaquePointer, _ operation: String, to indexer: inout PackIndexer
    ) throws(GitError) {
        let (status, failure) = unsafe withUnsafeMutablePointer(to: &indexer) { indexer in
            var target = unsafe Target(indexer: indexer)
            let status = unsafe withUnsafeMutablePointer(to: &target) { payload in
                unsafe git_packbuilder_foreach(builder, takeBlock, payload)
            }
            return unsafe (status, target.failure)
        }
        if let failure {
            git_error_clear()
            throw failure
        }
        try check(status, operation)
    }
}

/// Where the builder's bytes go, and what went wrong there.
@unsafe private struct Target {
    let indexer: UnsafeMutablePointer<PackIndexer>
    var failure: GitError?
}

private func takeBlock(_ bytes: UnsafeMutableRawPointer?, _ count: Int, _ payload: UnsafeMutableRawPointer?) -> Int32 {
    guard let target = unsafe payload?.assumingMemoryBound(to: Target.self) else { return GIT_EUSER.rawValue }
    let block = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
    do throws(GitError) {
        try unsafe target.pointee.indexer.pointee.append(block.bindMemory(to: UInt8.self).span)
        return 0
    } catch {
        unsafe target.pointee.failure = error
        return GIT_EUSER.rawValue
    }
}
