import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

/// A root that publishes from a repository, as a sidecar has it, without the sidecar.
struct Site {
    let fixture: GitFixture
    let layout: ReleaseLayout
    let store: ObjectStore
    var options = StagingOptions()
    var mode = PublishMode.symlink

    /// A root whose store sees all objects of a new repository.
    init(link: String = "link") throws {
        try self.init(repository: try GitFixture(at: Scratch.directory + "/repository"), link: link)
    }

    init(repository: GitFixture, link: String = "link") throws {
        fixture = repository
        layout = try ReleaseLayout(root: Scratch.directory + "/root", link: link)
        _ = try ObjectStore.open(layout.gitDirectory)
        try TestFiles.write(repository.path + "/objects\n", to: layout.gitDirectory + "/objects/info/alternates")
        store = try ObjectStore.openExisting(layout.gitDirectory)
    }

    var stager: Stager { Stager(layout: layout, objects: store, options: options) }
    var publisher: Publisher { Publisher(layout: layout, mode: mode) }

    /// Stages a commit and puts it into its place.
    func stage(_ hash: String, from source: Release? = nil) throws -> (release: Release, figures: StagingFigures) {
        try store.refresh()
        let commit = try #require(ObjectID(hash))
        let staged = try stager.stage(commit, from: source, deadline: .after(.seconds(60)))
        let release = try stager.install(staged)
        try stager.discard(staged)
        return (release, staged.figures)
    }

    /// Stages and publishes a commit.
    @discardableResult
    func deploy(_ hash: String, from source: Release? = nil) throws -> Release {
        try publisher.publishCleanly(try stage(hash, from: source).release)
    }

    /// What git makes of a commit.
    func worktree(_ hash: String) throws -> String {
        let path = Scratch.directory + "/worktree-\(hash.prefix(12))"
        if !TestFiles.exists(path) {
            try fixture.git("worktree", "add", "--quiet", "--detach", path, hash)
        }
        return path
    }

    /// Expects a release to be what git makes of its commit: the same names, kinds, modes, link targets and bytes.
    func expectExact(_ release: Release, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let expected = try worktree("\(release.commit)")
        #expect(
            try listing(release.path) == listing(expected), "names, kinds, modes and targets",
            sourceLocation: sourceLocation)
        let difference = try runProgram(
            ["diff", "--recursive", "--no-dereference", "--exclude=.git", expected, release.path],
            directory: Scratch.directory)
        #expect(
            difference.status == 0, "\(difference.output.prefix(2000)) \(difference.errors)",
            sourceLocation: sourceLocation)
        #expect(try status(release.path) == "", sourceLocation: sourceLocation)
    }

    /// What `git status` has to say in a directory.
    func status(_ path: String) throws -> String {
        try git(["status", "--porcelain", "--untracked-files=all", "--ignored"], in: path)
    }

    func git(_ arguments: [String], in path: String) throws -> String {
        try runProgram(["git", "-C", path] + arguments).succeeded().output
    }

    private func listing(_ path: String) throws -> [[UInt8]] {
        let format = #"%P\t%y\t%m\t%l\n"#
        let listing = try runProgram(
            ["find", path, "-mindepth", "1", "-path", path + "/.git", "-prune", "-o", "-printf", format])
        return try listing.succeeded().outputBytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
            .sorted { $0.lexicographicallyPrecedes($1) }
    }
}

extension Publisher {
    /// Publishes a release, expects that nothing went wrong after the swap, and says where it is reached.
    @discardableResult
    func publishCleanly(
        _ release: Release, sourceLocation: SourceLocation = #_sourceLocation, onSwap: () -> Void = {}
    ) throws -> Release {
        let warnings = try publish(release, onSwap: onSwap)
        #expect(warnings == [], sourceLocation: sourceLocation)
        return place(of: release)
    }
}

/// The status of a file in a release.
func status(_ release: Release, _ path: String) throws -> FileStatus {
    try Files.status(release.path + "/" + path)
}

/// The text of a file in a release.
func text(_ release: Release, _ path: String) throws -> String {
    try TestFiles.text(release.path + "/" + path)
}
