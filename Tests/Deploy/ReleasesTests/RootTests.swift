import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

@Suite("The root at start", .scratch(.memory), .timeLimit(.minutes(1)))
struct RootTests {
    @Test("a second sidecar on the same root is told who holds it")
    func secondSidecar() throws {
        let root = try Root()
        let lock = try RootLock(root.layout)
        let error = #expect(throws: ReleaseError.self) { _ = try RootLock(root.layout) }
        #expect(
            "\(try #require(error))"
                == "cannot use the root \(root.layout.root): another sidecar, process \(ProcessIdentity.process) where it "
                + "runs, does so already; stop it, or give this one another --root")
        _ = consume lock
    }

    @Test("the lock is free again when its holder is gone")
    func lockIsGivenUp() throws {
        let root = try Root()
        do {
            let lock = try RootLock(root.layout)
            _ = consume lock
        }
        _ = try RootLock(root.layout)
    }

    @Test("a state directory that cannot be written is named with whose it is", .enabled(if: ProcessIdentity.user != 0))
    func unwritableState() throws {
        let root = try Root()
        try Files.makeDirectory(root.layout.state)
        try Files.setPermissions(root.layout.state, 0o500)
        let error = #expect(throws: ReleaseError.self) { _ = try RootLock(root.layout) }
        #expect("\(try #require(error))".contains("permission denied; this process runs as user"))
    }

    @Test("something that is no directory in the state directory's place is named")
    func stateIsFile() throws {
        let root = try Root()
        try TestFiles.write("foreign", to: root.layout.state)
        let error = #expect(throws: ReleaseError.self) { _ = try RootLock(root.layout) }
        #expect("\(try #require(error))".contains("\(root.layout.state)"))
    }

    @Test("a root that does not exist is made")
    func missingRoot() throws {
        let root = try Root(at: Scratch.directory + "/not/there/yet")
        let recovered = try root.recover()
        #expect(recovered.live == nil)
        #expect(recovered.findings == [])
        let hash = try root.fixture.commit(Root.files)
        try root.deploy(hash)
        try root.expectServed(hash)
    }

    @Test("a root that is a symbolic link, or has .. in it, is the directory that it leads to")
    func linkedRoot() throws {
        try TestFiles.makeDirectory(Scratch.directory + "/real/inner")
        try Files.makeSymbolicLink(to: "real/inner", at: Scratch.directory + "/alias")
        let root = try Root(at: Scratch.directory + "/alias/../inner/../inner/.")
        #expect(root.layout.root == Scratch.directory + "/real/inner")
        let hash = try root.fixture.commit(Root.files)
        try root.deploy(hash)
        let recovered = try root.recover()
        #expect(recovered.isVerified)
        try root.expectServed(hash)
    }

    @Test("lost+found and what else is foreign in the root is left alone, but has no place among the releases")
    func foreignEntries() throws {
        let root = try Root()
        try TestFiles.makeDirectory(root.layout.root + "/lost+found/#123")
        try TestFiles.write("mine", to: root.layout.root + "/notes")
        let hash = try root.fixture.commit(Root.files)
        // Somebody's directory that merely has a commit's name.
        try TestFiles.makeDirectory(root.layout.root + "/\(hash)/data")
        try TestFiles.makeDirectory(root.layout.releases + "/notes/deep")
        try TestFiles.write("mine", to: root.layout.releases + "/file")
        let live = try root.deploy(hash)
        _ = try root.recover()
        _ = try ReleaseCleanup(layout: root.layout, cleaner: root.cleaner).keep(
            live: live, commits: [], directories: [:], LocalJobs(root.layout), Root.soon)
        try root.cleaner.finish(Root.soon)
        for entry in ["lost+found/#123", "notes", "\(hash)/data"] {
            #expect(TestFiles.exists(root.layout.root + "/" + entry), "\(entry)")
        }
        #expect(try TestFiles.list(root.layout.releases) == [hash])
    }

    @Test("a link among the releases stays", arguments: [".worktrees/current", ".worktrees/deeper/current"])
    func linkAmongReleases(link: String) throws {
        let root = try Root(link: link)
        let hash = try root.fixture.commit(Root.files)
        let live = try root.deploy(hash)
        _ = try root.recover()
        _ = try ReleaseCleanup(layout: root.layout, cleaner: root.cleaner).keep(
            live: live, commits: [], directories: [:], LocalJobs(root.layout), Root.soon)
        try root.cleaner.finish(Root.soon)
        try root.expectServed(hash)
    }

    @Test("a root inside another repository does not touch that one")
    func nestedRoot() throws {
        let outer = Scratch.directory + "/outer"
        try runProgram(["git", "init", "--quiet", outer]).succeeded()
        let before = try TestFiles.list(outer + "/.git")
        let root = try Root(at: outer + "/deep/root")
        let hash = try root.fixture.commit(Root.files)
        try root.deploy(hash)
        #expect(try root.recover().isVerified)
        try root.expectClean()
        #expect(try TestFiles.list(outer + "/.git") == before)
    }

    @Test(
        "a foreign file or directory at the link is found, left alone, and refused by publishing",
        arguments: [true, false])
    func foreignLink(isDirectory: Bool) throws {
        let root = try Root()
        let hash = try root.fixture.commit(Root.files)
        let live = try root.deploy(hash)
        try Files.remove(root.layout.link)
        if isDirectory {
            try TestFiles.makeDirectory(root.layout.link + "/data")
        } else {
            try TestFiles.write("mine", to: root.layout.link)
        }
        let recovered = try root.recover(live.commit)
        #expect(recovered.live == nil && !recovered.isVerified)
        #expect(try #require(recovered.obstacle).contains("move it away"))
        let error = #expect(throws: ReleaseError.self) { try root.publisher.publish(live) }
        #expect("\(try #require(error))".contains("move it away"))
        #expect(TestFiles.exists(root.layout.link + (isDirectory ? "/data" : "")))
        #expect(TestFiles.exists(live.path))
    }
}
