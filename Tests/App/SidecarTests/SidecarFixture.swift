import GitObjects
import GitProtocol
import GitStore
import HTTPClient
import Layout
import Options
import Posix
import Releases
import Remote
import Staging
import Telemetry
import TestSupport
import Testing

@testable import Sidecar

/// Repositories behind a real server, and a root that deploys one of them, without the loop.
final class SidecarFixture {
    let served: String
    let layout: ReleaseLayout
    let store: ObjectStore
    let jobs: LocalJobs
    var scope = FetchScope(depth: 1)
    var depth = SubmoduleDepth.recursive
    var options = StagingOptions()
    var rewriting: [InsteadOf] = []
    var credentials = CredentialRules([])
    var ssh = SSHSettings(hostKeys: .unchecked, environment: Environment.current(removing: ["SSH_AUTH_SOCK"]))
    var live: Release?
    private(set) var figures: StagingFigures?

    init() throws {
        served = Scratch.directory + "/served"
        try TestFiles.makeDirectory(served)
        layout = try ReleaseLayout(root: Scratch.directory + "/root", link: "link")
        HTTPLibrary.start()
        store = try ObjectStore.open(layout.gitDirectory)
        jobs = LocalJobs(layout)
    }

    func repository(_ name: String) throws -> GitFixture { try GitFixture(at: "\(served)/\(name)") }

    func connect(_ url: RemoteURL) throws -> RemoteRepository {
        let http = HTTPConfiguration(userAgent: "git-sidecar/test")
        return try RemoteRepository(
            url, RemoteSettings(credentials: credentials, http: http, ssh: ssh, logger: .silent))
    }

    /// Fetches a branch with all that its release needs, and makes the release from the live one.
    @discardableResult
    func deploy(_ address: String, _ name: String = "main") throws -> Release {
        let deadline = Deadline.after(.seconds(60))
        let remote = try connect(RemoteURL(parsing: address))
        defer { remote.close() }
        let found = try remote.resolve(RefQuery(name), deadline)
        let commit = try remote.fetch(found, scope, into: jobs.destination(.root), deadline).commit
        let submodules = Submodules(
            layout: layout, scope: scope, depth: depth, sparsePatterns: options.sparsePatterns, rewriting: rewriting,
            logger: .silent, connect: connect)
        let checkouts = try submodules.gather(for: commit, jobs, from: remote, deadline)
        let staged = try stager.stage(commit, from: live, submodules: checkouts, deadline: deadline)
        figures = staged.figures
        let release = try stager.install(staged)
        try stager.discard(staged)
        try store.keep(commit)
        live = release
        return release
    }

    var stager: Stager { Stager(layout: layout, objects: store, options: options) }

    /// Expects a release to be what git's own clone of the repository is.
    func expectExact(
        _ release: Release, cloning address: String, _ arguments: [String] = ["--recurse-submodules"],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let expected = Scratch.directory + "/clone"
        try TestFiles.remove(expected)
        let allowed = ["git", "-c", "protocol.file.allow=always", "clone", "--quiet"]
        try runProgram(allowed + arguments + [address, expected]).succeeded()
        let difference = try runProgram(
            ["diff", "--recursive", "--no-dereference", "--exclude=.git", expected, release.path])
        #expect(
            difference.status == 0, "\(difference.output.prefix(2000)) \(difference.errors)",
            sourceLocation: sourceLocation)
        #expect(try git(release.path, "status", "--porcelain", "--ignored") == "", sourceLocation: sourceLocation)
        // Behind the commit and the path stands what git calls the commit, which depends on the branches that are there.
        #expect(
            try submodules(release.path) == submodules(expected), "git submodule status", sourceLocation: sourceLocation
        )
        let differences = try stager.verify(release, .full, deadline: .after(.seconds(30)))
        #expect(differences == [], sourceLocation: sourceLocation)
    }

    private func submodules(_ path: String) throws -> [String] {
        let lines = try git(path, "submodule", "status", "--recursive").split(separator: "\n")
        return lines.map { line in
            // runProgram takes no space away from the front: a blank says that the submodule is as it should be.
            line.split(separator: " (")[0].description
        }
    }

    func git(_ path: String, _ arguments: String...) throws -> String {
        try runProgram(["git", "-C", path] + arguments).succeeded().output
    }
}

/// The lines of a `.gitmodules` file.
func modules(_ entries: (name: String, path: String, url: String)...) -> GitFixture.File {
    .text(entries.map { "[submodule \"\($0.name)\"]\n\tpath = \($0.path)\n\turl = \($0.url)\n" }.joined())
}

/// The status of a file in a release.
func status(_ release: Release, _ path: String) throws -> FileStatus { try Files.status(release.path + "/" + path) }

/// The text of a file in a release.
func text(_ release: Release, _ path: String) throws -> String { try TestFiles.text(release.path + "/" + path) }
