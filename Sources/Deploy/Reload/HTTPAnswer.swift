internal import HTTPClient
internal import Posix

/// What a server said, with the beginning and end of its body.
struct HTTPAnswer {
    let status: Int
    let headers: [HTTPHeader]
    let body: BoundedOutput

    /// Reads no more of a body than this; health pages may go on for ever.
    private static let readLimit = 64 * 1024
    private static let keepLimit = 4096

    private struct Enough: Error {}

    /// Sends a request over a connection of its own.
    ///
    /// A connection that is kept open leads to the same worker again, which may be the one that is on its way out.
    static func get(
        _ request: HTTPRequest, _ configuration: HTTPConfiguration, _ deadline: Deadline
    ) throws(TransferError) -> HTTPAnswer {
        HTTPLibrary.start()
        let client = try HTTPClient(configuration)
        var head: HTTPResponseHead?
        var body = BoundedOutput(limit: keepLimit)
        do {
            try client.send(
                request, deadline: deadline, idle: .seconds(3600), connect: .seconds(3600),
                onHead: { head = $0 },
                onBody: { piece in
                    body.append(piece)
                    if body.total > readLimit { throw Enough() }
                })
        } catch is Enough {
            // What we wanted to know came first.
        } catch let error as TransferError {
            throw error
        } catch {
            // Nothing else is thrown above.
            throw TransferError(code: .invalid, operation: request.operation, message: "\(error)")
        }
        guard let head else {
            throw TransferError(code: .protocol, operation: request.operation, message: "the answer has no head")
        }
        return HTTPAnswer(status: head.status, headers: head.headers, body: body)
    }
}
