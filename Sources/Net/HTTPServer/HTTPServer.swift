internal import CMicrohttpdShims
internal import Glibc
public import Posix

/// Answers HTTP requests at one address, on a few threads of its own, until it is stopped.
///
/// The handler is called on those threads, several at a time; while it works, others wait, so it must not.
public final class HTTPServer: Sendable {
    /// The port that the server listens on: the system's choice when none was asked for; 0 for a socket file.
    public let port: UInt16
    let core: ServerCore
    private let socketFile: (path: String, status: FileStatus)?
    private let watch: NativeThread
    private let daemon: Locked<DaemonHandle?>

    /// Listens and begins to answer.
    ///
    /// - Parameters:
    ///   - address: where to listen.
    ///   - limits: what clients are given.
    ///   - log: gets one line about each request that is not a proper one.
    ///   - handler: answers a request.
    /// - Throws: `cannot listen on ADDRESS: …`.
    public init(
        _ address: BindAddress, limits: ServerLimits = ServerLimits(),
        log: @escaping @Sendable (String) -> Void = { _ in },
        handler: @escaping @Sendable (Request) -> Response
    ) throws(SystemError) {
        ignoreBrokenPipes()
        let core = try ServerCore(limits, log: log, handler: handler)
        let listener = try Listener(address)
        if case .file(let path) = address {
            socketFile = (path, try Files.status(path))
        } else {
            socketFile = nil
        }
        port = listener.port
        // The library closes its descriptor when it stops; whether it does when it cannot start depends on how far it came.
        let descriptor = try listener.socket.duplicate().release()
        let daemon = unsafe shim_mhd_start(
            descriptor, shim_mhd_limits(limits), callbacks(unsafe Unmanaged.passUnretained(core).toOpaque()))
        guard let daemon = unsafe daemon else { throw SystemError(code: ENOMEM, operation: "serve \(address)") }
        self.core = core
        let running = Locked<DaemonHandle?>(unsafe DaemonHandle(raw: daemon))
        self.daemon = running
        do throws(SystemError) {
            watch = try NativeThread("http-watch") {
                while running.withLock({ $0 != nil }) {
                    do {
                        try core.wake.wait(.after(core.connections.count == 0 ? .seconds(3600) : .seconds(1)))
                    } catch {
                        // Waiting fails only when memory does: then at least not at once again.
                        sleep(1)
                    }
                    core.sweep()
                }
            }
        } catch {
            unsafe shim_mhd_stop(daemon)
            throw error
        }
    }

    /// Ends all connections and removes the socket file; a second call does nothing.
    public func stop() {
        guard let handle = daemon.withLock({ $0.take() }) else { return }
        core.wake.raise()
        watch.join()
        core.closeStreams()
        unsafe shim_mhd_stop(handle.raw)
        guard let socketFile else { return }
        // Another server may have taken the name over. Nothing is lost when the file stays: the next one replaces it.
        if let status = try? Files.status(socketFile.path), status.isSameFile(as: socketFile.status) {
            try? Files.remove(socketFile.path)
        }
    }

    deinit {
        stop()
    }

    /// How many connections there are.
    public var connectionCount: Int { core.connections.count }
}

/// The library's server, which it locks by itself.
@safe private struct DaemonHandle: @unchecked Sendable {
    let raw: OpaquePointer
}

extension shim_mhd_limits {
    fileprivate init(_ limits: ServerLimits) {
        // The library stops to accept at its own limit; below it, connections that were told to leave still count.
        self.init(
            threads: UInt32(clamping: limits.threads), connections: UInt32(clamping: limits.connections + 64),
            idle_seconds: UInt32(clamping: limits.idleTimeout.components.seconds),
            head_bytes: limits.headBytes)
    }
}

// The context is unretained: the server owns the core and stops the library before the core goes.
private func callbacks(_ context: UnsafeMutableRawPointer) -> shim_mhd_callbacks {
    unsafe shim_mhd_callbacks(
        context: context, opened: opened, closed: closed, began: began, received: received, ended: ended,
        logged: logged)
}

private func owner(_ context: UnsafeMutableRawPointer) -> ServerCore {
    unsafe Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
}

private func opened(
    _ context: UnsafeMutableRawPointer, _ socket: Int32, _ address: UnsafePointer<sockaddr>?
) -> UInt {
    unsafe owner(context).opened(socket, Request.Peer(address))
}

private func closed(_ context: UnsafeMutableRawPointer, _ id: UInt) {
    unsafe owner(context).connections.closed(id)
}

private func began(
    _ context: UnsafeMutableRawPointer, _ id: UInt, _ target: UnsafePointer<CChar>
) -> UnsafeMutableRawPointer {
    unsafe Unmanaged.passRetained(owner(context).began(id, String(cString: target))).toOpaque()
}

private func received(
    _ context: UnsafeMutableRawPointer, _ connection: OpaquePointer, _ request: UnsafeMutableRawPointer,
    _ method: UnsafePointer<CChar>, _ bytes: UnsafePointer<UInt8>?, _ count: Int
) -> Bool {
    let exchange = unsafe Unmanaged<RequestExchange>.fromOpaque(request).takeUnretainedValue()
    return unsafe owner(context).received(
        connection, exchange, method: String(cString: method),
        bytes: UnsafeBufferPointer(start: bytes, count: count))
}

private func ended(_ context: UnsafeMutableRawPointer, _ request: UnsafeMutableRawPointer) {
    let exchange = unsafe Unmanaged<RequestExchange>.fromOpaque(request).takeRetainedValue()
    unsafe owner(context).ended(exchange)
}

private func logged(_ context: UnsafeMutableRawPointer, _ line: UnsafePointer<CChar>) {
    unsafe owner(context).logged(String(cString: line))
}
