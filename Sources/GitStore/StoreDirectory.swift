internal import CLibgit2
internal import Glibc
internal import Posix

/// The files of a `.git` directory that make it a repository, as `git init` would write them.
enum StoreDirectory {
    /// Makes the store, or finishes one whose making was interrupted; leaves a complete one as it is.
    ///
    /// `HEAD` is written last. Neither git nor we take a directory without it for a repository, so that its presence
    /// says that all the rest is there.
    static func create(_ path: String) throws(GitError) {
        if Files.exists(path + "/HEAD") { return }
        if Files.exists(path), !Files.isDirectory(path) {
            throw GitError(code: .foreignFormat, operation: "make the object store at \(path)", message: "it is a file")
        }
        try Files.makeDirectories(path)
        for directory in ["/objects", "/objects/info", "/objects/pack", "/refs", "/refs/heads", "/refs/tags"] {
            try Files.makeDirectories(path + directory)
        }
        if !Files.exists(path + "/config") { try Files.replace(path + "/config", with: Array(configuration.utf8)) }
        try Files.replace(path + "/HEAD", with: Array("ref: refs/heads/main\n".utf8))
        try Files.flushDirectory(of: path)
    }

    /// Not bare, because releases are its worktrees.
    ///
    /// Sharing a file between releases by a hard link changes the time of
    /// its last status change: `trustctime` keeps git from reading every such file again to see whether it was edited.
    /// The submodules of a release are checked out by us: `active` lets git say so.
    private static let configuration = """
        [core]
        \trepositoryformatversion = 0
        \tfilemode = true
        \tbare = false
        \tlogallrefupdates = false
        \ttrustctime = false
        [submodule]
        \tactive = .

        """

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

    /// Throws when the store, or a directory or file in it, is a symbolic link or something else than what belongs there:
    /// whoever can write to the volume could have us write elsewhere, or wait for a FIFO for ever.
    static func checkKinds(_ path: String) throws(GitError) {
        let operation = "use the object store at \(path)"
        guard let status = try system({ () throws(SystemError) in try Posix.Files.statusIfPresent(path) }) else {
            return
        }
        guard status.kind == .directory else {
            throw GitError(code: .foreignFormat, operation: operation, message: "it is \(status.kindText)")
        }
        let wrong = try system { () throws(SystemError) -> String? in
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

    /// Throws unless there is a repository at this path in a format that we understand.
    static func checkFormat(_ path: String) throws(GitError) {
        let operation = "open the object store at \(path)"
        let head = try Files.read(path + "/HEAD", limit: 4096)
        guard let head else {
            throw GitError(code: .missing, operation: operation, message: "there is no git repository")
        }
        guard isReference(head) else { throw .malformed(operation, "its HEAD names no branch and no commit") }
        guard Files.isDirectory(path + "/objects") else {
            throw .malformed(operation, "it has no directory for objects")
        }
        if Files.exists(path + "/config") { try checkConfiguration(path + "/config", operation) }
    }

    private static func isReference(_ head: [UInt8]) -> Bool {
        var line = head[...]
        while let last = line.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: " ") { line = line.dropLast() }
        return line.starts(with: Array("ref: refs/".utf8)) || ObjectID(hex: line.span) != nil
            || line.count == 64
    }

    private static func checkConfiguration(_ file: String, _ operation: String) throws(GitError) {
        let configuration: OpaquePointer
        do throws(GitError) {
            unsafe configuration = try owned(operation) { unsafe git_config_open_ondisk($0, file) }
        } catch {
            throw .malformed(operation, "its configuration cannot be read: \(error.message)")
        }
        defer { unsafe git_config_free(configuration) }
        // All entries, picked here: libgit2 1.5 loses some kilobytes at each use of a pattern.
        let iterator = try unsafe owned(operation) { unsafe git_config_iterator_new($0, configuration) }
        defer { unsafe git_config_iterator_free(iterator) }
        var entry: UnsafeMutablePointer<git_config_entry>?
        while unsafe git_config_next(&entry, iterator) == 0, let entry = unsafe entry {
            let name = unsafe String(cString: entry.pointee.name)
            guard name == "core.repositoryformatversion" || name.hasPrefix("extensions.") else { continue }
            let value = unsafe entry.pointee.value.map { unsafe String(cString: $0) } ?? "true"
            if let problem = problem(name, value) {
                throw GitError(code: .foreignFormat, operation: operation, message: problem)
            }
        }
        git_error_clear()
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
