import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

@Suite("A root of another tool is taken over", .scratch(.memory), .timeLimit(.minutes(1)))
struct TakeoverTests {
    /// Where other tools put their worktrees.
    enum Layout: String, CaseIterable {
        case inRoot = ""
        case inWorktrees = ".worktrees/"
    }

    /// A root as a tool leaves it that runs the git program.
    private func foreignRoot(_ layout: Layout) throws -> (Root, hash: String) {
        let root = try Root()
        let hash = try root.fixture.commit(Root.files)
        let path = root.layout.root
        let git = ["git", "-C", path]
        try runProgram(["git", "init", "--quiet", path]).succeeded()
        try runProgram(git + ["fetch", "--quiet", "--depth=1", root.fixture.path, "main"]).succeeded()
        try TestFiles.makeDirectory(path + "/" + layout.rawValue)
        let worktree = path + "/" + layout.rawValue + hash
        try runProgram(git + ["worktree", "add", "--quiet", "--detach", worktree, hash]).succeeded()
        try Files.makeSymbolicLink(to: layout.rawValue + hash, at: root.layout.link)
        return (root, hash)
    }

    @Test("its release is served at once and made our own from its store", arguments: Layout.allCases)
    func takenOver(_ layout: Layout) throws {
        let (root, hash) = try foreignRoot(layout)
        let recovered = try root.recover()
        #expect(recovered.isVerified)
        #expect(recovered.live?.path == root.layout.releases + "/" + hash)
        try root.expectServed(hash)
        try root.expectClean()
        _ = try ReleaseCleanup(layout: root.layout, cleaner: root.cleaner).keep(
            live: try #require(recovered.live), commits: [], directories: [:], LocalJobs(root.layout), Root.soon)
        try root.cleaner.finish(Root.soon)
        #expect(try TestFiles.list(root.layout.root) == [".git", ".git-sidecar", ".worktrees", "link"])
        try root.expectClean()
        let next = try root.fixture.commit(["d/b": "next"])
        try root.deploy(next, from: recovered.live)
        try root.expectServed(next)
        try root.expectClean()
    }

    @Test("its release is served until the next one when its store is of no use", arguments: Layout.allCases)
    func servedWithoutStore(_ layout: Layout) throws {
        let (root, hash) = try foreignRoot(layout)
        try Files.removeTree(root.layout.gitDirectory + "/objects")
        let recovered = try root.recover()
        #expect(recovered.needsDeployment)
        #expect(!recovered.isVerified)
        #expect(recovered.live?.path == root.layout.root + "/" + layout.rawValue + hash)
        try root.expectServed(hash)
        let next = try root.fixture.commit(["d/b": "next"])
        let live = try root.deploy(next, from: recovered.live)
        try root.expectServed(next)
        _ = try ReleaseCleanup(layout: root.layout, cleaner: root.cleaner).keep(
            live: live, commits: [], directories: [:], LocalJobs(root.layout), Root.soon)
        try root.cleaner.finish(Root.soon)
        #expect(!TestFiles.exists(root.layout.root + "/" + layout.rawValue + hash))
    }
}
