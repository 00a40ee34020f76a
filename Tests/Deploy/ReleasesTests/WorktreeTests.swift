import GitObjects
import GitStore
import Layout
import Posix
import Releases
import TestSupport
import Testing

@Suite("A release is a worktree of git", .scratch(.memory), .timeLimit(.minutes(1)))
struct WorktreeTests {
    /// What people do with a checkout.
    private func expectWorking(_ site: Site, _ path: String, commit: String) throws {
        #expect(try site.status(path) == "")
        #expect(try site.git(["rev-parse", "HEAD"], in: path) == commit)
        #expect(try site.git(["log", "--format=%s"], in: path) == "second\nfirst")
        #expect(try site.git(["ls-files"], in: path) == "a\nd/b")
        let names = try runProgram(["sh", "-c", "git -C \"$1\" archive HEAD | tar -t", "sh", path]).succeeded().output
        #expect(names == "a\nd/\nd/b")
    }

    private func deployed(_ mode: PublishMode) throws -> (site: Site, release: Release) {
        var site = try Site()
        site.mode = mode
        let first = try site.deploy(try site.fixture.commit(["a": "1"], message: "first"))
        let second = try site.deploy(try site.fixture.commit(["d/b": "2"], message: "second"), from: first)
        return (site, second)
    }

    @Test("status, log, ls-files and archive work in it", arguments: PublishMode.allCases)
    func gitWorks(mode: PublishMode) throws {
        let (site, release) = try deployed(mode)
        try expectWorking(site, release.path, commit: "\(release.commit)")
        try expectWorking(site, site.layout.link, commit: "\(release.commit)")
    }

    @Test("they work where the volume is mounted at another path", arguments: PublishMode.allCases)
    func elsewhere(mode: PublishMode) throws {
        let (site, release) = try deployed(mode)
        let copy = Scratch.directory + "/another/place"
        try TestFiles.makeDirectory(Scratch.directory + "/another")
        try runProgram(["cp", "-a", site.layout.root, copy]).succeeded()
        try expectWorking(site, copy + "/link", commit: "\(release.commit)")
    }

    @Test("git's own cleaning does not take its record away")
    func prune() throws {
        let (site, release) = try deployed(.symlink)
        _ = try site.git(["worktree", "prune", "--expire=now"], in: release.path)
        try expectWorking(site, release.path, commit: "\(release.commit)")
    }
}
