internal import GitFiles
internal import GitObjects
internal import GitProtocol
internal import Posix

/// A road to one repository; one attempt at a time goes over it.
///
/// What can be kept warm between attempts (a connection, what the server can do) is kept.
protocol Carrier: AnyObject {
    /// Asks what a name stands for.
    func resolve(_ query: RefQuery, _ deadline: Deadline) throws -> ResolvedReference

    /// Brings objects into the store, and its `shallow` file into line with what the server sent.
    func fetch(
        _ want: Want, into store: any PackDestination, _ deadline: Deadline, _ report: (FetchProgress) throws -> Void
    ) throws -> Received

    /// Ends what must not outlive an attempt; the next one opens it again.
    func close()
}

/// What to fetch, in terms that every road understands.
struct Want {
    /// The objects.
    var objects: [ObjectID]
    /// Complete commits that we have, newest first.
    var haves: [ObjectID]
    /// The commits at which our history ends, in the order of their names.
    var shallow: [ObjectID]
    /// How many commits of history; nil leaves it as it is.
    var depth: Int?
    /// What to leave out.
    var filter: ObjectFilter
    /// How much may come at most.
    var limits = PackLimits()
    /// Whether deltas may come without what they are made against.
    var acceptsThinPack = true
}

/// What a fetch brought.
struct Received {
    var objects = 0
    var bytes = 0

    init(_ pack: PackProgress?) {
        guard let pack else { return }
        objects = pack.receivedObjects
        bytes = Int(clamping: pack.receivedBytes)
    }
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
