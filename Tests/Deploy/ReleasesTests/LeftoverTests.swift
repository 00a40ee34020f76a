import GitObjects
import GitStore
import Layout
import Posix
import Releases
import TestSupport
import Testing

@Suite("Leftovers of a killed run", .scratch(.memory), .timeLimit(.minutes(1)))
struct LeftoverTests {
    @Test("are gone after the next start, and nothing else is")
    func leftovers() throws {
        let root = try Root()
        let hash = try root.fixture.commit(Root.files)
        let live = try root.deploy(hash)
        let git = root.layout.gitDirectory
        let record = git + "/worktrees/\(hash)"
        let leftovers = [
            root.layout.staging + "/" + TemporaryName.make() + "/release/d/file",
            root.layout.root + "/" + TemporaryName.make(), root.layout.state + "/" + TemporaryName.make(),
            live.path + "/" + TemporaryName.make(), git + "/index.lock", git + "/shallow.lock",
            git + "/packed-refs.lock", git + "/config.lock", git + "/HEAD.lock", git + "/refs/heads/main.lock",
            git + "/refs/git-sidecar/x.lock", git + "/objects/pack/pack_git2_123", git + "/objects/pack/tmp_pack_1",
            record + "/index.lock", record + "/HEAD.lock",
        ]
        for path in leftovers {
            try TestFiles.makeDirectory(String(path[..<(try #require(path.lastIndex(of: "/")))]))
            try TestFiles.write("x", to: path)
        }
        try Files.makeSymbolicLink(to: "nowhere", at: root.layout.root + "/" + TemporaryName.make())
        let recovered = try root.recover()
        #expect(recovered.isVerified)
        #expect(recovered.live == live)
        for path in leftovers { #expect(!TestFiles.exists(path), "\(path)") }
        #expect(try TestFiles.list(root.layout.root) == [".git", ".git-sidecar", ".worktrees", "link"])
        #expect(try TestFiles.list(root.layout.staging) == ["trash"])
        #expect(try TestFiles.list(root.layout.staging + "/trash") == [])
        try root.expectClean()
    }

    @Test("records of releases without a directory go, those of other worktrees stay")
    func records() throws {
        let root = try Root()
        let live = try root.deploy(try root.fixture.commit(Root.files))
        let worktrees = root.layout.gitDirectory + "/worktrees"
        let gone = String(repeating: "1", count: 40)
        try TestFiles.makeDirectory(worktrees + "/" + gone)
        try TestFiles.makeDirectory(worktrees + "/feature")
        _ = try root.recover()
        #expect(try TestFiles.list(worktrees) == ["\(live.commit)", "feature"].sorted())
    }

    @Test("a publish by directory that was cut off in the middle is continued by the next one")
    func interruptedExchange() throws {
        var root = try Root()
        root.mode = .directory
        let first = try root.fixture.commit(Root.files)
        let second = try root.fixture.commit(["a.txt": "2\n"])
        try root.deploy(first)
        // As it is between the exchange and the renaming of what was exchanged.
        try root.deploy(second)
        try Files.rename(
            root.layout.directory(of: try #require(ObjectID(first))),
            to: root.layout.directory(of: try #require(ObjectID(second))))
        let recovered = try root.recover()
        #expect(recovered.isVerified)
        #expect("\(try #require(recovered.live).commit)" == second)
        try root.expectServed(second)
        let third = try root.fixture.commit(["a.txt": "3\n"])
        try root.deploy(third, from: recovered.live)
        try root.expectServed(third)
    }
}
