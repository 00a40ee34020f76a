import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

@Suite("A store that is of no use is replaced while the release is served", .scratch(.memory), .timeLimit(.minutes(1)))
struct StoreRepairTests {
    /// What a `.git` may be.
    enum Damage: String, CaseIterable {
        case isFile, noObjects, truncatedPack, noHead, isEmpty, headIsGarbage, packLacksIndex, otherFormat, danglingLink
        case shallowIsGarbage
    }

    private func damage(_ git: String, _ damage: Damage) throws {
        let packs = try TestFiles.list(git + "/objects/pack").filter { $0.hasSuffix(".pack") }
        let pack = git + "/objects/pack/" + (try #require(packs.first))
        switch damage {
        case .isFile, .danglingLink, .isEmpty:
            try Files.removeTree(git)
            switch damage {
            case .isFile: try TestFiles.write("gitdir: ../elsewhere\n", to: git)
            case .danglingLink: try Files.makeSymbolicLink(to: "nowhere", at: git)
            default: try Files.makeDirectory(git)
            }
        case .noObjects: try Files.removeTree(git + "/objects")
        case .truncatedPack:
            try Files.setPermissions(pack, 0o644)
            let size = try Files.status(pack).size
            try FileDescriptor.open(pack, .write).resize(to: size - 30)
        case .noHead: try Files.remove(git + "/HEAD")
        case .headIsGarbage: try TestFiles.write([0, 0, 0], to: git + "/HEAD")
        case .shallowIsGarbage: try TestFiles.write("garbage\n", to: git + "/shallow")
        case .packLacksIndex: try Files.remove(pack.dropLast(5) + ".idx")
        case .otherFormat:
            try TestFiles.write(
                "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n", to: git + "/config")
        }
    }

    @Test("and the next fetch fills it", arguments: Damage.allCases)
    func replaced(_ damage: Damage) throws {
        let root = try Root()
        let hash = try root.fixture.commit(Root.files)
        let live = try root.deploy(hash)
        try self.damage(root.layout.gitDirectory, damage)
        let recovered = try root.recover()
        #expect(recovered.live?.commit == live.commit)
        try root.expectServed(hash)
        // Where the records were saved too, what is served is still known to be whole.
        let isRecordLost = [Damage.isFile, .isEmpty, .danglingLink].contains(damage)
        #expect(recovered.isVerified == !isRecordLost)
        // The way on: fetch, stage, publish.
        let next = try root.fixture.commit(["d/b": "next"])
        try root.fetch(next, into: try root.openStore())
        let served = try root.deploy(next, from: recovered.live)
        try root.expectServed(next)
        try root.expectClean()
        // The record of the former release names a commit that the new store never had; it goes with the directory.
        _ = try ReleaseCleanup(layout: root.layout, cleaner: root.cleaner).keep(
            live: served, commits: [], directories: [:], LocalJobs(root.layout), Root.soon)
        try root.cleaner.finish(Root.soon)
        #expect(try root.recover().findings == [])
        try runProgram(["git", "-C", root.layout.link + "/", "fsck"]).succeeded()
    }

    @Test("a repository in a format that is not ours is kept for whoever misses it")
    func foreignIsKept() throws {
        let root = try Root()
        try root.deploy(try root.fixture.commit(Root.files))
        try damage(root.layout.gitDirectory, .otherFormat)
        _ = try root.recover()
        #expect(try TestFiles.text(root.layout.state + "/replaced-git/config").contains("sha256"))
    }

    @Test("a damaged release that the store has no objects for is served until a fetch brings them")
    func needsFetch() throws {
        let root = try Root()
        let hash = try root.fixture.commit(Root.files)
        let live = try root.deploy(hash)
        try damage(root.layout.gitDirectory, .truncatedPack)
        try TestFiles.write("edited", to: live.path + "/d/b")
        let recovered = try root.recover()
        #expect(recovered.needsDeployment)
        #expect(!recovered.isVerified)
        #expect(recovered.live == live)
        #expect(try TestFiles.text(root.layout.link + "/d/b") == "edited")
        try root.fetch(hash, into: recovered.store)
        let repaired = try Recovery(layout: root.layout, cleaner: root.cleaner, jobs: LocalJobs(root.layout)).prove(
            live, deadline: Root.soon)
        #expect(repaired.isVerified)
        try root.expectServed(hash)
    }

    @Test("after a restart of the machine a release without its objects is served, and said to be unproved")
    func unproved() throws {
        let root = try Root()
        let hash = try root.fixture.commit(Root.files)
        try root.deploy(hash)
        try damage(root.layout.gitDirectory, .truncatedPack)
        let recovered = try root.recover(restarted: true)
        #expect(recovered.needsDeployment)
        #expect(!recovered.isVerified)
        try root.expectServed(hash)
    }

    @Test("a repository that somebody made with git init is used as it is")
    func ordinaryRepository() throws {
        let root = try Root()
        try runProgram(["git", "init", "--quiet", root.layout.root]).succeeded()
        try TestFiles.write("mine", to: root.layout.root + "/file")
        try runProgram(["git", "-C", root.layout.root, "add", "file"]).succeeded()
        try runProgram(["git", "-C", root.layout.root, "commit", "--quiet", "-m", "mine"]).succeeded()
        let recovered = try root.recover()
        #expect(recovered.findings == [])
        let hash = try root.fixture.commit(Root.files)
        try root.deploy(hash)
        #expect(try root.recover().isVerified)
        try root.expectServed(hash)
        try runProgram(["git", "-C", root.layout.root, "log", "--oneline", "HEAD"]).succeeded()
    }
}
