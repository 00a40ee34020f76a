internal import Glibc
internal import Posix

/// The little that the store does with plain files.
enum Files {
    /// Makes a directory; one that is there already will do.
    static func makeDirectory(_ path: String) throws(GitError) {
        guard unsafe mkdir(path, 0o777) != 0 else { return }
        let error = SystemError.last("make directory \(path)")
        // A symbolic link to a directory is as good: people put stores on other volumes.
        guard error.code == EEXIST, isDirectory(path) else { throw GitError(error) }
    }

    /// Makes a directory and those above it that are missing.
    static func makeDirectories(_ path: String) throws(GitError) {
        if isDirectory(path) { return }
        let parent = parent(of: path)
        if parent != path, parent != "." { try makeDirectories(parent) }
        try makeDirectory(path)
    }

    /// The path of the directory that a path lies in.
    static func parent(of path: String) -> String {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
        return slash == path.startIndex ? (path.hasPrefix("/") ? "/" : ".") : String(path[..<slash])
    }

    /// Whether there is a directory at this path, or at the end of the symbolic link there.
    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether there is anything at this path.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// The number of bytes in a file.
    static func size(of path: String) throws(GitError) -> UInt64 {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw GitError(SystemError.last("look at \(path)")) }
        return UInt64(status.st_size)
    }

    /// Reads a whole small file; nil when there is none.
    static func read(_ path: String, limit: Int) throws(GitError) -> [UInt8]? {
        let operation = "read \(path)"
        let number = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        if number < 0 {
            let error = SystemError.last(operation)
            if error.isNotFound || error.code == ENOTDIR { return nil }
            throw GitError(error)
        }
        let file = FileDescriptor(taking: number)
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = unsafe Glibc.read(file.number, &buffer, buffer.count)
            if count == 0 { return content }
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw GitError(SystemError.last(operation)) }
            content += buffer[..<count]
            guard content.count <= limit else {
                throw GitError(code: .limitExceeded, operation: operation, message: "it has more than \(limit) bytes")
            }
        }
    }

    /// Replaces a file as a whole: whoever reads it, and whenever we are killed, sees the old content or the new.
    ///
    /// The new file gets a name of its own instead of git's `NAME.lock`, so that a lock which a killed git program left
    /// behind stops nothing.
    static func replace(_ path: String, with content: [UInt8]) throws(GitError) {
        var attempt = UInt32(truncatingIfNeeded: getpid()) &* 2_654_435_761
        while true {
            let temporary = "\(path)\(temporarySuffix)\(String(attempt, radix: 16))"
            let number = unsafe Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if number < 0, errno == EEXIST {
                attempt &+= 1
                continue
            }
            guard number >= 0 else { throw GitError(SystemError.last("write \(path)")) }
            do throws(GitError) {
                try write(content, to: FileDescriptor(taking: number), path)
                guard unsafe rename(temporary, path) == 0 else { throw GitError(SystemError.last("write \(path)")) }
            } catch {
                _ = unsafe unlink(temporary)
                throw error
            }
            return try flushDirectory(of: path)
        }
    }

    /// What `replace` appends to a name while it writes.
    static let temporarySuffix = ".new-"

    private static func write(
        _ content: [UInt8], to file: consuming FileDescriptor, _ path: String
    ) throws(GitError) {
        var written = 0
        while written < content.count {
            let count = unsafe content.withUnsafeBytes { bytes in
                unsafe Glibc.write(file.number, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw GitError(SystemError.last("write \(path)")) }
            written += count
        }
        guard fsync(file.number) == 0 else { throw GitError(SystemError.last("write \(path) to the disk")) }
    }

    /// Makes the names in a file's directory survive a power cut.
    static func flushDirectory(of path: String) throws(GitError) {
        let parent = parent(of: path)
        let number = unsafe Glibc.open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw GitError(SystemError.last("open directory \(parent)")) }
        let directory = FileDescriptor(taking: number)
        // Some network file systems cannot flush a directory and say so with EINVAL: then there is nothing to do.
        guard fsync(directory.number) == 0 || errno == EINVAL else {
            throw GitError(SystemError.last("write directory \(parent) to the disk"))
        }
    }

    /// Removes a file; one that is not there will do.
    static func remove(_ path: String) throws(GitError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR else {
            throw GitError(SystemError.last("remove \(path)"))
        }
    }

    /// The names in a directory, without `.` and `..`; none when it does not exist.
    static func names(in path: String) throws(GitError) -> [String] {
        guard let directory = unsafe opendir(path) else {
            let error = SystemError.last("list directory \(path)")
            if error.isNotFound { return [] }
            throw GitError(error)
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(directory) else { break }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        if errno != 0 { throw GitError(SystemError.last("list directory \(path)")) }
        return names.sorted()
    }
}
