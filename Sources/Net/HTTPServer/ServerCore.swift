internal import CMicrohttpd
internal import CMicrohttpdShims
internal import Glibc
internal import Posix

/// What the threads of the library work on.
final class ServerCore: Sendable {
    let connections: Connections
    let wake: WakeEvent
    private let limits: ServerLimits
    private let handler: @Sendable (Request) -> Response
    private let log: @Sendable (String) -> Void
    private let bodyBytes = Locked(0)
    private let streams = Locked<(list: [EventStream], isClosed: Bool)>(([], false))

    init(
        _ limits: ServerLimits, log: @escaping @Sendable (String) -> Void,
        handler: @escaping @Sendable (Request) -> Response
    ) throws(SystemError) {
        self.limits = limits
        self.log = log
        self.handler = handler
        connections = Connections(limits)
        wake = try WakeEvent()
    }

    func opened(_ socket: Int32, _ peer: Request.Peer) -> UInt {
        let (id, isFirst) = connections.opened(socket: socket, peer: peer)
        // Nobody looks after the connections while there are none.
        if isFirst { wake.raise() }
        return id
    }

    func began(_ connectionID: UInt, _ target: String) -> RequestExchange {
        connections.enter(.receiving, connectionID)
        // A connection that nobody knows cannot be told from a stranger's.
        let peer = connections.peer(of: connectionID) ?? .address("unknown")
        return RequestExchange(connectionID: connectionID, peer: peer, target: RequestTarget(target))
    }

    func received(
        _ connection: OpaquePointer, _ exchange: RequestExchange, method: String, bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        if !exchange.hasHead {
            exchange.hasHead = true
            unsafe readHeaders(connection, into: exchange)
            // Without its body the rest of the connection makes no sense: the library closes it after this answer.
            guard let refusal = exchange.refusalOfHead(limits: limits) else { return true }
            log("request refused: \(refusal.status)")
            return unsafe answer(connection, exchange, refusal)
        }
        if !bytes.isEmpty {
            unsafe take(bytes, exchange)
            return true
        }
        let response = exchange.refusal ?? exchange.request(method).map(handler) ?? .text(400, "no request")
        return unsafe answer(connection, exchange, response)
    }

    /// The bodies that are being received.
    var bodyBytesInMemory: Int { bodyBytes.withLock { $0 } }

    func ended(_ exchange: RequestExchange) {
        release(exchange)
        connections.enter(.idle, exchange.connectionID)
    }

    func logged(_ line: String) {
        // A client that leaves while it is being answered, as listeners of a stream always do, has done nothing wrong.
        if line.hasPrefix("Failed to send") { return }
        log(line.split(whereSeparator: \.isNewline).joined(separator: " "))
    }

    /// Ends what has taken too long, and tells those who listen that we are there.
    func sweep(_ now: ContinuousClock.Instant = .now) {
        connections.sweep(now)
        let open = streams.withLock { streams in
            streams.list.removeAll { $0.isClosed }
            return streams.list
        }
        for stream in open { stream.keepAlive(every: limits.eventInterval, now) }
    }

    /// Ends all streams, now and from now on: the library cannot stop while a connection sleeps.
    func closeStreams() {
        let open = streams.withLock { streams in
            streams.isClosed = true
            return streams.list
        }
        for stream in open { stream.close() }
    }

    private func take(_ bytes: UnsafeBufferPointer<UInt8>, _ exchange: RequestExchange) {
        guard exchange.refusal == nil else { return }
        let count = bytes.count
        if exchange.body.count + count > limits.bodyBytes {
            refuse(exchange, .tooLarge(limits))
            return
        }
        let hasRoom = bodyBytes.withLock { total in
            if total + count > limits.allBodiesBytes { return false }
            total += count
            return true
        }
        if hasRoom {
            unsafe exchange.body.append(contentsOf: bytes)
        } else {
            refuse(
                exchange, .text(503, "too many requests are coming in", headers: [HeaderField("Retry-After", "1")]))
        }
    }

    /// What still comes is read and forgotten: the library takes an answer only before a body or behind it.
    private func refuse(_ exchange: RequestExchange, _ response: Response) {
        log("request refused: \(response.status)")
        release(exchange)
        exchange.refusal = response
    }

    private func release(_ exchange: RequestExchange) {
        let count = exchange.body.count
        if count > 0 { bodyBytes.withLock { $0 -= count } }
        exchange.body = []
    }

    private func readHeaders(_ connection: OpaquePointer, into exchange: RequestExchange) {
        withExtendedLifetime(exchange) {
            unsafe shim_mhd_headers(connection, Unmanaged.passUnretained(exchange).toOpaque()) {
                context, name, nameCount, value, valueCount in
                let exchange = unsafe Unmanaged<RequestExchange>.fromOpaque(context).takeUnretainedValue()
                let name = unsafe String(decoding: UnsafeBufferPointer(start: name, count: nameCount), as: UTF8.self)
                let value = unsafe String(decoding: UnsafeBufferPointer(start: value, count: valueCount), as: UTF8.self)
                exchange.headers.append(HeaderField(name, value))
            }
        }
    }

    private func answer(_ connection: OpaquePointer, _ exchange: RequestExchange, _ response: Response) -> Bool {
        release(exchange)
        var made: OpaquePointer?
        switch response.body {
        case .bytes(let bytes):
            connections.enter(.answering, exchange.connectionID)
            unsafe made = shim_mhd_response(bytes, bytes.count)
        case .stream(let stream):
            connections.enter(.streaming, exchange.connectionID)
            unsafe made = makeResponse(connection, stream)
        }
        guard let made = unsafe made else { return false }
        let usual = [HeaderField("Cache-Control", "no-store"), HeaderField("X-Content-Type-Options", "nosniff")]
        let added = usual.filter { response.header($0.name) == nil }
        for field in response.headers + added {
            guard field.isSafe, unsafe shim_mhd_add_header(made, field.name, field.value) else {
                log("an answer's header was left out: it is more than one line")
                continue
            }
        }
        return unsafe shim_mhd_answer(connection, UInt32(clamping: response.status), made)
    }

    private func makeResponse(_ connection: OpaquePointer, _ stream: EventStream) -> OpaquePointer? {
        let isOpen = streams.withLock { streams in
            if !streams.isClosed { streams.list.append(stream) }
            return !streams.isClosed
        }
        guard isOpen, stream.connect(unsafe ConnectionHandle(connection)) else { return nil }
        let reference = unsafe Unmanaged.passRetained(stream)
        let response = unsafe MHD_create_response_from_callback(
            .max, 4096, readStream, reference.toOpaque(), endStream)
        if unsafe response == nil {
            stream.disconnected()
            unsafe reference.release()
        }
        return unsafe response
    }
}

private func readStream(
    _ context: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int
) -> Int {
    guard let context = unsafe context else { return -1 }
    let stream = unsafe Unmanaged<EventStream>.fromOpaque(context).takeUnretainedValue()
    // MHD_CONTENT_READER_END_OF_STREAM
    return unsafe stream.take(into: UnsafeMutableRawBufferPointer(start: buffer, count: size)) ?? -1
}

private func endStream(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<EventStream>.fromOpaque(context).takeRetainedValue().disconnected()
}
