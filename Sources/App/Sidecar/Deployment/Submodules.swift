internal import Assembly
internal import GitFiles
internal import GitObjects
internal import GitProtocol
internal import Layout
internal import Options
internal import Patterns
internal import Posix
internal import Releases
internal import Remote
internal import Telemetry

/// Brings what the release of a commit needs beside the commit itself: what a filter left out, and its submodules.
struct Submodules {
    let layout: ReleaseLayout
    /// How much of each repository is wanted.
    let scope: FetchScope
    let depth: SubmoduleDepth
    /// What the release is restricted to; nil for everything.
    let sparsePatterns: [UInt8]?
    /// What keeps the volume from being filled; nil for nothing.
    var space: SpaceGuard?
    /// Counts how far a fetch is; nil where nobody wants to know.
    var progress: (() -> StageProgress)?
    /// Whether the stores can be trusted to have all that belongs to a commit which they have.
    var isComplete = true
    /// How addresses are rewritten.
    let rewriting: [InsteadOf]
    let logger: Logger
    /// Makes a remote of an address; nothing is asked of it before something is missing.
    let connect: (RemoteURL) throws -> RemoteRepository

    /// Brings all of it, and says what has to be checked out; nobody is asked for what is there.
    ///
    /// - Parameters:
    ///   - commit: the commit, in the store.
    ///   - jobs: what has the stores.
    ///   - remote: where the commit came from.
    ///   - deadline: when everything must be there.
    /// - Returns: the submodules to check out, those inside others behind them.
    /// - Throws: which repository could not be had, and why.
    func gather(
        for commit: ObjectID, _ jobs: any ReleaseJobs, from remote: RemoteRepository, _ deadline: Deadline
    ) throws -> [SubmoduleCheckout] {
        try complete(commit, Store(jobs, .root), from: remote, sparsePatterns, deadline)
        guard depth != .off else { return [] }
        var gathered: [SubmoduleCheckout] = []
        let job = ReadSubmodules(store: .root, commit: commit, parent: nil, sparsePatterns: sparsePatterns)
        try gather(try jobs.run(job, deadline), jobs, of: remote.url, level: 1, &gathered, deadline)
        return gathered
    }

    private func gather(
        _ plan: SubmodulePlan, _ jobs: any ReleaseJobs, of parent: RemoteURL, level: Int,
        _ gathered: inout [SubmoduleCheckout], _ deadline: Deadline
    ) throws {
        for submodule in plan.submodules {
            let checkout = submodule.checkout
            let operation = "fetch submodule \(checkout.pathText)"
            guard level <= SubmodulePlan.deepestLevel, gathered.count < SubmodulePlan.mostSubmodules else {
                throw RemoteError(
                    .limit, operation,
                    "there are more than \(SubmodulePlan.mostSubmodules) submodules, or more than"
                        + " \(SubmodulePlan.deepestLevel) levels of them")
            }
            let url = try address(of: submodule, parent, operation)
            let remote = try connect(url)
            defer { remote.close() }
            let store = Store(jobs, .module(checkout.location))
            do {
                try bring(submodule, from: remote, into: store, deadline)
                try complete(checkout.commit, store, from: remote, nil, deadline)
            } catch let error as RemoteError {
                throw RemoteError(
                    error.kind, operation, "\(error)", hint: nil, retryAfter: error.retryAfter, cause: error.cause)
            }
            // From now on a compaction of the submodule's store takes it for needed.
            _ = try jobs.run(KeepCommit(store: store.name, commit: checkout.commit), deadline)
            gathered.append(checkout)
            guard depth == .recursive else { continue }
            let job = ReadSubmodules(
                store: store.name, commit: checkout.commit, parent: checkout, sparsePatterns: nil)
            try gather(try jobs.run(job, deadline), jobs, of: url, level: level + 1, &gathered, deadline)
        }
    }

    /// The address of a submodule, as git would come to it, or a refusal.
    private func address(
        of submodule: Submodule, _ parent: RemoteURL, _ operation: String
    ) throws -> RemoteURL {
        let bytes = Array(submodule.url.utf8)
        // What this machine holds is for repositories of this machine: another's must not read it for its author.
        if let refusal = SubmoduleSafety.refusal(ofURL: bytes.span, allowsLocal: parent.scheme == .file) {
            throw RemoteError(
                .configuration, operation, "its address in .gitmodules is not allowed: \(refusal)",
                hint: "use an https or ssh address, or one relative to the repository's own")
        }
        do throws(InvalidURL) {
            if SubmoduleSafety.isRelative(bytes.span) { return try parent.resolving(relative: submodule.url) }
            return try RemoteURL(parsing: InsteadOf.rewrite(submodule.url, by: rewriting))
        } catch {
            throw RemoteError(.configuration, operation, "its address in .gitmodules cannot be used: \(error.reason)")
        }
    }

    /// Brings a submodule's commit, which need not be the tip of anything.
    private func bring(
        _ submodule: Submodule, from remote: RemoteRepository, into store: Store, _ deadline: Deadline
    ) throws {
        let commit = submodule.checkout.commit
        do {
            // A commit stands for itself; nobody is asked before it is known to be missing.
            let found = try RefQuery("\(commit)").resolve(in: ReferenceListing())
            let result = try remote.fetch(
                found, try bounded(scope), into: store.destination, isComplete: isComplete, deadline, watch(remote))
            if result.objects > 0 {
                logger.info(
                    "fetched submodule",
                    [
                        "path": "\(submodule.checkout.pathText)", "hash": "\(commit)", "url": "\(remote.url)",
                        "objects": .count(result.objects), "bytes": .count(result.bytes),
                    ])
            }
        } catch let refusal as RemoteError where refusal.kind == .server {
            // A server that gives out tips alone; it may do so even where only the depth has changed.
            if try store.has(commit, deadline) { return }
            try bringBranches(submodule, from: remote, into: store, refusal, deadline)
        }
    }

    /// Brings the branch that `.gitmodules` names and the remote's own, with all their history, to look for the commit in it.
    private func bringBranches(
        _ submodule: Submodule, from remote: RemoteRepository, into store: Store, _ refusal: RemoteError,
        _ deadline: Deadline
    ) throws {
        let named = submodule.branch.flatMap { $0 == "." ? nil : "refs/heads/\($0)" }
        var whole = scope
        whole.depth = 0
        for name in [named, "HEAD"].compactMap({ $0 }) {
            do {
                let found = try remote.resolve(RefQuery(name), deadline)
                _ = try remote.fetch(found, try bounded(whole), into: store.destination, deadline, watch(remote))
            } catch let error as RemoteError where error.kind == .missingReference {
                continue
            }
            if try store.has(submodule.checkout.commit, deadline) { return }
        }
        throw RemoteError(
            .server, "fetch \(submodule.checkout.commit) from \(remote.url)",
            "the server refuses it (\(refusal.message)), and it is in no branch that was looked at",
            hint: "push the commit to the submodule's default branch, or allow it on the server with"
                + " uploadpack.allowReachableSHA1InWant")
    }

    /// Brings what a filter left out and the release needs, in one request where the trees are there, else in two.
    private func complete(
        _ commit: ObjectID, _ store: Store, from remote: RemoteRepository, _ sparsePatterns: [UInt8]?,
        _ deadline: Deadline
    ) throws {
        func missing(_ patterns: [UInt8]?) throws -> MissingReport? {
            try store.jobs.run(
                FindMissing(store: store.name, commit: commit, sparsePatterns: patterns, isTrusted: isComplete),
                deadline)
        }
        guard let report = try missing(sparsePatterns) else { return }
        var objects = report.objects
        if objects.trees == [objects.root], sparsePatterns == nil, report.isFirst {
            // Nothing is there yet: one request for the whole tree.
            try bring([objects.root], from: remote, into: store, deadline)
            objects = try missing(nil)?.objects ?? objects
        }
        if !objects.trees.isEmpty {
            try bring(objects.trees, filter: .withoutBlobs, from: remote, into: store, deadline)
            objects = try missing(sparsePatterns)?.objects ?? objects
        }
        if !objects.blobs.isEmpty { try bring(objects.blobs, from: remote, into: store, deadline) }
    }

    private func bring(
        _ objects: [ObjectID], filter: ObjectFilter = .none, from remote: RemoteRepository, into store: Store,
        _ deadline: Deadline
    ) throws {
        _ = try remote.fetch(
            objects: objects, filter: filter, maximumBytes: try bounded(scope).maximumBytes, into: store.destination,
            deadline,
            watch(remote))
    }

    /// A scope with the bytes that there is room for now.
    private func bounded(_ scope: FetchScope) throws -> FetchScope {
        var scope = scope
        if let space { scope.maximumBytes = try space.mostFetched }
        return scope
    }

    private func watch(_ remote: RemoteRepository) -> (FetchProgress) throws -> Void {
        guard let space else { return { _ in } }
        return FetchWatch(space, progress?(), "fetch from \(remote.url)").look
    }
}

extension Submodules {
    /// A store, and what has it.
    private struct Store {
        let jobs: any ReleaseJobs
        let name: StoreName

        init(_ jobs: any ReleaseJobs, _ name: StoreName) {
            self.jobs = jobs
            self.name = name
        }

        var destination: any PackDestination { jobs.destination(name) }

        func has(_ object: ObjectID, _ deadline: Deadline) throws -> Bool {
            try jobs.run(FindCommit(store: name, id: object), deadline) != nil
        }
    }
}

extension Submodules {
    /// What a plan says, with the sparse patterns of this deployment.
    init(
        _ plan: Plan, _ options: StagingOptions, _ layout: ReleaseLayout, _ logger: Logger,
        connect: @escaping (RemoteURL) throws -> RemoteRepository
    ) {
        self.init(
            layout: layout, scope: FetchScope(plan), depth: plan.settings.submodules,
            sparsePatterns: options.sparsePatterns, space: options.space,
            rewriting: GitSettings(plan.gitConfig).insteadOf, logger: logger,
            connect: connect)
    }
}
