internal import CCurl
internal import CCurlShims
public import Posix

/// Sends requests over connections that it keeps open between them.
///
/// Blocks the calling thread, and belongs to one thread at a time: it is not `Sendable`.
@safe
public final class HTTPClient {
    /// What all requests have in common.
    public let configuration: HTTPConfiguration

    private(set) var easy: UnsafeMutableRawPointer
    private(set) var multi: UnsafeMutableRawPointer
    /// Where libcurl writes what went wrong.
    let words: UnsafeMutablePointer<CChar>
    var trust: Trust?
    /// Leads to the socket file while a request is on its way.
    var socketPath: SocketPath?

    /// A client without connections yet.
    public init(_ configuration: HTTPConfiguration) throws(TransferError) {
        guard HTTPLibrary.isStarted else { throw HTTPClient.unavailable }
        unsafe (easy, multi) = try unsafe HTTPClient.makeHandles()
        self.configuration = configuration
        unsafe words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_multi_cleanup(multi)
        unsafe words.deallocate()
    }

    /// A handle for requests, and one that drives it and keeps connections.
    private static func makeHandles() throws(TransferError) -> (UnsafeMutableRawPointer, UnsafeMutableRawPointer) {
        guard let multi = unsafe curl_multi_init() else { throw unavailable }
        guard let easy = unsafe curl_easy_init() else {
            unsafe curl_multi_cleanup(multi)
            throw unavailable
        }
        return unsafe (easy, multi)
    }

    /// Closes all connections and forgets TLS sessions.
    func renewHandles() throws(TransferError) {
        let fresh = unsafe try HTTPClient.makeHandles()
        unsafe curl_easy_cleanup(easy)
        unsafe curl_multi_cleanup(multi)
        unsafe (easy, multi) = unsafe fresh
    }

    private static let unavailable = TransferError(
        code: .invalid, operation: "start libcurl", message: "out of memory")

    /// Sends a request and hands over the answer as it comes; nothing of its body is held.
    ///
    /// Redirections are followed first, as far as the request allows: `onHead` and `onBody` see the last answer only.
    /// The status is the caller's to judge. What `onHead` or `onBody` throws ends the transfer and is thrown unchanged.
    ///
    /// - Parameters:
    ///   - request: What to ask.
    ///   - deadline: When the whole must be done, redirections included.
    ///   - idle: For how long no byte may move once the connection stands.
    ///   - connect: How long name lookup, connection and TLS may take.
    ///   - onHead: Gets status and header fields.
    ///   - onBody: Gets the body, decompressed, in pieces that are valid during the call.
    /// - Returns: The head of the answer, and how the transfer went.
    /// - Throws: `TransferError`, or what the closures throw.
    @discardableResult
    public func send(
        _ request: HTTPRequest, deadline: Deadline, idle: Duration = .seconds(30), connect: Duration = .seconds(10),
        onHead: (HTTPResponseHead) throws -> Void = { _ in }, onBody: (Span<UInt8>) throws -> Void
    ) throws -> HTTPResponse {
        var request = request
        try checkText(of: request)
        var target = try self.target(of: request)
        request.adoptCredential(of: target)
        try checkCredential(of: request)
        var hops = 0
        while true {
            let (response, location) = try exchange(
                request, with: target, deadline: deadline, idle: idle, connect: connect, onHead: onHead, onBody: onBody)
            guard let location else { return response }
            hops += 1
            target = try follow(location, from: target, status: response.status, hops: hops, request: &request)
        }
    }

    /// Sends a request and collects the body of the answer, which must not be larger than `limit` bytes.
    public func fetch(
        _ request: HTTPRequest, limit: Int, deadline: Deadline, idle: Duration = .seconds(30),
        connect: Duration = .seconds(10)
    ) throws(TransferError) -> (response: HTTPResponse, body: [UInt8]) {
        var body: [UInt8] = []
        do {
            let response = try send(request, deadline: deadline, idle: idle, connect: connect) { piece in
                guard piece.count <= limit - body.count else {
                    throw TransferError(
                        code: .tooLarge, operation: request.operation,
                        message: "the answer has more than \(limit) bytes")
                }
                unsafe piece.withUnsafeBufferPointer { unsafe body.append(contentsOf: $0) }
            }
            return (response, body)
        } catch let error as TransferError {
            throw error
        } catch {
            // `send` throws its own errors and those of the closure above: both are of the one type.
            throw TransferError(code: .invalid, operation: request.operation, message: "\(error)")
        }
    }

    private func target(of request: HTTPRequest) throws(TransferError) -> HTTPAddress {
        do {
            return try HTTPAddress(request.url)
        } catch {
            throw TransferError(
                code: .invalid, operation: request.operation, message: "the URL cannot be used: \(error.words)")
        }
    }
}
