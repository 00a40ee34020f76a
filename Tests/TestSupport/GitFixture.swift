internal import Posix
internal import Synchronization

/// A bare repository made by the real git program, in an environment that is the same everywhere.
///
/// Names, dates and contents are fixed, so the hashes are the same in every run.
public final class GitFixture: Sendable {
    /// The repository directory.
    public let path: String
    /// How many commits were made; each is a minute younger than the one before.
    private let made = Mutex(0)

    /// Who makes every commit.
    public static let author = (name: "Test Author", email: "author@example.com")
    /// When the first commit is made: 2023-11-14 22:13:20 UTC.
    public static let firstCommitTime = 1_700_000_000

    /// What a commit does to one path.
    public enum File: Sendable, ExpressibleByStringLiteral {
        /// An ordinary file.
        case regular([UInt8])
        /// A file that may be executed.
        case executable([UInt8])
        /// A symbolic link to the text.
        case symlink(String)
        /// A submodule at a commit, named by its full hash.
        case submodule(String)
        /// The path goes away.
        case deleted

        /// An ordinary text file.
        public init(stringLiteral text: String) { self = .regular(Array(text.utf8)) }
        /// An ordinary text file.
        public static func text(_ text: String) -> File { .regular(Array(text.utf8)) }
    }

    /// Makes an empty repository in a directory that does not exist yet, with HEAD at `main`.
    public init(at path: String) throws {
        self.path = path
        try runProgram(["git", "init", "--quiet", "--bare", "--initial-branch=main", path]).succeeded()
    }

    /// Runs git in the repository and gives back what it printed, without the newline at its end.
    @discardableResult
    public func git(_ arguments: String..., input: [UInt8] = []) throws -> String {
        try git(arguments, input: input)
    }

    /// Runs git in the repository and gives back what it printed, without the newline at its end.
    @discardableResult
    public func git(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let time = "\(commitTime(after: 0)) +0000"
        let environment = try hermeticEnvironment(adding: [
            "GIT_DIR": path, "GIT_AUTHOR_DATE": time, "GIT_COMMITTER_DATE": time,
            // zlib takes 256 KiB for each object; giving them back to the kernel each time costs more than all the rest.
            "MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "268435456",
        ])
        return try runProgram(["git"] + arguments, environment: environment, input: input, within: .seconds(120))
            .succeeded().output
    }

    /// Commits changes on a branch, on top of what is there, and returns the hash.
    @discardableResult
    public func commit(
        _ files: [String: File], to branch: String = "main", message: String = "change", replacing: Bool = false
    ) throws -> String {
        try commit(
            paths: files.sorted { $0.key < $1.key }.map { (path: Array($0.key.utf8), file: $0.value) }, to: branch,
            message: message, replacing: replacing)
    }

    /// Commits changes whose paths may be any bytes; `replacing` first removes every file there was.
    @discardableResult
    public func commit(
        paths: [(path: [UInt8], file: File)], to branch: String = "main", message: String = "change",
        replacing: Bool = false
    ) throws -> String {
        var stream = FastImport()
        stream.commit(
            to: "refs/heads/\(branch)", parent: try tip(of: branch), message: message, time: nextCommitTime(), mark: 1)
        if replacing { stream.deleteAll() }
        for (path, file) in paths { stream.file(path, file) }
        stream.printMark(1)
        return try fastImport(stream)
    }

    /// Points a branch at a commit, wherever it was before, and returns the commit's hash.
    @discardableResult
    public func branch(_ name: String, at commit: String = "main") throws -> String {
        try git("update-ref", "refs/heads/\(name)", try resolve(commit))
        return try resolve("refs/heads/\(name)")
    }

    /// Makes or moves a tag and returns the hash of the tag object, or of the commit when it is a plain one.
    @discardableResult
    public func tag(_ name: String, at commit: String = "main", annotated: Bool = false) throws -> String {
        try git(["tag", "--force"] + (annotated ? ["--annotate", "--message", name] : []) + [name, commit])
        return try resolve("refs/tags/\(name)")
    }

    /// The full hash that a name stands for.
    public func resolve(_ name: String) throws -> String {
        try git("rev-parse", "--verify", "--end-of-options", name)
    }

    /// The hash at the tip of a branch; nil where there is no such branch.
    public func tip(of branch: String) throws -> String? {
        let tips = try git("for-each-ref", "--format=%(objectname)", "refs/heads/\(branch)")
        return tips.isEmpty ? nil : String(tips.prefix { $0 != "\n" })
    }

    /// Sets a line of the repository's own configuration.
    public func configure(_ name: String, _ value: String) throws {
        try git("config", name, value)
    }

    @discardableResult
    func fastImport(_ stream: FastImport) throws -> String {
        try git(["fast-import", "--quiet", "--force", "--date-format=raw"], input: stream.stream)
    }

    func nextCommitTime() -> Int {
        commitTime(after: 1)
    }

    /// Counts `commits` and gives the time of the first of them.
    func commitTime(after commits: Int) -> Int {
        made.withLock { made in
            defer { made += commits }
            return GitFixture.firstCommitTime + 60 * made
        }
    }
}
