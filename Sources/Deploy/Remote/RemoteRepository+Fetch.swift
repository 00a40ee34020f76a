public import GitFiles
public import GitObjects
public import GitProtocol
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
        _ found: ResolvedReference, _ scope: FetchScope, into store: any PackDestination, isComplete: Bool = true,
        _ deadline: Deadline, _ report: (FetchProgress) throws -> Void = { _ in }
    ) throws(RemoteError) -> FetchResult {
        try RemoteError.during("fetch \(found.name) from \(url)") {
            let question = FetchQuestion(
                wanted: found.id, depth: scope.depth, filter: scope.filter, isTrusted: isComplete,
                remote: "\(url)")
            let state = try store.state(for: question, deadline)
            if let commit = state.present { return FetchResult(commit: commit, objects: 0, bytes: 0) }
            var want = PackRequest(
                objects: [found.id], haves: state.haves, shallow: state.shallow,
                depth: scope.depth > 0 ? scope.depth : state.shallow.isEmpty ? nil : FetchRequest.wholeHistory,
                filter: scope.filter, limits: limits(scope.maximumBytes))
            want.acceptsThinPack = acceptsThinPack
            acceptsThinPack = false
            let received = try transport.fetch(want, into: store, deadline, report)
            acceptsThinPack = true
            guard let commit = try store.commit(of: found.id, deadline) else {
                throw RemoteError(
                    .malformed, "fetch \(found.name) from \(url)", "the server's pack does not hold \(found.id)")
            }
            return FetchResult(commit: commit, objects: received.objects, bytes: received.bytes)
        }
    }

    /// Brings single objects into the store, all in one request: what a partial clone left out and a release needs.
    ///
    /// Trees come with all that is below them, less what the filter leaves out.
    public func fetch(
        objects: [ObjectID], filter: ObjectFilter = .none, maximumBytes: Int? = nil, into store: any PackDestination,
        _ deadline: Deadline, _ report: (FetchProgress) throws -> Void = { _ in }
    ) throws(RemoteError) -> (objects: Int, bytes: Int) {
        try RemoteError.during("fetch \(objects.count) objects from \(url)") {
            let want = PackRequest(
                objects: objects, haves: [], shallow: try store.shallow(deadline), depth: nil, filter: filter,
                limits: limits(maximumBytes))
            let received = try transport.fetch(want, into: store, deadline, report)
            return (received.objects, received.bytes)
        }
    }
}

private func limits(_ maximumBytes: Int?) -> PackLimits {
    PackLimits(maximumBytes: maximumBytes.map { UInt64($0) } ?? .max)
}
