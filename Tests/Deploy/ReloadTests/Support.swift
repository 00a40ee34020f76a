import GitObjects
import HTTPClient
import Posix
import TestSupport
import Testing

@testable import Reload

/// Nobody's number: the programs that tests start are children of the tests, which would count as our own.
let nobodyOurselves: Int32 = -1

/// A script under a name of its own, which is what the kernel calls its process.
func script(_ name: String, _ content: String) throws -> String {
    let path = "\(Scratch.directory)/\(name)"
    try TestFiles.write(content, to: path, mode: 0o755)
    return path
}

func start(_ command: [String], directory: String? = nil, adding: [String: String] = [:]) throws -> BackgroundProgram {
    try Application.start(command, directory: directory, adding: adding)
}

let webConfiguration = HTTPConfiguration(userAgent: "git-sidecar-test")

func reloader(
    _ actions: [Action] = [], rules: [ActionRule] = [], health: HealthCheck? = nil,
    escalation: Escalation = Escalation(), healthTimeout: Duration = .seconds(10),
    evidenceTimeout: Duration = .seconds(2)
) throws -> Reloader {
    try Reloader(
        ReloadSettings(
            defaultActions: actions, rules: rules, health: health, escalation: escalation, healthTimeout: healthTimeout,
            evidenceTimeout: evidenceTimeout, http: webConfiguration),
        ourselves: nobodyOurselves)
}

/// A hash that is easy to tell from others.
func hash(_ digit: UInt8) -> ObjectID {
    let bytes = [UInt8](repeating: digit << 4 | digit, count: 20)
    guard let id = ObjectID(bytes: bytes.span) else { preconditionFailure("20 bytes are a hash") }
    return id
}

/// A root with releases and a link, as git-sidecar publishes them, without git.
struct Releases {
    let root: String
    let link: String

    init() throws {
        root = Scratch.directory
        link = "\(root)/app"
        try TestFiles.makeDirectory("\(root)/.worktrees")
    }

    func path(_ commit: ObjectID) -> String { "\(root)/.worktrees/\(commit)" }

    /// Makes a release of files; a value that begins with `/` is a file to copy.
    func make(_ commit: ObjectID, _ files: [String: String]) throws {
        try TestFiles.makeDirectory(path(commit))
        for (name, content) in files {
            let bytes = content.hasPrefix("/") ? try TestFiles.read(content) : Array(content.utf8)
            try TestFiles.write(bytes, to: "\(path(commit))/\(name)")
        }
    }

    /// Swaps the link and describes what came of it.
    func publish(_ commit: ObjectID, paths: [String] = ["app.js"]) throws -> ReleaseChange {
        let fresh = "\(root)/\(uniqueName("link"))"
        try Files.makeSymbolicLink(to: ".worktrees/\(commit)", at: fresh)
        try Files.rename(fresh, to: link)
        let others = try TestFiles.list("\(root)/.worktrees").filter { $0 != "\(commit)" }
        return ReleaseChange(
            commit: commit, paths: paths.map { Array($0.utf8) }, release: path(commit),
            otherReleases: others.map { "\(root)/.worktrees/\($0)" }, environment: ["PATH": "/usr/bin:/bin"])
    }
}

/// A change for tests in which no release is published.
func anyChange(_ paths: [String] = ["a"]) -> ReleaseChange {
    ReleaseChange(
        commit: hash(1), paths: paths.map { Array($0.utf8) }, release: Scratch.directory,
        environment: ["PATH": "/usr/bin:/bin", "GITSYNC_HASH": "\(hash(1))"])
}

var within40Seconds: Deadline { .after(.seconds(40)) }

/// A program that comes up when somebody has paused for three seconds on its clock.
final class LateProgram: Sendable {
    let clock: TestClock
    private let program: Locked<BackgroundProgram?>

    /// - Parameter start: starts the program; it is up when this returns.
    init(_ start: @escaping @Sendable () throws -> BackgroundProgram) {
        let program = Locked<BackgroundProgram?>(nil)
        self.program = program
        clock = TestClock { end in
            guard end > .seconds(3) else { return }
            // When it cannot be started, whoever waits for it fails.
            program.withLock { $0 = $0 ?? (try? start()) }
        }
    }

    /// A web server.
    static func server(on port: UInt16) -> LateProgram {
        let directory = Scratch.directory
        return LateProgram {
            let server = try Application.start(
                ["python3", "-m", "http.server", "--bind", "127.0.0.1", "\(port)"], directory: directory)
            try waitUntil("it listens") {
                (try? ConnectionProbe.connect(host: "127.0.0.1", port: port, .after(.seconds(10)))) != nil
            }
            return server
        }
    }

    var isRunning: Bool { program.withLock { $0?.isRunning == true } }

    func stop() { program.withLock { $0?.stop() } }
}
