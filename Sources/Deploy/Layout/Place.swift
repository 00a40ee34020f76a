internal import Glibc
public import Posix

/// A file or directory below a directory that is held open.
///
/// Every call opens the way to it anew, beneath that directory and through no symbolic link, and ends at it: a symbolic
/// link there is looked at, renamed or removed itself. What is read or written is a regular file or a failure that says
/// what it is; no call waits for a FIFO.
public struct Place: Sendable {
    let base: HeldDirectory
    /// The way from there; empty for the directory itself.
    let relative: String
    /// How many of the first components are not ours to mend: a symbolic link there is refused and stays.
    let foreignComponents: Int

    init(_ base: HeldDirectory, _ relative: String, foreignComponents: Int = .max) {
        self.base = base
        self.relative = relative
        self.foreignComponents = foreignComponents
    }

    /// A file that the operator chose, with the symbolic links that lead to its directory resolved now, once and for all.
    public init(resolving path: String) throws(SystemError) {
        let base = path.hasPrefix("/") ? "" : String(decoding: try Files.workingDirectory(), as: UTF8.self) + "/"
        let path = normalized(base + path)
        let directory = try Files.resolve(parent(of: path))
        self.init(HeldDirectory(directory), lastComponent(of: path))
    }

    /// The absolute path.
    public var path: String {
        if relative.isEmpty { return base.path }
        return base.path == "/" ? "/" + relative : "\(base.path)/\(relative)"
    }

    /// The last component.
    public var name: String { lastComponent(of: relative) }

    /// The directory that it lies in.
    public var directory: Place {
        guard let slash = relative.lastIndex(of: "/") else {
            return Place(base, "", foreignComponents: foreignComponents)
        }
        return Place(base, String(relative[..<slash]), foreignComponents: foreignComponents)
    }

    /// What lies below it; the name may have several components.
    public func appending(_ name: String) -> Place {
        Place(base, relative.isEmpty ? name : "\(relative)/\(name)", foreignComponents: foreignComponents)
    }

    /// A place in it that nobody has used.
    public func unused() -> Place { appending(TemporaryName.make()) }

    /// Shows the open directory that it lies in to a closure, with its name there; failures name the whole path.
    private func within<Result: ~Copyable>(
        _ verb: String, _ body: (borrowing FileDescriptor, String) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        do throws(SystemError) {
            let top = try base.open()
            guard let slash = relative.lastIndex(of: "/") else {
                return try body(top.descriptor, relative.isEmpty ? "." : relative)
            }
            let directory = try top.descriptor.openDirectory(beneath: String(relative[..<slash]))
            return try body(directory, String(relative[relative.index(after: slash)...]))
        } catch {
            throw SystemError(code: error.code, operation: "\(verb) \(path)", reason: error.reason)
        }
    }
}

// Looking.
extension Place {
    /// The status of what is there, of a symbolic link itself; nil when there is nothing, or no way to it.
    public func statusIfPresent() throws(SystemError) -> FileStatus? {
        do throws(SystemError) {
            return try within("look at") { (directory, name) throws(SystemError) in
                try directory.statusIfPresent(entry: name)
            }
        } catch  where error.isMissing || error.isWrongKind {
            return nil
        }
    }

    /// Whether a directory is there.
    public func isDirectory() throws(SystemError) -> Bool { try statusIfPresent()?.kind == .directory }

    /// Opens the directory that is there.
    public func openDirectory() throws(SystemError) -> FileDescriptor {
        do throws(SystemError) {
            let top = try base.open()
            return try top.descriptor.openDirectory(beneath: relative.isEmpty ? "." : relative)
        } catch {
            throw SystemError(code: error.code, operation: "open the directory \(path)", reason: error.reason)
        }
    }

    /// Opens the regular file that is there.
    public func openFile() throws(SystemError) -> FileDescriptor {
        try within("open") { (directory, name) throws(SystemError) in try directory.openFile(entry: name) }
    }

    /// The entries of the directory that is there; none when there is no directory.
    public func entriesIfPresent() throws(SystemError) -> [DirectoryEntry] {
        do throws(SystemError) {
            return try openDirectory().entries()
        } catch  where error.isMissing || error.isWrongKind {
            return []
        }
    }

    /// The whole content of the regular file that is there; `EFBIG` when it is longer than `limit` bytes.
    public func read(limit: Int) throws(SystemError) -> [UInt8] {
        try within("read") { (directory, name) throws(SystemError) in
            try directory.readFile(entry: name, limit: limit)
        }
    }

    /// The same; nil when nothing is there.
    ///
    /// Something else than a regular file is a failure.
    public func readIfPresent(limit: Int) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            return try read(limit: limit)
        } catch  where error.isMissing {
            return nil
        }
    }

    /// The same; nil too when something else than a regular file is there, which says nothing.
    public func readIfRegular(limit: Int) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            return try readIfPresent(limit: limit)
        } catch  where error.isWrongKind {
            return nil
        }
    }

    /// What the symbolic link that is there points to; nil when there is none.
    public func symbolicLinkIfPresent() throws(SystemError) -> String? {
        guard try statusIfPresent()?.kind == .symbolicLink else { return nil }
        return try within("read the link") { (directory, name) throws(SystemError) in
            String(decoding: try directory.readSymbolicLink(entry: name), as: UTF8.self)
        }
    }
}

// Writing.
extension Place {
    /// Makes a directory that must not exist yet in one that does.
    public func makeDirectory(mode: UInt32 = 0o777) throws(SystemError) {
        try within("create the directory") { (directory, name) throws(SystemError) in
            try directory.makeDirectory(entry: name, mode: mode)
        }
    }

    /// Opens the directory, and makes it and those above it as far as they are missing.
    ///
    /// A symbolic link in the place of a directory of ours is removed, never followed.
    @discardableResult
    public func makeDirectories() throws(SystemError) -> FileDescriptor {
        do throws(SystemError) {
            let top = try base.open(making: true)
            do throws(SystemError) {
                return try top.descriptor.openDirectory(beneath: relative.isEmpty ? "." : relative)
            } catch  where error.isMissing || error.isWrongKind {
                return try make(below: top.descriptor)
            }
        } catch {
            throw SystemError(code: error.code, operation: "create the directory \(path)", reason: error.reason)
        }
    }

    private func make(below top: borrowing FileDescriptor) throws(SystemError) -> FileDescriptor {
        var current = try top.openDirectory(entry: ".")
        var walked = base.path == "/" ? "" : base.path
        for (position, part) in relative.split(separator: "/").map(String.init).enumerated() {
            walked += "/" + part
            let status = try current.statusIfPresent(entry: part)
            if let status, status.kind == .symbolicLink, position >= foreignComponents {
                try current.remove(entry: part)
                base.onMend(walked, status.kindText)
            } else if let status, status.kind != .directory {
                throw SystemError(
                    code: ENOTDIR, operation: "create the directory \(path)",
                    reason: "\(walked) is \(status.kindText), not a directory; move it away")
            }
            do throws(SystemError) {
                if status?.kind != .directory { try current.makeDirectory(entry: part) }
            } catch  where error.isTaken {
                // Somebody has made it meanwhile; whether it is a directory shows now.
            }
            current = try current.openDirectory(entry: part)
        }
        return current
    }

    /// Writes a file that must not exist yet.
    public func create(_ bytes: [UInt8]) throws(SystemError) {
        try within("create") { (directory, name) throws(SystemError) in try directory.createFile(entry: name, bytes) }
    }

    /// Replaces the file as a whole, and whatever else has its name but a directory: readers see the old or the new.
    ///
    /// With `synchronized`, the bytes and the name are on the disk when this returns. On failure the file is as it was.
    public func replace(
        _ bytes: [UInt8], mode: UInt32? = 0o644, synchronized: Bool = false
    ) throws(SystemError) {
        try within("write") { (directory, name) throws(SystemError) in
            try directory.replaceFile(entry: name, bytes.span, mode: mode, synchronized: synchronized)
        }
    }

    /// Adds a line to the end of the file with one write; makes the file when it is missing.
    ///
    /// A line that was cut off, because the disk was full or we were killed, does not stay: half of it tells nothing.
    public func appendLine(_ line: [UInt8], mode: UInt32 = 0o644) throws(SystemError) {
        try within("write to") { (directory, name) throws(SystemError) in
            let file = try directory.openFile(entry: name, .readWrite, [.create, .append], mode: mode)
            let end = try Self.endOfLastLine(in: file)
            if try file.status().size > end { try file.resize(to: end) }
            do throws(SystemError) {
                try file.writeAll(line + [UInt8(ascii: "\n")])
            } catch {
                // The failure to report is the first one; what stays is taken away by the next call.
                try? file.resize(to: end)
                throw error
            }
        }
    }

    /// The position behind the last line feed of a file.
    private static func endOfLastLine(in file: borrowing FileDescriptor) throws(SystemError) -> UInt64 {
        var end = try file.status().size
        while end > 0 {
            let start = end > 4096 ? end - 4096 : 0
            var bytes = [UInt8](repeating: 0, count: Int(end - start))
            let count = try file.read(into: &bytes, at: start)
            if let feed = bytes.prefix(max(0, count)).lastIndex(of: UInt8(ascii: "\n")) {
                return start + UInt64(feed) + 1
            }
            end = start
        }
        return 0
    }

    /// Gives the file the present as the time of its last change; makes it, and the directories above it, when missing.
    public func touch() throws(SystemError) {
        try directory.makeDirectories()
        try within("touch") { (directory, name) throws(SystemError) in
            try directory.openFile(entry: name, .write, .create).setModificationTimeToNow()
        }
    }

    /// Takes the lock of the file, which is made when it is missing.
    public func lock() throws(SystemError) -> FileLock {
        let path = path
        return try within("lock") { (directory, name) throws(SystemError) in
            do throws(SystemError) {
                return try FileLock(entry: name, of: directory, path: path)
            } catch  where error.isWrongKind {
                throw SystemError(
                    code: error.code, operation: error.operation, reason: error.reason.map { $0 + "; remove it" })
            }
        }
    }

    /// Points the symbolic link elsewhere in one step, whether or not it existed.
    ///
    /// It is on the disk when this returns; `onSwap` is called before that, when readers see the new target.
    public func pointSymbolicLink(to target: String, onSwap: () -> Void = {}) throws(SystemError) {
        try within("point to \(target) the link") { (directory, name) throws(SystemError) in
            let temporary = TemporaryName.make()
            try directory.makeSymbolicLink(to: target, entry: temporary)
            do throws(SystemError) {
                try directory.rename(entry: temporary, to: directory, as: name)
            } catch {
                // The failure to report is the first one.
                try? directory.remove(entry: temporary)
                throw error
            }
            onSwap()
            try directory.synchronize()
        }
    }
}

// Moving and removing.
extension Place {
    /// Moves what is there; what has the new name is replaced in the same step.
    public func rename(to other: Place) throws(SystemError) {
        try with(other, "rename") { (from, name, to, newName) throws(SystemError) in
            try from.rename(entry: name, to: to, as: newName)
        }
    }

    /// Moves what is there, and fails with `EEXIST` when the new name is taken.
    public func rename(toNew other: Place) throws(SystemError) {
        try with(other, "rename") { (from, name, to, newName) throws(SystemError) in
            try from.rename(entry: name, to: to, asNew: newName)
        }
    }

    /// Swaps what is in two places in one step; `EINVAL` on file systems that cannot do it.
    public func exchange(with other: Place) throws(SystemError) {
        try with(other, "exchange") { (from, name, to, newName) throws(SystemError) in
            try from.exchange(entry: name, with: to, entry: newName)
        }
    }

    /// Removes what is there with everything below it; a missing one is no failure.
    public func removeTree(_ deadline: Deadline? = nil) throws(SystemError) {
        do throws(SystemError) {
            try within("remove") { (directory, name) throws(SystemError) in
                try directory.removeTree(entry: name, deadline)
            }
        } catch  where error.isMissing {
            // Neither is the directory that it lay in.
        }
    }

    /// Removes the file or symbolic link that is there; a missing one is no failure.
    public func removeIfPresent() throws(SystemError) {
        do throws(SystemError) {
            try within("remove") { (directory, name) throws(SystemError) in try directory.remove(entry: name) }
        } catch  where error.isMissing {
            // That is what was wanted.
        }
    }

    private func with(
        _ other: Place, _ verb: String,
        _ body: (borrowing FileDescriptor, String, borrowing FileDescriptor, String) throws(SystemError) -> Void
    ) throws(SystemError) {
        try within(verb) { (from, name) throws(SystemError) in
            try other.within(verb) { (to, newName) throws(SystemError) in try body(from, name, to, newName) }
        }
    }
}

/// A directory that is held open: whatever becomes of its name meanwhile leads nobody elsewhere.
final class HeldDirectory: Sendable {
    /// The open directory; it stays open as long as somebody uses it.
    final class Handle: Sendable {
        let descriptor: FileDescriptor

        init(_ descriptor: consuming FileDescriptor) {
            self.descriptor = descriptor
        }
    }

    /// Where it is, absolute and without symbolic links.
    let path: String
    /// Hears of each symbolic link that was removed from the place of a directory of ours, and what it was.
    let onMend: @Sendable (_ path: String, _ found: String) -> Void
    private let handle = Locked<Handle?>(nil)

    /// A directory by its path without symbolic links; it need not be there before it is used.
    init(_ path: String, onMend: @escaping @Sendable (String, String) -> Void = { _, _ in }) {
        self.path = path
        self.onMend = onMend
    }

    /// The directory, open; one that was removed since is looked for at its path, and made there when that is wanted.
    func open(making: Bool = false) throws(SystemError) -> Handle {
        if let known = handle.withLock({ $0 }), try known.descriptor.status().linkCount > 0 { return known }
        if making { try Files.makeDirectories(path) }
        let descriptor: FileDescriptor
        do throws(SystemError) {
            let top = try FileDescriptor.open("/", .name, .directory)
            descriptor =
                path == "/" ? try .openDirectory("/") : try top.openDirectory(beneath: String(path.dropFirst()))
        } catch {
            throw SystemError(code: error.code, operation: "open the directory \(path)", reason: error.reason)
        }
        let fresh = Handle(descriptor)
        handle.withLock { $0 = fresh }
        return fresh
    }
}
