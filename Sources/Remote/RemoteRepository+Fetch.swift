public import GitProtocol
public import GitStore
public import Posix

/// How much of a repository is wanted.
public struct FetchScope: Sendable, Equatable {
    /// How many commits of history; zero for all.
    public var depth: Int
    /// What to leave out until it is needed.
    public var filter: ObjectFilter
    /// The most bytes that one fetch may bring; nil for no limit.
    public var maximumBytes: Int?

    /// Says how much is wanted.
    public init(depth: Int, filter: ObjectFilter = .none, maximumBytes: Int? = nil) {
        self.depth = depth
        self.filter = filter
        self.maximumBytes = maximumBytes
    }
}

/// What a fetch did.
public struct FetchResult: Sendable, Equatable {
    /// The commit, in the store with the history that was asked for.
    public let commit: ObjectID
    /// How many objects came.
    public let objects: Int
    /// How many bytes of pack came.
    public let bytes: Int
}

extension RemoteRepository {
    /// Brings what a name was found to stand for into the store; costs nothing when it is there in the depth wanted.
    ///
    /// - Parameters:
    ///   - found: what `resolve` returned.
    ///   - scope: how much of it is wanted.
    ///   - store: where it goes.
    ///   - isComplete: whether the store can be trusted to have all that belongs to a commit which it has.
    ///   - deadline: when it must be there.
    ///   - report: is told how far it is, often; what it throws ends the fetch.
    /// - Returns: the commit, and what came.
    /// - Throws: why it could not be had.
    public func fetch(
        _ found: ResolvedReference, _ scope: FetchScope, into store: ObjectStore, isComplete: Bool = true,
        _ deadline: Deadline, _ report: (FetchProgress) throws -> Void = { _ in }
    ) throws(RemoteError) -> FetchResult {
        try RemoteError.during("fetch \(found.name) from \(url)") {
            if isComplete, store.contains(found.id) {
                let commit = try store.peel(found.id)
                if try History(store).reaches(scope.depth, from: commit) {
                    return FetchResult(commit: commit, objects: 0, bytes: 0)
                }
            }
            let isShallow = try !store.shallow.isEmpty
            var want = Want(
                objects: [found.id], haves: isComplete ? try store.haves(for: scope.filter) : [],
                depth: scope.depth > 0 ? scope.depth : isShallow ? FetchRequest.wholeHistory : nil,
                filter: scope.filter, limits: limits(scope.maximumBytes))
            want.acceptsThinPack = acceptsThinPack
            acceptsThinPack = false
            try store.note(scope.filter)
            let received = try carrier.fetch(want, into: store, deadline, report)
            acceptsThinPack = true
            guard store.contains(found.id) else {
                throw RemoteError(
                    .malformed, "fetch \(found.name) from \(url)", "the server's pack does not hold \(found.id)")
            }
            return FetchResult(commit: try store.peel(found.id), objects: received.objects, bytes: received.bytes)
        }
    }

    /// Brings single objects into the store, all in one request: what a partial clone left out and a release needs.
    ///
    /// Trees come with all that is below them, less what the filter leaves out.
    public func fetch(
        objects: [ObjectID], filter: ObjectFilter = .none, maximumBytes: Int? = nil, into store: ObjectStore,
        _ deadline: Deadline, _ report: (FetchProgress) throws -> Void = { _ in }
    ) throws(RemoteError) -> (objects: Int, bytes: Int) {
        try RemoteError.during("fetch \(objects.count) objects from \(url)") {
            let want = Want(objects: objects, haves: [], depth: nil, filter: filter, limits: limits(maximumBytes))
            let received = try carrier.fetch(want, into: store, deadline, report)
            return (received.objects, received.bytes)
        }
    }
}

private func limits(_ maximumBytes: Int?) -> PackLimits {
    PackLimits(maximumBytes: maximumBytes.map { UInt64($0) } ?? .max)
}

/// How far the history in a store goes.
struct History {
    private let store: ObjectStore
    private let shallow: Set<ObjectID>

    init(_ store: ObjectStore) throws(GitError) {
        self.store = store
        shallow = try store.shallow
    }

    /// Whether exactly `depth` commits deep history can be walked from a commit: no less, and not pretending more.
    ///
    /// Zero asks for all of it, of which a store without a shallow commit is certain.
    func reaches(_ depth: Int, from tip: ObjectID) throws(GitError) -> Bool {
        if depth == 0 { return shallow.isEmpty }
        var seen: Set<ObjectID> = [tip]
        var level = [tip]
        for step in 1...depth {
            var next: [ObjectID] = []
            for commit in level {
                guard store.contains(commit) else { return false }
                let isEnd = shallow.contains(commit)
                let parents = try store.commit(commit).parents
                if parents.isEmpty { continue }
                // At the last level history must end, above it it must not.
                guard isEnd == (step == depth) else { return false }
                if isEnd { continue }
                for parent in parents where seen.insert(parent).inserted { next.append(parent) }
            }
            if next.isEmpty { return true }
            level = next
        }
        return true
    }
}
