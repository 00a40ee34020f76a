internal import Glibc
public import Posix

/// A port of 127.0.0.1 on which nobody listens, at least at this moment.
public func freePort() throws(SystemError) -> UInt16 {
    try LoopbackListener().port
}

/// A socket that listens on a free port of 127.0.0.1.
///
/// A server that inherits it needs no free port of its own and no wait for its start: connections queue meanwhile.
struct LoopbackListener: ~Copyable {
    let socket: FileDescriptor
    let port: UInt16

    init() throws(SystemError) {
        let number = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if number < 0 { throw SystemError.last("make a socket") }
        let listening = FileDescriptor(taking: number)
        var address = loopbackAddress(port: 0)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withSocketAddress(&address) { unsafe bind(number, $0, size) }
        if bound != 0 || listen(number, 128) != 0 { throw SystemError.last("listen on 127.0.0.1") }
        var length = size
        if unsafe withSocketAddress(&address, { unsafe getsockname(number, $0, &length) }) != 0 {
            throw SystemError.last("read the port of a socket")
        }
        socket = listening
        port = UInt16(bigEndian: address.sin_port)
    }

    /// Gives the socket up, for a server of our own.
    consuming func takeSocket() throws(SystemError) -> Int32 {
        let copy = fcntl(socket.number, F_DUPFD_CLOEXEC, 0)
        if copy < 0 { throw SystemError.last("duplicate a socket") }
        return copy
    }
}

/// Opens a connection to a port of 127.0.0.1.
func connectToLoopback(port: UInt16) throws(SystemError) -> FileDescriptor {
    let number = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    if number < 0 { throw SystemError.last("make a socket") }
    let socket = FileDescriptor(taking: number)
    var address = loopbackAddress(port: port)
    let status = unsafe withSocketAddress(&address) {
        unsafe connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
    if status != 0 { throw SystemError.last("connect to 127.0.0.1:\(port)") }
    return socket
}

private func loopbackAddress(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
}

private func withSocketAddress<Result>(
    _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
) -> Result {
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
    }
}
