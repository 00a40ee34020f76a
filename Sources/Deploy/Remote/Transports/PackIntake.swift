internal import GitFiles
internal import GitObjects
internal import GitProtocol
internal import Posix

/// Takes a server's answer to a fetch request, whatever road it comes by, into the store.
struct PackIntake: ~Copyable {
    private var parser: FetchResponseParser
    private let store: any PackDestination
    private var progress = PackProgress()

    init(
        _ format: FetchResponseParser.Format, _ store: any PackDestination, _ limits: PackLimits, _ deadline: Deadline
    ) throws {
        parser = FetchResponseParser(format)
        self.store = store
        try store.beginPack(limits, deadline)
    }

    /// Whether the server has said all.
    var isComplete: Bool { parser.isComplete }

    mutating func read(_ bytes: Span<UInt8>, _ report: (FetchProgress) throws -> Void) throws {
        var said: [String] = []
        var progress = progress
        try parser.read(
            bytes, onPack: { [store] pack in progress = try store.append(pack) },
            onProgress: { line in if line.isFinal { said.append(line.text) } })
        self.progress = progress
        for text in said { try report(FetchProgress(progress, serverText: text)) }
        try report(FetchProgress(progress))
    }

    /// Makes what came visible in the store.
    consuming func finish() throws -> PackSummary {
        try parser.finish()
        return PackSummary(try store.finishPack(shallow: Set(parser.shallow), unshallow: Set(parser.unshallow)))
    }
}
