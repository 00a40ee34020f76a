internal import CShims
internal import Glibc

/// How a path below an open directory is followed without leaving it.
public enum BeneathResolution: Sendable {
    /// openat2(2) does it in one call, since Linux 5.6.
    case kernel
    /// One directory after another, each opened with `O_NOFOLLOW`.
    case walk

    /// What works here; it is found out once.
    public static let available: BeneathResolution = {
        // Older kernels do not know the call, and older seccomp profiles of containers refuse it.
        let number = unsafe shim_open_beneath(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if number < 0 { return .walk }
        Glibc.close(number)
        return .kernel
    }()
}

// What lies below a directory that is open. No call follows a symbolic link, none waits for a FIFO, and none leaves the
// directory, whatever is exchanged meanwhile.
extension FileDescriptor {
    /// Opens a directory below this one by its path, in which there are no symbolic links.
    ///
    /// - Throws: a failure that names the part of the path which is something else, as far as that is still there.
    public borrowing func openDirectory(
        beneath path: String, by resolution: BeneathResolution = .available
    ) throws(SystemError) -> FileDescriptor {
        do throws(SystemError) {
            switch resolution {
            case .kernel:
                let number = self.number
                let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
                return FileDescriptor(
                    taking: unsafe try pathCall("open", path) { unsafe shim_open_beneath(number, $0, flags) })
            case .walk: return try walk(path)
            }
        } catch {
            guard error.code == ELOOP || error.code == ENOTDIR || error.code == EXDEV else { throw error }
            throw try obstacle(path) ?? error
        }
    }

    /// Opens a regular file that is an entry of this directory.
    ///
    /// - Throws: a failure that says what it is when it is something else; `isWrongKind` is true of that.
    public borrowing func openFile(
        entry name: some SystemPath, _ access: FileAccess = .read, _ options: OpenOptions = [], mode: UInt32 = 0o666
    ) throws(SystemError) -> FileDescriptor {
        let file: FileDescriptor
        do throws(SystemError) {
            file = try open(entry: name, access, options.union([.noFollow, .nonBlocking]), mode: mode)
        } catch {
            // A symbolic link, a directory that was to be written, a socket or a FIFO that nobody reads.
            guard error.code == ELOOP || error.code == EISDIR || error.code == ENXIO,
                let status = try statusIfPresent(entry: name), status.kind != .file
            else { throw error }
            throw .wrongKind(status, operation: error.operation)
        }
        let status = try file.status()
        if status.kind != .file { throw .wrongKind(status, operation: "open \(name.pathText)") }
        return file
    }

    /// The whole content of a regular file; fails with `EFBIG` when it is longer than `limit` bytes.
    public borrowing func readFile(entry name: some SystemPath, limit: Int) throws(SystemError) -> [UInt8] {
        try openFile(entry: name).readAll(limit: limit)
    }

    /// Writes a file that must not exist yet.
    public borrowing func createFile(entry name: some SystemPath, _ bytes: [UInt8]) throws(SystemError) {
        try open(entry: name, .write, [.create, .exclusive, .noFollow]).writeAll(bytes)
    }

    /// Replaces a file as a whole, as `AtomicFile.write` does; a symbolic link of that name is replaced itself.
    public borrowing func replaceFile(
        entry name: some SystemPath, _ bytes: Span<UInt8>, mode: UInt32? = 0o644, synchronized: Bool = false
    ) throws(SystemError) {
        let temporary = TemporaryName.make()
        let file = try open(
            entry: temporary, .write, [.create, .exclusive, .noFollow], mode: mode == nil ? 0o666 : 0o600)
        do throws(SystemError) {
            try AtomicFile.fill(file, bytes, mode, synchronized)
            try rename(entry: temporary, to: self, as: name)
        } catch {
            // The failure to report is the first one.
            try? remove(entry: temporary)
            throw error
        }
        if synchronized { try synchronizeEntries() }
    }

    /// Renames an entry, and fails with `EEXIST` when the new name is taken.
    public borrowing func rename(
        entry name: some SystemPath, to directory: borrowing FileDescriptor, asNew newName: some SystemPath
    ) throws(SystemError) {
        let (source, target) = (number, directory.number)
        unsafe try pathCall("rename", name, "to", newName) { unsafe shim_rename_new(source, $0, target, $1) }
    }

    /// Waits until the names in this directory are on the disk, as `Files.synchronizeDirectory` does.
    public borrowing func synchronizeEntries() throws(SystemError) {
        do throws(SystemError) {
            try synchronize()
        } catch  where error.code == EINVAL {
            // Some network file systems cannot do that: then there is nothing to wait for.
        }
    }

    private borrowing func walk(_ path: String) throws(SystemError) -> FileDescriptor {
        // Directories on the way need not be readable.
        var current = try open(entry: ".", .name, .directory)
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { throw SystemError(code: EXDEV, operation: "open \(path)") }
            current = try current.open(entry: String(part), .name, [.directory, .noFollow])
        }
        return try current.openDirectory(entry: ".")
    }

    /// The failure that names the first part of a path which is no directory; nil when there is none any more.
    private borrowing func obstacle(_ path: String) throws(SystemError) -> SystemError? {
        var current = try open(entry: ".", .name, .directory)
        var walked = ""
        for part in path.split(separator: "/") where part != "." && part != ".." {
            walked += walked.isEmpty ? String(part) : "/" + part
            guard let status = try current.statusIfPresent(entry: String(part)) else { return nil }
            if status.kind != .directory {
                return SystemError(
                    code: status.kind == .symbolicLink ? ELOOP : ENOTDIR, operation: "open \(path)",
                    reason: "\(walked) is \(status.kindText), not a directory")
            }
            current = try current.open(entry: String(part), .name, [.directory, .noFollow])
        }
        return nil
    }
}

extension Files {
    /// The whole content of a small regular file, reached through symbolic links too; never waits, as for a FIFO.
    public static func readRegular(_ path: some SystemPath, limit: Int) throws(SystemError) -> [UInt8] {
        try openRegular(path).readAll(limit: limit)
    }

    /// Opens a regular file for reading, reached through symbolic links too; never waits, as for a FIFO.
    public static func openRegular(_ path: some SystemPath) throws(SystemError) -> FileDescriptor {
        let file = try FileDescriptor.open(path, .read, .nonBlocking)
        let status = try file.status()
        if status.kind != .file { throw .wrongKind(status, operation: "read \(path.pathText)") }
        return file
    }
}

extension SystemError {
    /// Something else than a regular file is where one should be.
    public static func wrongKind(_ status: FileStatus, operation: String) -> SystemError {
        let code = status.kind == .directory ? EISDIR : status.kind == .symbolicLink ? ELOOP : ENXIO
        return SystemError(code: code, operation: operation, reason: "it is \(status.kindText), not a regular file")
    }

    /// Whether something of another kind than what belongs there is in the place that was named.
    public var isWrongKind: Bool {
        reason != nil && (code == EISDIR || code == ELOOP || code == ENXIO || code == ENOTDIR)
    }
}
