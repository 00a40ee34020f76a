internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Layout
package import Posix
package import Releases

extension Stager {
    /// Finds out where a release is not as it was made; empty means that it is.
    package func verify(
        _ release: Release, _ depth: VerificationDepth, deadline: Deadline
    ) throws(ReleaseError) -> [Difference] {
        try verifier(deadline).verify(release, depth, deadline: deadline)
    }

    /// Notes what a command has changed in a release, so that it is not mistaken for an edit from now on.
    package func acceptChanges(in release: Release, deadline: Deadline) throws(ReleaseError) {
        try verifier(deadline).acceptChanges(in: release, deadline: deadline)
    }

    private func verifier(_ deadline: Deadline) -> ReleaseVerifier {
        ReleaseVerifier(layout: layout, threads: options.usedThreads) {
            (release, submodule, record) throws(ReleaseError) in
            try self.expected(release, submodule, record.origin.permissions, deadline)
        }
    }

    /// How a release, or a submodule that it holds, is made.
    func options(for submodule: SubmoduleCheckout?) -> StagingOptions {
        var options = options
        // Sparse rules speak of the paths of the release's own commit.
        if submodule != nil { options.sparsePatterns = nil }
        return options
    }

    /// The store that a release, or a submodule that it holds, comes from.
    func objects(of submodule: SubmoduleCheckout?) throws(ReleaseError) -> ObjectStore {
        guard let submodule else { return objects }
        return try store { () throws(GitError) in
            try ObjectStore.openExisting(layout.moduleStore(submodule.location))
        }
    }

    /// The index that the commit says there should be, made without the record.
    func expected(
        _ release: Release, _ submodule: SubmoduleCheckout?, _ permissions: Permissions, _ deadline: Deadline
    ) throws(ReleaseError) -> ExpectedContent {
        let options = options(for: submodule)
        let source = try objects(of: submodule)
        let commit = submodule?.commit ?? release.commit
        let tree = try store { () throws(GitError) in try source.commit(commit).tree }
        let origin = IndexOrigin(tree: tree, settings: options.fingerprint, permissions: permissions)
        let index = try TreeMerge.index(
            objects: source, old: nil, origin: origin, options: options, deadline: deadline)
        let path = source.path
        return ExpectedContent(index: index) { () throws(ReleaseError) in
            // Handles of libgit2 belong to one thread.
            StoreReader(try store { () throws(GitError) in try ObjectStore.openExisting(path) })
        }
    }
}

/// Reads content from an object store.
private final class StoreReader: ContentReader {
    private let objects: ObjectStore

    init(_ objects: ObjectStore) {
        self.objects = objects
    }

    func withContent<Result>(
        of id: ObjectID, _ body: (Span<UInt8>) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        let object: StoredObject
        do throws(GitError) {
            object = try objects.read(id)
        } catch {
            // Whoever asks knows the file, and says so.
            throw SystemError(code: error.cause?.code ?? 5, operation: "")
        }
        return try object.withBytes(body)
    }
}
