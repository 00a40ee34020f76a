internal import Assembly
internal import Deployment
internal import GitFiles
internal import GitObjects
internal import GitProtocol
internal import Layout
internal import Options
internal import Posix
internal import Releases
internal import Remote
internal import Signatures
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

    func expectChange() {
        workspace.work()
        workspace.jobs.start()
    }

    func resolve(_ limit: Deadline) throws(Failure) -> RemoteReference {
        workspace.work()
        return try port {
            let found = try remote.resolve(query, limit)
            resolved = found
            return RemoteReference(id: found.id, commit: found.commit, name: found.shownName)
        }
    }

    func fetch(
        _ reference: RemoteReference, isStoreTrusted: Bool, _ limit: Deadline
    ) throws(Failure) -> (CommitInfo, FetchSummary) {
        workspace.work()
        return try workspace.port(about: reference.commit) {
            let found = try wanted(reference)
            var scope = FetchScope(workspace.plan)
            scope.maximumBytes = try workspace.space.mostFetched
            let progress = workspace.progress(.fetch, "objects", "fetching")
            let watch = FetchWatch(workspace.space, progress, "fetch \(found.shownName) from \(remote.url)")
            try workspace.open(limit)
            let result: FetchResult
            do throws(RemoteError) {
                result = try remote.fetch(
                    found, scope, into: workspace.jobs.destination(.root), isComplete: isStoreTrusted, limit, watch.look
                )
            } catch {
                throw error.explained(byLimit: scope.maximumBytes)
            }
            guard let commit = try workspace.describe([result.commit], limit)[0] else {
                throw GitError(
                    code: .notFound, operation: "read commit \(result.commit)", message: "it is not in the object store"
                )
            }
            return (
                CommitInfo(commit: result.commit, reference: reference.name, subject: commit.subject),
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
        return try workspace.port(about: commit) {
            let found = try wanted(reference)
            let chain = try workspace.run(ReadObjects(id: found.id, limit: RemoteSource.mostSigned), limit)
            return "\(try verifier.verify(found, commit: commit, chain, in: workspace.layout.state, limit))"
        }
    }

    /// The most bytes that what is signed may have.
    private static let mostSigned = 16 << 20

    func complete(_ commit: ObjectID, isStoreTrusted: Bool, _ limit: Deadline) throws(Failure) {
        workspace.work()
        try workspace.port(about: commit) {
            let options = try workspace.stagingOptions(for: commit, anew: true)
            var needed = Submodules(
                workspace.plan, options, workspace.layout, workspace.logger, connect: connect)
            needed.progress = { [workspace] in workspace.progress(.fetch, "objects", "fetching") }
            needed.isComplete = isStoreTrusted
            try workspace.open(limit)
            workspace.submodules = try needed.gather(for: commit, workspace.jobs, from: remote, limit)
        }
    }

    func repairStore(_ limit: Deadline) throws(Failure) -> StoreRepair {
        try port {
            try workspace.open(limit)
            let replaced = try workspace.recovery.replaceDamagedStores(deadline: limit)
            if replaced.isEmpty { return .whole }
            return .replaced(submodules: replaced.modules)
        }
    }

    /// The worker process is left to the housekeeping that may follow; it ends before the loop waits.
    func close() { remote.close() }
}
