import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

/// How a new run finds a root, and what it did about it.
struct RecoveredRoot {
    let store: ObjectStore
    /// The release that readers of the link see.
    var live: Release?
    /// Why nothing can be published at the link.
    var obstacle: String?
    /// Whether the link was gone and leads to the recorded release again.
    var isLinkMadeAgain = false
    var isVerified = false
    var needsDeployment = false
    /// What opening the root and proving the live release found.
    var findings: [Finding]
}

/// A root with a store of its own, as it is between two runs of a sidecar.
struct Root {
    let fixture: GitFixture
    let layout: ReleaseLayout
    let cleaner: Cleaner
    var options = StagingOptions()
    var mode = PublishMode.symlink

    init(
        at path: String = Scratch.directory + "/root", link: String = "link", mode: PublishMode = .symlink,
        repository: GitFixture? = nil
    ) throws {
        fixture = try repository ?? GitFixture(at: Scratch.directory + "/repository")
        layout = try ReleaseLayout(root: path, link: link)
        cleaner = try Cleaner(layout) { Issue.record("\($0)") }
        self.mode = mode
    }

    static let files: [String: GitFixture.File] = [
        ".gitattributes": "*.txt text eol=crlf\n", "a.txt": "x\ny\n", "d/b": "two", "d/e/f": "deep", "d-x": "3",
        "run": .executable([35]), "link": .symlink("d/b"),
    ]

    var publisher: Publisher { Publisher(layout: layout, mode: mode) }
    static var soon: Deadline { .after(.seconds(60)) }

    /// Brings a commit into the store, as one of a repository with a depth of one.
    func fetch(_ hash: String, into store: ObjectStore) throws {
        let commit = try #require(ObjectID(hash))
        _ = try SourceRepository.open(fixture.path).copy(
            wants: [commit], to: store, haves: store.shallow.sorted(), depth: 1, deadline: Root.soon)
    }

    /// The store, as somebody else opens it.
    func openStore() throws -> ObjectStore { try ObjectStore.open(layout.gitDirectory) }

    /// Fetches, stages and publishes a commit.
    @discardableResult
    func deploy(_ hash: String, from source: Release? = nil) throws -> Release {
        let store = try ObjectStore.open(layout.gitDirectory)
        try fetch(hash, into: store)
        let commit = try #require(ObjectID(hash))
        let stager = Stager(layout: layout, objects: store, options: options)
        let staged = try stager.stage(commit, from: source, deadline: Root.soon)
        let release = try publisher.publishCleanly(try stager.install(staged))
        try stager.discard(staged)
        return release
    }

    /// What a new run finds, with the machine not restarted meanwhile unless told.
    func recover(_ recorded: ObjectID? = nil, restarted: Bool = false) throws -> RecoveredRoot {
        let boot = layout.state + "/boot"
        if restarted {
            try TestFiles.makeDirectory(layout.state)
            try TestFiles.write("another run of the machine\n", to: boot)
        } else if TestFiles.exists(layout.root) {
            try TestFiles.makeDirectory(layout.state)
            try TestFiles.write(try TestFiles.read("/proc/sys/kernel/random/boot_id"), to: boot)
        }
        let recovery = Recovery(
            layout: layout, mode: mode, options: options, cleaner: cleaner, jobs: LocalJobs(layout))
        let findings = try recovery.open(recorded: recorded, deadline: Root.soon)
        var root = RecoveredRoot(store: try ObjectStore.openExisting(layout.gitDirectory), findings: findings)
        root.live = try recovery.current()
        if root.live == nil, let recorded { try makeLinkAgain(recorded, recovery, &root) }
        if let live = root.live {
            let recovered = try recovery.prove(live, deadline: Root.soon)
            root.findings += recovered.findings
            (root.isVerified, root.needsDeployment) = (recovered.isVerified, recovered.needsDeployment)
            // A release of another tool has been made our own elsewhere.
            root.live = try recovery.current()
        } else {
            try recovery.noteBoot()
        }
        try cleaner.finish(Root.soon)
        return root
    }

    /// Publishes the recorded release again when nothing is at the link and its directory is intact.
    private func makeLinkAgain(_ commit: ObjectID, _ recovery: Recovery, _ root: inout RecoveredRoot) throws {
        do throws(ReleaseError) {
            try publisher.check()
        } catch {
            root.obstacle = "\(error)"
            return
        }
        guard recovery.canRepublish(commit) else { return }
        root.live = try publisher.publishCleanly(Release(commit: commit, path: layout.directory(of: commit)))
        root.isLinkMadeAgain = true
    }

    /// Expects what readers of the link see to be what git makes of a commit.
    func expectServed(_ hash: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let expected = Scratch.directory + "/expected-\(hash)"
        if !TestFiles.exists(expected) {
            try fixture.git("worktree", "add", "--quiet", "--detach", expected, hash)
        }
        let difference = try runProgram(
            ["diff", "--recursive", "--no-dereference", "--exclude=.git", expected, layout.link + "/"])
        #expect(
            difference.status == 0, "\(difference.output.prefix(2000)) \(difference.errors)",
            sourceLocation: sourceLocation)
    }

    /// Expects git to find nothing wrong with the release that is live.
    func expectClean(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let status = try runProgram(
            ["git", "-C", layout.link + "/", "status", "--porcelain", "--untracked-files=all"])
        #expect(
            status.status == 0 && status.output == "", "\(status.output) \(status.errors)",
            sourceLocation: sourceLocation)
    }
}
