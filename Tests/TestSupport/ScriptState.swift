internal import Glibc
internal import Posix
internal import Synchronization

/// What the threads of a scripted server share.
final class ScriptState: Sendable {
    private let scripts: [[ScriptedServer.Step]]
    private let stopping: Cancellation
    private let bytes = Mutex<[[UInt8]]>([])

    init(scripts: [[ScriptedServer.Step]]) throws(SystemError) {
        self.scripts = scripts
        stopping = try Cancellation()
    }

    var received: [[UInt8]] { bytes.withLock { $0 } }

    func stop() {
        stopping.cancel()
    }

    /// Accepts connections, each with a thread of its own, until the server is stopped.
    func acceptConnections(from number: Int32) {
        let listener = FileDescriptor(taking: number)
        var threads: [ServerThread] = []
        while waitFor(POLLIN, on: listener.number) {
            let accepted = accept(listener.number, nil, nil)
            if accepted < 0 { continue }
            _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
            _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
            let index = bytes.withLock { bytes in
                bytes.append([])
                return bytes.count - 1
            }
            do {
                threads.append(try ServerThread { self.serve(accepted, index) })
            } catch {
                close(accepted)
            }
        }
        threads.forEach { $0.join() }
    }

    private func serve(_ number: Int32, _ index: Int) {
        let connection = FileDescriptor(taking: number)
        let script = index < scripts.count ? scripts[index] : scripts.last ?? []
        for step in script where !play(step, connection.number, index) { return }
        // Closing with unread input would send a reset, and the peer could lose what it was sent.
        shutdown(connection.number, Int32(SHUT_WR))
        let end = Deadline.after(.seconds(1))
        while receive(connection.number, index, until: end) {}
    }

    /// Does one step; false when the peer or the server has gone.
    private func play(_ step: ScriptedServer.Step, _ connection: Int32, _ index: Int) -> Bool {
        switch step {
        case .send(let bytes):
            return send(bytes, connection)
        case .drip(let bytes, let interval):
            for byte in bytes {
                if !send([byte], connection) || !pause(interval) { return false }
            }
            return true
        case .sendForever(let bytes):
            while send(bytes, connection) {}
            return false
        case .receive(let condition):
            while !condition(received[index]) {
                if !receive(connection, index, until: nil) { return true }
            }
            return true
        case .pause(let duration):
            return pause(duration)
        case .staySilent:
            while receive(connection, index, until: nil) {}
            return false
        case .reset:
            var now = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
            return false
        }
    }

    private func send(_ bytes: [UInt8], _ connection: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            if !waitFor(POLLOUT, on: connection) { return false }
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    connection, buffer.baseAddress.map { unsafe $0 + sent }, buffer.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count > 0 { sent += count } else if errno != EAGAIN && errno != EINTR { return false }
        }
        return true
    }

    /// Reads once; false when the peer has ended its side, the time is up or the server is stopped.
    private func receive(_ connection: Int32, _ index: Int, until deadline: Deadline?) -> Bool {
        guard waitFor(POLLIN, on: connection, until: deadline) else { return false }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(connection, $0.baseAddress, $0.count, 0) }
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        bytes.withLock { $0[index] += buffer.prefix(count) }
        return count > 0
    }

    private func pause(_ duration: Duration) -> Bool {
        !isReady(POLLIN, on: -1, until: .after(duration)) && !stopping.isCancelled
    }

    private func waitFor(_ event: Int32, on descriptor: Int32, until deadline: Deadline? = nil) -> Bool {
        isReady(event, on: descriptor, until: deadline) && !stopping.isCancelled
    }

    /// Waits for a descriptor or the end of the server; false when the time is up first.
    private func isReady(_ event: Int32, on descriptor: Int32, until deadline: Deadline?) -> Bool {
        while true {
            var watched = [
                pollfd(fd: descriptor, events: Int16(event), revents: 0),
                pollfd(fd: stopping.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let ready = unsafe poll(&watched, 2, deadline?.remainingMilliseconds ?? -1)
            if ready > 0 { return true }
            if ready == 0 && deadline?.remaining == .zero { return false }
        }
    }
}
