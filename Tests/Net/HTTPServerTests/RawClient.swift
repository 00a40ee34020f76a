import CMicrohttpdShims
import Glibc
import Posix

/// A client that sends exactly what it is told, however wrong.
final class RawClient {
    private let socket: FileDescriptor

    /// Connects to a port of 127.0.0.1, or of ::1.
    init(port: UInt16, isIPv6: Bool = false, receiveBuffer: Int32? = nil) throws {
        socket = try RawClient.make(isIPv6 ? AF_INET6 : AF_INET)
        if var size = receiveBuffer {
            unsafe setsockopt(socket.number, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_addr = in6addr_loopback
            try RawClient.connect(socket, &address)
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            try RawClient.connect(socket, &address)
        }
    }

    /// Connects to a socket file.
    init(path: String) throws {
        socket = try RawClient.make(AF_UNIX)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
        try RawClient.connect(socket, &address)
    }

    private static func make(_ family: Int32) throws -> FileDescriptor {
        let number = Glibc.socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if number < 0 { throw SystemError.last("make a socket") }
        return FileDescriptor(taking: number)
    }

    private static func connect<Address>(_ socket: borrowing FileDescriptor, _ address: inout Address) throws {
        let number = socket.number
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(number, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        if status != 0 { throw SystemError.last("connect") }
    }

    /// Sends bytes; false when the server has closed the connection.
    @discardableResult
    func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(socket.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Says that nothing more will be sent.
    func endSending() {
        shutdown(socket.number, Int32(SHUT_WR))
    }

    /// Reads until what was read meets the condition, the server closes, or the time is up.
    func receive(
        within limit: Duration = .seconds(10), until isEnough: (String) -> Bool = { _ in false }
    ) throws -> String {
        let deadline = Deadline.after(limit)
        var received: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while deadline.remaining > .zero {
            let text = String(decoding: received, as: UTF8.self)
            if isEnough(text) { return text }
            try deadline.wait(for: socket.number)
            let count = unsafe piece.withUnsafeMutableBytes {
                unsafe recv(socket.number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                received += piece[..<count]
            } else if count == 0 || errno != EAGAIN {
                return text
            }
        }
        throw SystemError(code: ETIMEDOUT, operation: "receive an answer")
    }

    /// Sends a request that asks for the connection to be closed, and reads all of the answer.
    func exchange(_ request: String) throws -> String {
        send(request)
        return try receive()
    }
}

/// A request for a path, after which the server closes the connection.
func request(_ method: String, _ path: String, _ headers: [String] = [], body: String? = nil) -> String {
    var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close"] + headers
    if let body { lines.append("Content-Length: \(body.utf8.count)") }
    return (lines + ["", ""]).joined(separator: "\r\n") + (body ?? "")
}

/// The status code in an answer's first line.
func status(_ answer: String) -> Int? {
    answer.split(separator: " ").dropFirst().first.flatMap { Int($0) }
}

/// What follows the head of an answer.
func body(_ answer: String) -> String {
    answer.firstRange(of: "\r\n\r\n").map { String(answer[$0.upperBound...]) } ?? ""
}
