internal import CShims
internal import Glibc

/// One entry of a directory.
public struct DirectoryEntry: Sendable, Equatable {
    /// The name, as the file system has it.
    public let name: [UInt8]
    /// What it is; nil when this file system does not say, and then `status(entry:)` does.
    public let kind: FileStatus.Kind?
    /// The file's number on its device.
    public let inode: UInt64
}

extension FileDescriptor {
    /// Hands over the entries of this directory, less `.` and `..`, in the file system's order, until the body says false.
    ///
    /// It always starts from the beginning. Memory does not grow with the directory.
    public borrowing func forEachEntry(
        _ body: (DirectoryEntry) throws(SystemError) -> Bool
    ) throws(SystemError) {
        let number = self.number
        try systemCall("read a directory") { lseek(number, 0, SEEK_SET) }
        var buffer = [UInt8](repeating: 0, count: 32 * 1024)
        while true {
            let count = try systemCall("read a directory") {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe shim_read_entries(number, $0.baseAddress, UInt($0.count))
                }
            }
            if count == 0 { return }
            var position = 0
            while position < count {
                let (entry, length) = DirectoryEntry.parse(buffer.span, at: position)
                position += length
                if entry.name == [UInt8(ascii: ".")] || entry.name == [UInt8(ascii: "."), UInt8(ascii: ".")] {
                    continue
                }
                if try !body(entry) { return }
            }
        }
    }

    /// The entries of this directory, less `.` and `..`, in the file system's order.
    public borrowing func entries() throws(SystemError) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        try forEachEntry { entry in
            entries.append(entry)
            return true
        }
        return entries
    }
}

extension DirectoryEntry {
    /// Reads one record of getdents64(2): inode (8 bytes), offset (8), length (2), type (1), name with a zero at its end.
    fileprivate static func parse(_ bytes: Span<UInt8>, at start: Int) -> (DirectoryEntry, length: Int) {
        var inode: UInt64 = 0
        for index in 0..<8 { inode |= UInt64(bytes[start + index]) << UInt64(8 * index) }
        let length = Int(bytes[start + 16]) | Int(bytes[start + 17]) << 8
        let kind: FileStatus.Kind? =
            switch Int(bytes[start + 18]) {
            case 0: nil
            case 4: .directory
            case 8: .file
            case 10: .symbolicLink
            default: .other
            }
        var end = start + 19
        while bytes[end] != 0 { end += 1 }
        let name = unsafe bytes.extracting((start + 19)..<end).withUnsafeBufferPointer { unsafe [UInt8]($0) }
        return (DirectoryEntry(name: name, kind: kind, inode: inode), length)
    }
}
