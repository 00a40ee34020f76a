internal import Glibc

/// One name in a directory.
public struct DirectoryEntry: Sendable {
    /// The name, ending in a zero byte.
    public let name: [UInt8]
    /// Whether it is a directory; nil where the file system does not say.
    public let isDirectory: Bool?

    /// The name without the zero byte, as people read it.
    public var text: String { String(decoding: name.dropLast(), as: UTF8.self) }
}

extension TreeFile {
    /// The names in an open directory, without `.` and `..`, in no particular order.
    public static func entries(of directory: Int32) throws(SystemError) -> [DirectoryEntry] {
        // A descriptor of its own, because closing the stream closes it, and with a position of its own.
        let copy = try systemCall("read a directory") {
            unsafe openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        guard let stream = unsafe fdopendir(copy) else {
            let error = SystemError.last("read a directory")
            close(copy)
            throw error
        }
        defer { unsafe closedir(stream) }
        var entries: [DirectoryEntry] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                if errno != 0 { throw SystemError.last("read a directory") }
                return entries
            }
            let kind = Int32(unsafe entry.pointee.d_type)
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe [UInt8]($0.prefix { $0 != 0 }) + [0] }
            if name == [UInt8(ascii: "."), 0] || name == [UInt8(ascii: "."), UInt8(ascii: "."), 0] { continue }
            entries.append(DirectoryEntry(name: name, isDirectory: kind == 0 ? nil : kind == 4))
        }
    }
}
