internal import CShims
internal import Glibc

extension FileDescriptor {
    /// Removes an entry of this directory, whatever it is, with everything below it; a missing one is no failure.
    ///
    /// Symbolic links are removed, never followed. Directories that their owner may not change are made changeable
    /// first. Neither depth nor size matters: no more than a hundred directories are open at a time. With a deadline it
    /// can be called off, and then a part is gone.
    public borrowing func removeTree(entry name: some SystemPath, _ deadline: Deadline? = nil) throws(SystemError) {
        guard let status = try statusIfPresent(entry: name) else { return }
        if status.kind != .directory {
            try remove(entry: name)
            return
        }
        // Directories too deep for one descent are moved up here, beside each other, and removed in their turn.
        var waiting: [[UInt8]] = [name.withPathBytes { bytes in bytes.indices.map { bytes[$0] } }]
        while let next = waiting.popLast() {
            let directory = try openForRemoval(next)
            try empty(directory, depth: 0, into: &waiting, deadline)
            do {
                try removeDirectory(entry: next)
            } catch {
                if error.code != ENOENT { throw error }
            }
        }
    }

    /// Removes everything in `directory`; `self` is where a directory that lies too deep is moved to.
    private borrowing func empty(
        _ directory: borrowing FileDescriptor, depth: Int, into waiting: inout [[UInt8]], _ deadline: Deadline?
    ) throws(SystemError) {
        // A directory that changes while it is read may hide entries from us: read until it is empty, or nothing helps.
        var removed = 0
        repeat {
            removed = 0
            for entry in try directory.entries() {
                try deadline?.check("remove a directory")
                var kind = entry.kind
                if kind == nil { kind = try directory.statusIfPresent(entry: entry.name)?.kind }
                if kind == .directory {
                    if depth < 100 {
                        let inner = try directory.openForRemoval(entry.name)
                        try empty(inner, depth: depth + 1, into: &waiting, deadline)
                        try directory.tolerant { (directory: borrowing FileDescriptor) throws(SystemError) in
                            try directory.removeDirectory(entry: entry.name)
                        }
                    } else {
                        let name = Array(TemporaryName.make().utf8)
                        try directory.rename(entry: entry.name, to: self, as: name)
                        waiting.append(name)
                    }
                } else {
                    try directory.tolerant { (directory: borrowing FileDescriptor) throws(SystemError) in
                        try directory.remove(entry: entry.name)
                    }
                }
                removed += 1
            }
        } while removed > 0
    }

    /// Removes an entry of this directory; when that is forbidden, after making the directory changeable.
    private borrowing func tolerant(
        _ remove: (borrowing FileDescriptor) throws(SystemError) -> Void
    ) throws(SystemError) {
        do {
            try remove(self)
        } catch {
            switch error.code {
            case ENOENT: return
            case EACCES:
                try setPermissions(0o700)
                try remove(self)
            default: throw error
            }
        }
    }

    /// Opens a directory in this one that may be closed to its own owner.
    private borrowing func openForRemoval(_ name: [UInt8]) throws(SystemError) -> FileDescriptor {
        do {
            return try openDirectory(entry: name)
        } catch {
            if error.code != EACCES { throw error }
            // chmod(2) by name would follow a symbolic link that took the directory's place meanwhile.
            let held = try open(entry: name, .name, [.directory, .noFollow])
            try Files.setPermissions("/proc/self/fd/\(held.number)", 0o700)
            return try openDirectory(entry: name)
        }
    }
}

extension Files {
    /// Removes what `path` names, with everything below it; a missing one is no failure.
    public static func removeTree(_ path: String, _ deadline: Deadline? = nil) throws(SystemError) {
        var trimmed = Substring(path)
        while trimmed.utf8.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        let slash = trimmed.utf8.lastIndex(of: UInt8(ascii: "/"))
        let name = slash.map { String(trimmed[trimmed.utf8.index(after: $0)...]) } ?? String(trimmed)
        let parent = slash.map { $0 == trimmed.startIndex ? "/" : String(trimmed[..<$0]) } ?? "."
        if name.isEmpty || name == "." || name == ".." {
            throw SystemError(code: EINVAL, operation: "remove \(path)")
        }
        guard try statusIfPresent(trimmed.description) != nil else { return }
        try FileDescriptor.openDirectory(parent).removeTree(entry: name, deadline)
    }
}
