internal import GitProtocol
internal import GitStore
internal import Posix

/// Reads a repository on this machine directly: no server, no transport, nothing packed twice.
final class LocalCarrier: Carrier {
    private let path: String

    init(_ url: RemoteURL) {
        path = url.path
    }

    func resolve(_ query: RefQuery, _ deadline: Deadline) throws -> ResolvedReference {
        if query.objectID != nil { return try query.resolve(in: ReferenceListing()) }
        let source = try SourceRepository.open(path)
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
        _ want: Want, into store: ObjectStore, _ deadline: Deadline, _ report: (FetchProgress) throws -> Void
    ) throws -> Received {
        let source = try SourceRepository.open(path)
        for id in want.objects where !source.contains(id) {
            throw RemoteError(
                .missingReference, "fetch \(id) from \(path)", "there is no such object",
                hint: "check --ref, and that the commit was pushed")
        }
        var objection: (any Error)?
        do {
            let copied = try withoutActuallyEscaping(report) { report in
                try source.copy(
                    wants: want.objects, to: store, haves: want.haves, depth: want.depth ?? 0,
                    filter: want.filter, limits: want.limits, deadline: deadline,
                    progress: { (progress) throws(GitError) in
                        do {
                            try report(FetchProgress(progress))
                        } catch {
                            objection = error
                            throw GitError(code: .user, operation: "copy objects", message: "\(error)")
                        }
                    })
            }
            return Received(copied.pack)
        } catch {
            throw objection ?? error
        }
    }

    func close() {}
}
