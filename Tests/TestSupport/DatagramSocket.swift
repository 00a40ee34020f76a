internal import Glibc
public import Posix

/// A socket that receives messages, as a service manager has one: at a file, or at an address that begins with `@`.
public final class DatagramSocket: Sendable {
    private let socket: FileDescriptor

    /// Begins to receive.
    public init(_ address: String) throws(SystemError) {
        let number = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if number < 0 { throw SystemError.last("make a socket") }
        socket = FileDescriptor(taking: number)
        let isFile = address.hasPrefix("/")
        let path = try SocketPath(isFile ? address : String(address.dropFirst()))
        let name = (isFile ? [] : [0]) + Array(path.text.utf8)
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &target.sun_path) { unsafe $0.copyBytes(from: name) }
        let size = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: target.sun_path) + name.count
        let status = unsafe withUnsafePointer(to: &target) { target in
            unsafe target.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(number, $0, socklen_t(size))
            }
        }
        if status != 0 { throw SystemError.last("listen on \(address)") }
    }

    /// The next message; nil when there is none now.
    public func receive() -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe bytes.withUnsafeMutableBytes {
            unsafe recv(socket.number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
        }
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
