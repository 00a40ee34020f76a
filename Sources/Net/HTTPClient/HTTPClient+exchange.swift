internal import CCurl
internal import CCurlShims
internal import Figures
internal import Posix

extension HTTPClient {
    /// Sends one request and waits for its answer; the second result is where the answer sends us instead.
    func exchange(
        _ request: HTTPRequest, with target: HTTPAddress, deadline: Deadline, idle: Duration, connect: Duration,
        onHead: (HTTPResponseHead) throws -> Void, onBody: (Span<UInt8>) throws -> Void
    ) throws -> (HTTPResponse, redirection: String?) {
        try prepare(request, for: target, connect: connect)
        let list = unsafe try setHeaders(of: request, for: target)
        defer { unsafe curl_slist_free_all(list) }
        return try withoutActuallyEscaping(onHead) { onHead in
            try withoutActuallyEscaping(onBody) { onBody in
                var exchange = Transfer(
                    followsRedirects: request.redirects == .sameHost, url: target.url, operation: request.operation,
                    deadline: deadline, onHead: onHead, onBody: onBody)
                let limits = Limits(deadline: deadline, idle: idle, connect: connect)
                let code = try unsafe request.body.withUnsafeBytes { body in
                    unsafe try setMethod(of: request, body: body)
                    return try unsafe withUnsafeMutablePointer(to: &exchange) { context in
                        unsafe try run(context, limits)
                    }
                }
                if let failure = exchange.failure { throw failure }
                var facts = shim_curl_facts()
                unsafe shim_curl_get_facts(easy, &facts)
                // A redirection that says too much is stopped on purpose.
                let isOver = code == CURLE_OK || exchange.location != nil
                guard isOver, let head = exchange.head else {
                    throw failure(code, facts, request: request, target: target)
                }
                return (HTTPResponse(head, facts), exchange.location)
            }
        }
    }

    struct Limits {
        let deadline: Deadline
        let idle: Duration
        let connect: Duration
    }

    /// Drives libcurl until the transfer is over, or a limit is.
    private func run(_ context: UnsafeMutablePointer<Transfer>, _ limits: Limits) throws -> CURLcode {
        let operation = unsafe context.pointee.operation
        unsafe shim_curl_set_callbacks(easy, takeHeaderLine, takeBody, context)
        guard unsafe curl_multi_add_handle(multi, easy) == CURLM_OK else {
            throw TransferError(code: .invalid, operation: operation, message: "libcurl takes no request")
        }
        defer { unsafe curl_multi_remove_handle(multi, easy) }
        var wake = curl_waitfd(
            fd: limits.deadline.cancellation?.descriptor ?? -1, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        let wakeCount: UInt32 = limits.deadline.cancellation == nil ? 0 : 1
        let start = limits.deadline.now
        var lastMove = start
        var moved: UInt64 = 0
        while true {
            if let error = limits.deadline.expiry(operation) { throw error }
            var running: Int32 = 0
            let driven = unsafe curl_multi_perform(multi, &running)
            guard driven == CURLM_OK else { throw broken(driven, operation) }
            if running == 0 { return result() }
            let now = limits.deadline.now
            let isConnecting = unsafe shim_curl_is_connecting(easy)
            let total = unsafe context.pointee.arrivals &+ UInt64(shim_curl_body_bytes_sent(easy))
            if isConnecting || total != moved {
                moved = total
                lastMove = now
            }
            let end = isConnecting ? start + limits.connect : lastMove + limits.idle
            guard now < end else { throw silence(limits, isConnecting: isConnecting, operation) }
            let wait = min(now.duration(to: end), limits.deadline.remaining)
            let milliseconds = Int32(clamping: wait.wholeMilliseconds)
            let polled = unsafe curl_multi_poll(multi, &wake, wakeCount, milliseconds, nil)
            guard polled == CURLM_OK else { throw broken(polled, operation) }
        }
    }

    private func broken(_ code: CURLMcode, _ operation: String) -> TransferError {
        TransferError(
            code: .other(UInt32(bitPattern: code.rawValue)), operation: operation,
            message: "libcurl cannot wait: \(unsafe String(cString: curl_multi_strerror(code)))")
    }

    /// What libcurl says about the one transfer that is over.
    private func result() -> CURLcode {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            if unsafe message.pointee.msg == CURLMSG_DONE { return unsafe message.pointee.data.result }
        }
        return CURLE_GOT_NOTHING
    }

    private func silence(_ limits: Limits, isConnecting: Bool, _ operation: String) -> TransferError {
        guard isConnecting else {
            return TransferError(
                code: .timeoutIdle, operation: operation,
                message: "the server was silent for \(durationText(limits.idle))")
        }
        var facts = shim_curl_facts()
        unsafe shim_curl_get_facts(easy, &facts)
        return unsafe tooSlow(facts, limits.connect, operation, isConnected: shim_curl_has_connected(multi))
    }

    /// Connecting took too long; says which part of it did.
    func tooSlow(
        _ facts: shim_curl_facts, _ connect: Duration?, _ operation: String, isConnected: Bool = false
    ) -> TransferError {
        let time = connect.map { " within \(durationText($0))" } ?? " in time"
        // libcurl counts a connection as made when TLS is done; a port of our own tells that it stands, before libcurl 8 at
        // once, since then at the end of the transfer.
        let message =
            switch (facts.name_lookup_time == 0, facts.local_port > 0 || isConnected) {
            case (true, _): "the host's name was not resolved\(time)"
            case (false, false): "nobody accepted a connection\(time)"
            case (false, true): "TLS or the proxy was not ready\(time)"
            }
        return TransferError(code: .timeoutConnect, operation: operation, message: message)
    }
}

extension HTTPResponse {
    fileprivate init(_ head: HTTPResponseHead, _ facts: shim_curl_facts) {
        self.head = head
        bytesReceived = Int64(facts.bytes_received)
        bytesSent = Int64(facts.bytes_sent)
        reusedConnection = facts.new_connections == 0
        timings = HTTPTimings(
            nameLookup: .microseconds(facts.name_lookup_time), connected: .microseconds(facts.connect_time),
            secured: .microseconds(facts.tls_time), firstByte: .microseconds(facts.first_byte_time),
            total: .microseconds(facts.total_time))
    }
}
