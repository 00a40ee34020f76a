import Glibc
import Synchronization

/// Listens on a free port of the loopback and plays a script on every connection, each on a thread of its own.
final class ScriptedServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let count = Mutex((accepted: 0, active: 0))

    /// How many connections were accepted.
    var connections: Int { count.withLock { $0.accepted } }
    /// How many connections are open.
    var active: Int { count.withLock { $0.active } }
    var url: String { "http://127.0.0.1:\(port)" }

    init(_ script: @escaping @Sendable (Connection) -> Void) throws {
        (listener, port) = try listenOnLoopback(SOCK_STREAM)
        let listener = self.listener
        onThread { [weak self] in
            defer { close(listener) }
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { return }
                guard let self else {
                    close(socket)
                    return
                }
                self.count.withLock { $0 = ($0.accepted + 1, $0.active + 1) }
                onThread { [weak self] in
                    let connection = Connection(socket: socket)
                    script(connection)
                    connection.finish()
                    self?.count.withLock { $0.active -= 1 }
                }
            }
        }
    }

    deinit {
        // Wakes the thread that accepts, which then ends and closes: nobody else may, or it would accept the
        // connections of the next one who gets the number.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// One accepted connection.
    ///
    /// Reads end after ten seconds at the latest.
    final class Connection: @unchecked Sendable {
        let socket: Int32
        private var unread: [UInt8] = []

        init(socket: Int32) {
            self.socket = socket
            var limit = timeval(tv_sec: 10, tv_usec: 0)
            unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }

        /// What has come, up to and with this text; nil when the peer is gone before.
        func read(to end: String) -> String? {
            let end = Array(end.utf8)
            while true {
                if unread.count >= end.count {
                    for start in 0...(unread.count - end.count) where unread[start...].starts(with: end) {
                        defer { unread.removeFirst(start + end.count) }
                        return String(decoding: unread[..<(start + end.count)], as: UTF8.self)
                    }
                }
                guard receive() else { return nil }
            }
        }

        func readHead() -> String? { read(to: "\r\n\r\n") }

        func read(count: Int) -> String? {
            while unread.count < count { guard receive() else { return nil } }
            defer { unread.removeFirst(count) }
            return String(decoding: unread[..<count], as: UTF8.self)
        }

        private func receive() -> Bool {
            var piece = [UInt8](repeating: 0, count: 65536)
            let count = unsafe recv(socket, &piece, piece.count, 0)
            guard count > 0 else { return false }
            unread += piece[..<count]
            return true
        }

        @discardableResult
        func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        @discardableResult
        func write(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let sent = unsafe rest.withUnsafeBytes {
                    unsafe send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { return false }
                rest = rest.dropFirst(sent)
            }
            return true
        }

        func answer(_ status: String = "200 OK", _ headers: [String] = [], body: String = "") {
            let lines = ["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.utf8.count)", "", body]
            write(lines.joined(separator: "\r\n"))
        }

        /// Answers every request in the same way until the peer goes.
        func answerAll(_ status: String = "200 OK", _ headers: [String] = [], body: String = "") {
            while readHead() != nil { answer(status, headers, body: body) }
        }

        /// Does nothing until the peer closes, or for ten seconds.
        func waitForEnd() {
            while receive() {}
        }

        /// Ends the connection with a reset.
        func reset() {
            var now = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        }

        func finish() {
            close(socket)
        }
    }
}

/// Binds a socket to a free port of the loopback; streams listen too.
func listenOnLoopback(_ kind: __socket_type, address: UInt32 = 0x7f00_0001, port: UInt16 = 0) throws -> (Int32, UInt16)
{
    let listener = socket(AF_INET, Int32(kind.rawValue | SOCK_CLOEXEC.rawValue), 0)
    try require(listener >= 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = address.bigEndian
    place.sin_port = port.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try unsafe withUnsafeMutablePointer(to: &place) { place in
        try unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
            try require(unsafe bind(listener, place, length) == 0)
            if kind == SOCK_STREAM { try require(listen(listener, 16) == 0) }
            try require(unsafe getsockname(listener, place, &length) == 0)
        }
    }
    return (listener, place.sin_port.bigEndian)
}

/// Connects to a port of the loopback; nil when nobody listens.
func connectToLoopback(_ port: UInt16) -> Int32? {
    let stream = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    place.sin_port = port.bigEndian
    let code = unsafe withUnsafePointer(to: &place) { place in
        unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
            unsafe connect(stream, place, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard code == 0 else {
        close(stream)
        return nil
    }
    return stream
}

/// A port on which nobody listens at the moment.
func freePort() throws -> UInt16 {
    let (listener, port) = try listenOnLoopback(SOCK_STREAM)
    close(listener)
    return port
}
