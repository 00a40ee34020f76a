internal import GitFiles
internal import GitObjects
internal import GitProtocol
internal import Posix

/// A way to one repository; one attempt at a time goes over it.
///
/// What can be kept warm between attempts (a connection, what the server can do) is kept.
protocol Transport: AnyObject {
    /// Asks what a name stands for.
    func resolve(_ query: RefQuery, _ deadline: Deadline) throws -> ResolvedReference

    /// Brings objects into the store, and its `shallow` file into line with what the server sent.
    func fetch(
        _ want: PackRequest, into store: any PackDestination, _ deadline: Deadline,
        _ report: (FetchProgress) throws -> Void
    ) throws -> PackSummary

    /// Ends what must not outlive an attempt; the next one opens it again.
    func close()
}

/// How far a fetch is.
public struct FetchProgress: Sendable {
    /// How many objects have come.
    public var objects: Int
    /// How many there will be; zero as long as that is not known.
    public var total: Int
    /// How many bytes of pack have come.
    public var bytes: Int
    /// What the server says it is doing, when it said something new.
    public var serverText: String?

    init(_ pack: PackProgress, serverText: String? = nil) {
        objects = pack.receivedObjects
        total = pack.totalObjects
        bytes = Int(clamping: pack.receivedBytes)
        self.serverText = serverText
    }
}

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
