internal import GitFiles
internal import GitProtocol
internal import Posix

/// Reads a repository on this machine directly: no server, no transport, nothing packed twice.
final class LocalTransport: Transport {
    private let path: String

    init(_ url: RemoteURL) {
        path = url.path
    }

    func resolve(_ query: RefQuery, _ deadline: Deadline) throws -> ResolvedReference {
        if query.objectID != nil { return try query.resolve(in: ReferenceListing()) }
        let source = try LocalRepository.open(path)
        var found: [Reference] = []
        for name in query.candidates {
            guard let reference = try source.reference(named: name) else { continue }
            found.append(
                Reference(
                    name: name, id: reference.id, symbolicTarget: reference.symbolicTarget, peeled: reference.peeled))
        }
        return try query.resolve(in: ReferenceListing(found, unbornHead: source.headTarget()))
    }

    func fetch(
        _ want: PackRequest, into store: any PackDestination, _ deadline: Deadline,
        _ report: (FetchProgress) throws -> Void
    ) throws -> PackSummary {
        let request = CopyRequest(
            path: path, wants: want.objects, haves: want.haves, depth: want.depth ?? 0, filter: want.filter,
            limits: want.limits)
        switch try store.copy(request, deadline, progress: { try report(FetchProgress($0)) }) {
        case .copied(let pack): return PackSummary(pack)
        case .lacks(let id):
            throw RemoteError(
                .missingReference, "fetch \(id) from \(path)", "there is no such object",
                hint: "check --ref, and that the commit was pushed")
        }
    }

    func close() {}
}
