internal import Glibc
public import Posix

/// Plain file work for tests: short names, whole files, errors that name the path.
public enum TestFiles {
    /// The bytes of a file.
    public static func read(_ path: String) throws(SystemError) -> [UInt8] {
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if number < 0 { throw SystemError.last("open \(path)") }
        let file = FileDescriptor(taking: number)
        return try readToEnd(file.number, path)
    }

    /// The text of a file; bytes that are no UTF-8 are replaced.
    public static func text(_ path: String) throws(SystemError) -> String {
        String(decoding: try read(path), as: UTF8.self)
    }

    /// Makes or replaces a file.
    public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(SystemError) {
        let number = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        if number < 0 { throw SystemError.last("create \(path)") }
        let file = FileDescriptor(taking: number)
        try writeAll(bytes, to: file.number, path)
    }

    /// Makes or replaces a text file.
    public static func write(_ text: String, to path: String, mode: UInt32 = 0o644) throws(SystemError) {
        try write(Array(text.utf8), to: path, mode: mode)
    }

    /// Makes a directory and those above it; one that exists is fine.
    public static func makeDirectory(_ path: String) throws(SystemError) {
        if unsafe mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try makeDirectory(String(path[..<slash]))
            if unsafe mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        }
        throw SystemError.last("make the directory \(path)")
    }

    /// Makes a new directory whose name starts with `prefix`.
    public static func makeTemporaryDirectory(_ prefix: String) throws(SystemError) -> String {
        var template = Array((prefix + ".XXXXXX").utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
        }
        if !made { throw SystemError.last("make a directory \(prefix).*") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names in a directory, in order, without `.` and `..`.
    public static func list(_ path: String) throws(SystemError) -> [String] {
        guard let directory = unsafe opendir(path) else { throw SystemError.last("list \(path)") }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether the name exists, even as a link to nothing.
    public static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// Where a symbolic link points; nil where there is no link.
    public static func linkTarget(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes -> Int in
            guard let base = unsafe bytes.bindMemory(to: CChar.self).baseAddress else { return -1 }
            return unsafe readlink(path, base, bytes.count)
        }
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    /// Removes a file or a whole tree, write-protected directories and all; what does not exist is fine.
    public static func remove(_ path: String) throws {
        let script = #"rm -rf -- "$1" 2>/dev/null || { chmod -R u+rwX -- "$1"; rm -rf -- "$1"; }"#
        try runProgram(["sh", "-c", script, "sh", path]).succeeded()
    }

    static func readToEnd(_ descriptor: Int32, _ name: String) throws(SystemError) -> [UInt8] {
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw SystemError.last("read \(name)") }
            if count == 0 { return result }
            result += buffer.prefix(count)
        }
    }

    static func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ name: String) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress.map { unsafe $0 + written }, $0.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw SystemError.last("write \(name)") }
            written += count
        }
    }
}
