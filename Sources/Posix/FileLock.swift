internal import Glibc

/// Holds a lock that only one process can have; it ends with the process, however that ends.
public struct FileLock: ~Copyable, Sendable {
    // The kernel ties the lock to the open file: closing it, also by dying, gives the lock up.
    private let file: FileDescriptor

    /// Takes the lock of the file at `path`, which is made when it is missing and stays when the lock is given up.
    ///
    /// - Throws: `EWOULDBLOCK`, naming the process that holds it as far as that is known, when it is taken.
    public init(_ path: String) throws(SystemError) {
        let file = try FileDescriptor.open(path, .readWrite, [.create, .noFollow], mode: 0o600)
        let number = file.number
        do {
            try systemCall("lock \(path)") { flock(number, LOCK_EX | LOCK_NB) }
        } catch {
            if error.code != EWOULDBLOCK { throw error }
            let content = try file.readAll(limit: 64)
            let holder = String(decoding: content.prefix { (0x30...0x39).contains($0) }, as: UTF8.self)
            throw SystemError(
                code: EWOULDBLOCK,
                operation: "lock \(path), which "
                    + (holder.isEmpty ? "another process holds" : "process \(holder) holds"))
        }
        try file.resize(to: 0)
        try file.writeAll(Array("\(getpid())\n".utf8))
        self.file = file
    }
}
