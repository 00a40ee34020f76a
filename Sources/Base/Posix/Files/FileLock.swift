internal import Glibc

/// Holds a lock that only one process can have; it ends with the process, however that ends.
public struct FileLock: ~Copyable, Sendable {
    // The kernel ties the lock to the open file: closing it, also by dying, gives the lock up.
    private let file: FileDescriptor

    /// Takes the lock of the file at `path`, which is made when it is missing and stays when the lock is given up.
    ///
    /// - Throws: `EWOULDBLOCK`, naming the process that holds it as far as that is known, when it is taken.
    public init(_ path: String) throws(SystemError) {
        let (directory, name) = splitPath(path)
        try self.init(entry: name, of: try FileDescriptor.openDirectory(directory), path: path)
    }

    /// Takes the lock of a file in a directory that is open; `path` names it in errors.
    ///
    /// - Throws: as above, and a failure that says what is there when it is no regular file.
    public init(entry name: String, of directory: borrowing FileDescriptor, path: String) throws(SystemError) {
        let file: FileDescriptor
        do throws(SystemError) {
            file = try directory.openFile(entry: name, .readWrite, .create, mode: 0o600)
        } catch {
            throw SystemError(code: error.code, operation: "lock \(path)", reason: error.reason)
        }
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
        // The number is for people; a full volume is no reason not to serve what is on it.
        do throws(SystemError) {
            try file.resize(to: 0)
            try file.writeAll(Array("\(getpid())\n".utf8))
        } catch {
            try? file.resize(to: 0)
        }
        self.file = file
    }
}
