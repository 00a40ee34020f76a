internal import GitProtocol
internal import GitStore
internal import Posix

/// Takes a server's answer to a fetch request, whatever road it comes by, into the store.
struct PackIntake: ~Copyable {
    private var parser: FetchResponseParser
    private var indexer: PackIndexer
    private let store: ObjectStore

    init(
        _ format: FetchResponseParser.Format, _ store: ObjectStore, _ limits: PackLimits, _ deadline: Deadline
    ) throws(GitError) {
        parser = FetchResponseParser(format)
        indexer = try store.indexPack(limits: limits, deadline: deadline)
        self.store = store
    }

    /// Whether the server has said all.
    var isComplete: Bool { parser.isComplete }

    mutating func read(_ bytes: Span<UInt8>, _ report: (FetchProgress) throws -> Void) throws {
        var said: [String] = []
        try parser.read(
            bytes, onPack: { pack in try indexer.append(pack) },
            onProgress: { line in if line.isFinal { said.append(line.text) } })
        for text in said { try report(FetchProgress(indexer.progress, serverText: text)) }
        try report(FetchProgress(indexer.progress))
    }

    /// Makes what came visible in the store.
    ///
    /// Where history ends is written before the commits that lack their parents can be seen, and commits that got theirs
    /// are struck off the list afterwards: a crash in between leaves a store that is shallower than need be, never broken.
    consuming func finish() throws -> Received {
        try parser.finish()
        let before = try store.shallow
        let added = before.union(parser.shallow)
        if added != before { try store.replaceShallow(added) }
        let pack: IndexedPack
        do {
            pack = try indexer.finish()
        } catch {
            // The commits at the new ends never came.
            if added != before { try store.replaceShallow(before) }
            throw error
        }
        let after = added.subtracting(parser.unshallow)
        if after != added { try store.replaceShallow(after) }
        return Received(pack)
    }
}
