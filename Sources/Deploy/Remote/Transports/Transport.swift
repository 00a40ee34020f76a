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
