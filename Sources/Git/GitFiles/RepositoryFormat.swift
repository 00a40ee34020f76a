internal import GitObjects
internal import Patterns
internal import Posix

/// Which repositories we can read, by their configuration.
package enum RepositoryFormat {
    /// Throws unless there is a repository at this path in a format that we understand.
    package static func check(_ path: String) throws(GitError) {
        let operation = "open the object store at \(path)"
        let head = try RepositoryFiles.read(path + "/HEAD", limit: 4096)
        guard let head else {
            throw GitError(code: .missing, operation: operation, message: "there is no git repository")
        }
        guard isReference(head) else { throw .malformed(operation, "its HEAD names no branch and no commit") }
        guard RepositoryFiles.isDirectory(path + "/objects") else {
            throw .malformed(operation, "it has no directory for objects")
        }
        if RepositoryFiles.exists(path + "/config") { try checkConfiguration(path + "/config", operation) }
    }

    private static func isReference(_ head: [UInt8]) -> Bool {
        var line = head[...]
        while let last = line.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: " ") { line = line.dropLast() }
        return line.starts(with: Array("ref: refs/".utf8)) || ObjectID(hex: line.span) != nil
            || line.count == 64
    }

    private static func checkConfiguration(_ file: String, _ operation: String) throws(GitError) {
        let content = try RepositoryFiles.read(file, limit: 16 << 20) ?? []
        let entries: [GitConfigFile.Entry]
        do throws(GitConfigFile.SyntaxError) {
            entries = try GitConfigFile(content.span).entries
        } catch {
            throw .malformed(operation, "its configuration cannot be read: \(error)")
        }
        for entry in entries where entry.subsection == nil {
            let name = String(decoding: entry.section + [UInt8(ascii: ".")] + entry.name, as: UTF8.self)
            guard name == "core.repositoryformatversion" || name.hasPrefix("extensions.") else { continue }
            let value = entry.value.map { String(decoding: $0, as: UTF8.self) } ?? "true"
            if let problem = problem(name, value) {
                throw GitError(code: .foreignFormat, operation: operation, message: problem)
            }
        }
    }

    /// What keeps us from reading a repository with this configuration; nil for nothing.
    private static func problem(_ name: String, _ value: String) -> String? {
        switch (name, value.lowercased()) {
        case ("core.repositoryformatversion", "0"), ("core.repositoryformatversion", "1"): nil
        case ("core.repositoryformatversion", _): "its format version is \(value); 0 and 1 are supported"
        case ("extensions.objectformat", "sha1"), ("extensions.refstorage", "files"): nil
        case ("extensions.objectformat", _): "its objects have \(value) names; only sha1 is supported"
        case ("extensions.refstorage", _): "its references are kept as \(value); only files are supported"
        // These change neither how objects are stored nor how they are named.
        case ("extensions.noop", _), ("extensions.noop-v1", _), ("extensions.partialclone", _),
            ("extensions.worktreeconfig", _), ("extensions.preciousobjects", _),
            ("extensions.relativeworktrees", _):
            nil
        default: "it uses the extension \(name.split(separator: ".").last ?? ""), which is not supported"
        }
    }
}

extension RepositoryFormat {
    /// The directories that we or libgit2 write in, each after the one that it lies in.
    private static let directories = [
        "objects", "objects/info", "objects/info/commit-graphs", "objects/pack", "refs", "refs/heads", "refs/tags",
        "refs/git-sidecar", "worktrees",
        "modules",
    ]
    /// The files that we or libgit2 read.
    private static let files = [
        "HEAD", "config", "packed-refs", "shallow", "git-sidecar-filter", "objects/info/alternates",
        "objects/info/commit-graph", "objects/pack/multi-pack-index",
    ]

    /// Throws when a store of ours, or a directory or file in it, is a symbolic link or something else than what belongs
    /// there: whoever can write to the volume could have us write elsewhere, or wait for a FIFO for ever.
    package static func checkKinds(_ path: String) throws(GitError) {
        let operation = "use the object store at \(path)"
        guard let status = try onDisk({ () throws(SystemError) in try Files.statusIfPresent(path) }) else { return }
        guard status.kind == .directory else {
            throw GitError(code: .foreignFormat, operation: operation, message: "it is \(status.kindText)")
        }
        let wrong = try onDisk { () throws(SystemError) -> String? in
            let store = try FileDescriptor.open(path, .read, [.directory, .noFollow])
            for (names, kind) in [(directories, FileStatus.Kind.directory), (files, .file)] {
                for name in names {
                    guard let status = try store.statusIfPresent(entry: name), status.kind != kind else { continue }
                    return "\(name) is \(status.kindText)"
                }
            }
            return nil
        }
        if let wrong { throw .malformed(operation, wrong) }
    }

    /// Whether nothing in a store leads out of it, as far as we write there; a store that cannot be looked at does.
    package static func isInOnePlace(_ path: String) -> Bool {
        do throws(GitError) {
            try checkKinds(path)
            return true
        } catch {
            // Why is said when the store is opened.
            return false
        }
    }
}
