/// A path of a socket file that fits into a socket's address, which has room for 107 bytes only.
///
/// A longer one is reached through its directory, which is held open: use the text as long as this value lives.
public struct SocketPath: ~Copyable, Sendable {
    /// The path to give to bind(2) or connect(2).
    public let text: String
    private let directory: FileDescriptor?

    /// The most bytes that an address takes.
    private static let longest = 107

    /// Finds a short path for a file that is there or is to be made; its directory must exist if the path is long.
    public init(_ path: String) throws(SystemError) {
        guard path.utf8.count > SocketPath.longest, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            text = path
            directory = nil
            return
        }
        let held = try FileDescriptor.openDirectory(String(path[...slash]))
        text = "/proc/self/fd/\(held.number)/\(path[path.utf8.index(after: slash)...])"
        directory = consume held
    }
}
