/// One request while it comes in; it belongs to the thread of its connection.
final class RequestExchange {
    let connectionID: UInt
    let peer: Request.Peer
    let target: RequestTarget?
    var hasHead = false
    var headers: [HeaderField] = []
    var body: [UInt8] = []
    /// The answer that is due when the rest has come in, because the request cannot be handled.
    var refusal: Response?

    init(connectionID: UInt, peer: Request.Peer, target: RequestTarget?) {
        self.connectionID = connectionID
        self.peer = peer
        self.target = target
    }

    /// What is wrong with the head as it is; nil when the body may come.
    func refusalOfHead(limits: ServerLimits) -> Response? {
        guard target != nil else { return .text(400, "the request names no path that can be understood") }
        let lengths = headers.filter { $0.isNamed("Content-Length") }
        let encodings = headers.filter { $0.isNamed("Transfer-Encoding") }
        // Two readers of such a request may see different ends of it: that is how requests are smuggled.
        if lengths.count > 1 || encodings.count > 1 || !lengths.isEmpty && !encodings.isEmpty {
            return .text(400, "the length of the request is given twice")
        }
        if let encoding = encodings.first, encoding.value.lowercased() != "chunked" {
            return .text(501, "this transfer encoding is not supported")
        }
        guard let length = lengths.first?.value else { return nil }
        guard !length.isEmpty, length.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
            return .text(400, "the length of the request is no number")
        }
        guard let count = Int(length), count <= limits.bodyBytes else {
            return .tooLarge(limits)
        }
        return nil
    }

    func request(_ method: String) -> Request? {
        guard let target else { return nil }
        return Request(method, target.path, query: target.query, headers: headers, body: body, peer: peer)
    }
}

extension Response {
    static func tooLarge(_ limits: ServerLimits) -> Response {
        .text(413, "the request has more than \(limits.bodyBytes) bytes")
    }
}
