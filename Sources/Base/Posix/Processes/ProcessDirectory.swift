internal import Glibc

/// The directory of one process in `/proc`, held open: what is read through it never speaks of another process.
///
/// Everything answers nil or nothing when the process has ended; what we may not read is an error.
public struct ProcessDirectory: ~Copyable, Sendable {
    /// The process number.
    public let processID: Int32
    private let directory: FileDescriptor

    /// Opens the directory; nil when there is no such process.
    public static func open(_ processID: Int32) throws(SystemError) -> ProcessDirectory? {
        try absent { () throws(SystemError) in
            ProcessDirectory(processID: processID, directory: try .openDirectory("/proc/\(processID)"))
        }
    }

    /// The numbers of all processes that can be seen.
    public static func all() throws(SystemError) -> [Int32] {
        var numbers: [Int32] = []
        try FileDescriptor.openDirectory("/proc").forEachEntry { entry in
            if let first = entry.name.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= first,
                let number = Int32(String(decoding: entry.name, as: UTF8.self))
            {
                numbers.append(number)
            }
            return true
        }
        return numbers
    }

    /// What `stat` says.
    public borrowing func status() throws(SystemError) -> ProcessStatus? {
        try read("stat", limit: 4096).flatMap { ProcessStatus(line: $0) }
    }

    /// The real user, from `status`.
    public borrowing func userID() throws(SystemError) -> UInt32? {
        try fields(["Uid"])?["Uid"].flatMap { UInt32($0) }
    }

    /// What it does with signals, from `status`.
    public borrowing func signalHandling() throws(SystemError) -> SignalHandling? {
        try fields(["SigBlk", "SigIgn", "SigCgt"]).flatMap { SignalHandling(fields: $0) }
    }

    /// The first words of lines of `status`.
    private borrowing func fields(_ names: Set<String>) throws(SystemError) -> [String: String]? {
        guard let text = try read("status", limit: 64 * 1024) else { return nil }
        var found: [String: String] = [:]
        // A name may hold a line end, but it is written as `\n` here.
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let words = line.split { ":\t ".utf8.contains($0) }
            guard let first = words.first, words.count > 1 else { continue }
            let name = String(decoding: first, as: UTF8.self)
            if names.contains(name) { found[name] = String(decoding: words[1], as: UTF8.self) }
        }
        return found
    }

    /// The arguments, the program's own name first; empty for a zombie or a thread of the kernel.
    public borrowing func arguments() throws(SystemError) -> [[UInt8]]? {
        guard var bytes = try read("cmdline", limit: 4 * 1024 * 1024) else { return nil }
        while bytes.last == 0 { bytes.removeLast() }
        if bytes.isEmpty { return [] }
        return bytes.split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
    }

    /// What a link such as `exe`, `cwd` or `fd/3` points to.
    public borrowing func link(_ name: String) throws(SystemError) -> [UInt8]? {
        try named(name) { (directory) throws(SystemError) in try directory.readSymbolicLink(entry: name) }
    }

    /// What its open descriptors are.
    public borrowing func openFiles() throws(SystemError) -> [[UInt8]] {
        let directory = try named("fd") { (directory) throws(SystemError) in try directory.openDirectory(entry: "fd") }
        guard let list = directory else { return [] }
        var files: [[UInt8]] = []
        let entries = try ProcessDirectory.absent { () throws(SystemError) in try list.entries() } ?? []
        for entry in entries {
            // It may be closed by now.
            let target = try ProcessDirectory.absent { () throws(SystemError) in
                try list.readSymbolicLink(entry: entry.name)
            }
            if let target { files.append(target) }
        }
        return files
    }

    /// The files that are mapped into its memory, each once.
    public borrowing func mappedFiles() throws(SystemError) -> [[UInt8]] {
        guard let bytes = try read("maps", limit: 64 * 1024 * 1024) else { return [] }
        var seen: Set<[UInt8]> = []
        var files: [[UInt8]] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            // Address, permissions, offset, device, inode; what follows is the path, spaces and all.
            guard let slash = line.firstIndex(of: UInt8(ascii: "/")) else { continue }
            let path = Array(line[slash...])
            if seen.insert(path).inserted { files.append(path) }
        }
        return files
    }

    private borrowing func read(_ name: String, limit: Int) throws(SystemError) -> [UInt8]? {
        try named(name) { (directory) throws(SystemError) in
            try directory.open(entry: name).readAll(limit: limit)
        }
    }

    private borrowing func named<Value: ~Copyable>(
        _ name: String, _ body: (borrowing FileDescriptor) throws(SystemError) -> Value
    ) throws(SystemError) -> Value? {
        do {
            return try body(directory)
        } catch {
            if ProcessDirectory.meansAbsent(error) { return nil }
            throw SystemError(code: error.code, operation: "read /proc/\(processID)/\(name)")
        }
    }

    private static func absent<Value: ~Copyable>(
        _ body: () throws(SystemError) -> Value
    ) throws(SystemError) -> Value? {
        do {
            return try body()
        } catch {
            if meansAbsent(error) { return nil }
            throw error
        }
    }

    private static func meansAbsent(_ error: SystemError) -> Bool { error.code == ENOENT || error.code == ESRCH }
}
