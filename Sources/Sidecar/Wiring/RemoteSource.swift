internal import Deployment
internal import GitProtocol
internal import GitStore
internal import Options
internal import Posix
internal import Releases
internal import Remote
internal import Telemetry

/// The remote repository and our store of its objects, as a deployment uses them.
final class RemoteSource: Source {
    private let workspace: Workspace
    private let remote: RemoteRepository
    private let query: RefQuery
    private let verifier: SignatureVerifier?
    /// Makes a remote of a submodule's address.
    private let connect: (RemoteURL) throws -> RemoteRepository
    // What the remote answered last, for the signature of what a name stands for.
    private var resolved: ResolvedReference?

    init(
        _ workspace: Workspace, _ remote: RemoteRepository, _ query: RefQuery, verifier: SignatureVerifier?,
        connect: @escaping (RemoteURL) throws -> RemoteRepository
    ) {
        self.workspace = workspace
        self.remote = remote
        self.query = query
        self.verifier = verifier
        self.connect = connect
    }

    var fixedCommit: ObjectID? { query.objectID }

    func resolve(_ limit: Deadline) throws(Failure) -> RemoteReference {
        try port {
            let found = try remote.resolve(query, limit)
            resolved = found
            return RemoteReference(id: found.id, commit: found.commit, name: found.shownName)
        }
    }

    func fetch(
        _ reference: RemoteReference, isStoreTrusted: Bool, _ limit: Deadline
    ) throws(Failure) -> (CommitInfo, FetchSummary) {
        try port {
            let found = try wanted(reference)
            var scope = FetchScope(workspace.plan)
            scope.maximumBytes = try workspace.space.mostFetched
            let progress = workspace.progress(.fetch, "objects", "fetching")
            let watch = FetchWatch(workspace.space, progress, "fetch \(found.shownName) from \(remote.url)")
            let store = try workspace.store
            let result: FetchResult
            do throws(RemoteError) {
                result = try remote.fetch(
                    found, scope, into: store, isComplete: isStoreTrusted, limit, watch.look)
            } catch {
                throw error.explained(byLimit: scope.maximumBytes)
            }
            let subject = try workspace.store.commit(result.commit).subject
            return (
                CommitInfo(commit: result.commit, reference: reference.name, subject: subject),
                FetchSummary(
                    commit: result.commit, reference: reference.name, objects: result.objects, bytes: result.bytes)
            )
        }
    }

    /// What the remote said, or a commit that is asked for by its hash.
    private func wanted(_ reference: RemoteReference) throws -> ResolvedReference {
        if let resolved, resolved.id == reference.id { return resolved }
        return try RefQuery("\(reference.id)").resolve(in: ReferenceListing())
    }

    func verify(_ reference: RemoteReference, _ commit: ObjectID, _ limit: Deadline) throws(Failure) -> String? {
        // A failure here is one of the attempt, not of the commit: a key may be added to the trusted ones later.
        guard let verifier else { return nil }
        return try port {
            "\(try verifier.verify(try wanted(reference), commit: commit, in: try workspace.store, limit))"
        }
    }

    func complete(_ commit: ObjectID, isStoreTrusted: Bool, _ limit: Deadline) throws(Failure) {
        try port {
            let options = try workspace.stagingOptions(for: commit, anew: true)
            var needed = Submodules(
                workspace.plan, options, workspace.layout, workspace.logger, connect: connect)
            needed.progress = { [workspace] in workspace.progress(.fetch, "objects", "fetching") }
            needed.isComplete = isStoreTrusted
            workspace.submodules = try needed.gather(for: commit, in: try workspace.store, from: remote, limit)
        }
    }

    func repairStore(_ limit: Deadline) throws(Failure) -> StoreRepair {
        try port {
            let replaced = try workspace.recovery.replaceDamagedStores(try workspace.store, deadline: limit)
            if replaced.isEmpty { return .whole }
            return .replaced(submodules: replaced.modules)
        }
    }

    func close() { remote.close() }
}
