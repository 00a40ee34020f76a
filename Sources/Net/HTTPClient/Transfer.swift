internal import CCurl
internal import CCurlShims
internal import Posix

/// One request on its way: what libcurl's callbacks work on.
///
/// Lives on the stack of the call that waits for it.
struct Transfer {
    /// What to do with a redirection; nil when redirections are answers like others.
    let followsRedirects: Bool
    let url: String
    let operation: String
    let deadline: Deadline
    let onHead: (HTTPResponseHead) throws -> Void
    let onBody: (Span<UInt8>) throws -> Void

    private(set) var head: HTTPResponseHead?
    /// Why the transfer was stopped from our side.
    private(set) var failure: (any Error)?
    /// Counts what arrives, so that silence is noticed.
    private(set) var arrivals: UInt64 = 0
    private var assembler = HeadAssembler()
    private var discarded = 0

    init(
        followsRedirects: Bool, url: String, operation: String, deadline: Deadline,
        onHead: @escaping (HTTPResponseHead) throws -> Void, onBody: @escaping (Span<UInt8>) throws -> Void
    ) {
        self.followsRedirects = followsRedirects
        self.url = url
        self.operation = operation
        self.deadline = deadline
        self.onHead = onHead
        self.onBody = onBody
    }

    /// Where the answer sends us, when it is a redirection that is to be followed.
    var location: String? {
        guard followsRedirects, let head, [301, 302, 303, 307, 308].contains(head.status) else { return nil }
        return head.headers.value("Location")
    }

    /// Takes one header line; false stops the transfer.
    mutating func take(headerLine line: Span<UInt8>) -> Bool {
        arrivals += 1
        switch assembler.take(line) {
        case .more: return true
        case .tooLarge:
            failure = TransferError(
                code: .tooLarge, operation: operation,
                message:
                    "the answer's header has more than \(HeadAssembler.longest) bytes or \(HeadAssembler.mostFields) fields"
            )
            return false
        case .complete(let status, let version, let headers):
            let head = HTTPResponseHead(status: status, version: version, headers: headers, url: url)
            self.head = head
            guard location == nil else { return true }
            let onHead = self.onHead
            return attempt { try onHead(head) }
        }
    }

    /// Takes a piece of the body; false stops the transfer.
    mutating func take(body: Span<UInt8>) -> Bool {
        arrivals += 1
        // A server that sends without end and a caller that is slow keep libcurl busy: look at the clock here too.
        if let error = deadline.expiry(operation) {
            failure = error
            return false
        }
        guard location == nil else {
            // What a redirection says is read, so that the connection can be used again, unless it says too much.
            discarded += body.count
            return discarded <= HeadAssembler.longest
        }
        let onBody = self.onBody
        return attempt { try onBody(body) }
    }

    private mutating func attempt(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return true
        } catch {
            failure = error
            return false
        }
    }
}

extension Deadline {
    /// The failure that this deadline is by now, if it is one.
    func expiry(_ operation: String) -> TransferError? {
        if cancellation?.isCancelled == true {
            return TransferError(code: .cancelled, operation: operation, message: "it was called off")
        }
        guard now >= instant else { return nil }
        return TransferError(
            code: .timeoutTotal, operation: operation, message: "it was not done when its time was up")
    }
}

/// libcurl's header callback (`CURLOPT_HEADERFUNCTION`).
func takeHeaderLine(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    unsafe withPiece(bytes, size * count, context) { exchange, piece in exchange.take(headerLine: piece) }
}

/// libcurl's body callback (`CURLOPT_WRITEFUNCTION`).
func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    unsafe withPiece(bytes, size * count, context) { exchange, piece in exchange.take(body: piece) }
}

/// Returns what libcurl expects: the number of bytes when they were taken, another number to stop the transfer.
private func withPiece(
    _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
    _ body: (inout Transfer, Span<UInt8>) -> Bool
) -> Int {
    guard count > 0, let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let exchange = unsafe context.assumingMemoryBound(to: Transfer.self)
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: count).assumingMemoryBound(to: UInt8.self)
    let span = unsafe buffer.span
    return unsafe body(&exchange.pointee, span) ? count : 0
}
