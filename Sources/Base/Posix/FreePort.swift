internal import Glibc

/// A port of 127.0.0.1 on which nobody listens, at least at this moment.
public func unusedLoopbackPort() throws(SystemError) -> UInt16 {
    let operation = "find a free port of 127.0.0.1"
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let socket = FileDescriptor(taking: try systemCall(operation) { Glibc.socket(AF_INET, type, 0) })
    let number = socket.number
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let size = length
    try systemCall(operation) {
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(number, $0, size) }
        }
    }
    try systemCall(operation) {
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(number, $0, &length) }
        }
    }
    return UInt16(bigEndian: address.sin_port)
}
