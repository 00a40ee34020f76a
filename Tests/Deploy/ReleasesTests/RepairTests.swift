import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

@Suite("A damaged live release is repaired at start, without the network", .scratch(.memory), .timeLimit(.minutes(1)))
struct RepairTests {
    /// What may happen to a release while nobody looks.
    enum Damage: String, CaseIterable {
        case edited, added, removed, recordGone, headMoved, gitFileGone, otherCommit, worktreeGone, worktreeIsFile
        case linkGone, linkDangles, allWorktreesGone, recordDamaged, otherPermissions
    }

    private func damage(_ root: Root, _ release: Release, _ damage: Damage) throws {
        let record = root.layout.gitDirectory + "/worktrees/\(release.commit)"
        let other = root.layout.releases + "/" + String(repeating: "2", count: 40)
        switch damage {
        case .edited: try TestFiles.write("edited", to: release.path + "/d/b")
        case .added: try TestFiles.write("added", to: release.path + "/d/e/new")
        case .removed: try Files.removeTree(release.path + "/d")
        case .recordGone: try Files.removeTree(record)
        case .recordDamaged: try TestFiles.write("DIRC", to: record + "/written-index")
        case .headMoved: try TestFiles.write(String(repeating: "3", count: 40) + "\n", to: record + "/HEAD")
        case .gitFileGone: try Files.remove(release.path + "/.git")
        case .otherCommit:
            // The directory of another commit under this one's name.
            let hash = try root.fixture.commit(["d/b": "other commit"], to: "other")
            let unpublished = try Root(
                at: root.layout.root, link: "elsewhere", repository: root.fixture)
            let second = try unpublished.deploy(hash)
            try Files.exchange(second.path, release.path)
            try Files.remove(unpublished.layout.link)
        case .worktreeGone: try Files.removeTree(release.path)
        case .worktreeIsFile:
            try Files.removeTree(release.path)
            try TestFiles.write("file", to: release.path)
        case .linkGone: try Files.remove(root.layout.link)
        case .linkDangles:
            try Files.rename(release.path, to: other)
        case .allWorktreesGone: try Files.removeTree(root.layout.releases)
        case .otherPermissions: try Files.setPermissions(release.path + "/run", 0o600)
        }
    }

    /// A release that was damaged and is served again as it was.
    private func repairedRelease(_ root: Root, _ damage: Damage) throws -> Release {
        var root = root
        root.options.edits = .strict
        let hash = try root.fixture.commit(Root.files)
        let live = try root.deploy(hash)
        try self.damage(root, live, damage)
        let recovered = try root.recover(live.commit)
        #expect(recovered.isVerified)
        #expect(recovered.live == live)
        // What is found is said; that a link was gone is for the one who makes it again to say.
        #expect(recovered.isLinkMadeAgain == (damage == .linkGone))
        #expect(recovered.findings.isEmpty == (damage == .linkGone))
        try root.expectServed(hash)
        try root.expectClean()
        return live
    }

    @Test("whatever was done to it", arguments: Damage.allCases)
    func repaired(_ damage: Damage) throws {
        let root = try Root()
        let live = try repairedRelease(root, damage)
        // Once repaired there is nothing more to say.
        let again = try root.recover(live.commit)
        #expect(again.isVerified)
        #expect(again.findings == [])
    }

    @Test(
        "where a directory is published too",
        arguments: [Damage.edited, .added, .removed, .recordGone, .headMoved, .gitFileGone])
    func repairedDirectory(_ damage: Damage) throws {
        let root = try Root(mode: .directory)
        _ = try repairedRelease(root, damage)
        #expect(try TestFiles.list(root.layout.releases) == [])
    }

    @Test(
        "a root that published by a symbolic link has a directory there from the start, damaged or whole",
        arguments: [true, false])
    func otherMode(isDamaged: Bool) throws {
        var root = try Root()
        let hash = try root.fixture.commit(Root.files)
        let live = try root.deploy(hash)
        if isDamaged { try TestFiles.write("edited", to: live.path + "/d/b") }
        root.mode = .directory
        let recovered = try root.recover()
        #expect(recovered.isVerified)
        #expect(recovered.live == Release(commit: live.commit, path: root.layout.link))
        #expect(try Files.status(root.layout.link).kind == .directory)
        #expect(try TestFiles.list(root.layout.releases) == [])
        try root.expectServed(hash)
        try root.expectClean()
        #expect(try root.recover().findings == [])
    }

    @Test("a link that is gone is not made again for a release whose directory is gone or is another's")
    func notRepublished() throws {
        let root = try Root()
        let first = try root.deploy(try root.fixture.commit(Root.files))
        let second = try root.deploy(try root.fixture.commit(["d/b": "next"]))
        let recovery = Recovery(layout: root.layout, cleaner: root.cleaner, jobs: LocalJobs(root.layout))
        #expect(recovery.canRepublish(first.commit) && recovery.canRepublish(second.commit))
        try Files.exchange(first.path, second.path)
        #expect(!recovery.canRepublish(first.commit) && !recovery.canRepublish(second.commit))
        try Files.removeTree(second.path)
        #expect(!recovery.canRepublish(second.commit))
        try Files.remove(root.layout.link)
        let recovered = try root.recover(second.commit)
        #expect(recovered.live == nil && !recovered.isVerified)
        #expect(!TestFiles.exists(root.layout.link))
    }

    @Test("bytes that changed behind the old size and time are found when the machine was restarted")
    func silentDamage() throws {
        let root = try Root()
        let hash = try root.fixture.commit(Root.files)
        let live = try root.deploy(hash)
        let directory = try FileDescriptor.openDirectory(live.path + "/d")
        let time = try directory.status(entry: "b").modificationTime
        try TestFiles.write("TWO", to: live.path + "/d/b")
        try directory.setModificationTime(entry: "b", time)
        #expect(try root.recover().findings == [])
        let recovered = try root.recover(restarted: true)
        #expect(recovered.isVerified)
        #expect(recovered.findings.map(\.message) == ["the live release is not as it was made"])
        try root.expectServed(hash)
        #expect(try TestFiles.read(root.layout.state + "/boot") == TestFiles.read("/proc/sys/kernel/random/boot_id"))
    }

    @Test("a whole release passes the look at every byte")
    func wholeAfterRestart() throws {
        let root = try Root()
        let live = try root.deploy(try root.fixture.commit(Root.files))
        let recovered = try root.recover(restarted: true)
        #expect(recovered.isVerified)
        #expect(recovered.live == live)
        #expect(recovered.findings == [])
    }

    @Test("a release that another setting would write differently is made anew")
    func otherSettings() throws {
        var root = try Root()
        let hash = try root.fixture.commit(Root.files)
        try root.deploy(hash)
        root.options.sparsePatterns = Array("b\n".utf8)
        let recovered = try root.recover()
        #expect(recovered.isVerified)
        #expect(try TestFiles.list(root.layout.link + "/").contains("a.txt") == false)
        #expect(try TestFiles.text(root.layout.link + "/d/b") == "two")
    }

    @Test("what a command prepared is had back by that command alone, and other files without it")
    func prepared() throws {
        let root = try Root()
        let live = try root.deploy(try root.fixture.commit(Root.files))
        let store = try ObjectStore.open(root.layout.gitDirectory)
        try TestFiles.write("prepared", to: live.path + "/d/b")
        try TestFiles.write("prepared", to: live.path + "/built")
        try Stager(layout: root.layout, objects: store).acceptChanges(in: live, deadline: Root.soon)
        #expect(try root.recover().isVerified)
        try TestFiles.write("edited", to: live.path + "/a.txt")
        #expect(try root.recover().isVerified)
        #expect(try TestFiles.text(live.path + "/a.txt") == "x\r\ny\r\n")
        #expect(try TestFiles.text(live.path + "/d/b") == "prepared")
        try TestFiles.write("edited", to: live.path + "/d/b")
        let recovered = try root.recover()
        #expect(recovered.needsDeployment)
        #expect(!recovered.isVerified)
        #expect(recovered.live == live)
        #expect(try TestFiles.text(live.path + "/built") == "prepared")
    }
}
