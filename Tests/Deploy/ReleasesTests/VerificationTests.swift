import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

@Suite("Verification and repair", .scratch(.memory), .timeLimit(.minutes(1)))
struct VerificationTests {
    private let files: [String: GitFixture.File] = [
        ".gitattributes": "*.txt text eol=crlf\n", "a.txt": "x\ny\n", "d/b": "two", "run": .executable([35]),
        "link": .symlink("d/b"), "module": .submodule("1111111111111111111111111111111111111111"),
    ]

    private func verify(_ site: Site, _ release: Release, _ depth: VerificationDepth) throws -> [String] {
        try site.stager.verify(release, depth, deadline: .after(.seconds(30))).map(\.description)
    }

    @Test("a release is as it was made", arguments: [VerificationDepth.quick, .additions, .full], PublishMode.allCases)
    func untouched(depth: VerificationDepth, mode: PublishMode) throws {
        var site = try Site()
        site.mode = mode
        let release = try site.deploy(try site.fixture.commit(files))
        #expect(try verify(site, release, depth) == [])
    }

    @Test("edits, removals and other kinds of things are found", arguments: [VerificationDepth.quick, .full])
    func damage(depth: VerificationDepth) throws {
        let site = try Site()
        let release = try site.deploy(try site.fixture.commit(files))
        try TestFiles.write("x\nz\n", to: release.path + "/a.txt")
        try Files.removeTree(release.path + "/d")
        try Files.setPermissions(release.path + "/run", 0o600)
        try Files.remove(release.path + "/link")
        try Files.makeSymbolicLink(to: "d/c", at: release.path + "/link")
        try Files.removeTree(release.path + "/module")
        #expect(
            try verify(site, release, depth) == [
                "changed: a.txt", "missing: d/b", "changed: link", "missing: module", "changed: run",
            ])
    }

    @Test("an edit that hides behind the old time is found when every byte is read")
    func hiddenEdit() throws {
        let site = try Site()
        let release = try site.deploy(try site.fixture.commit(files))
        let time = try status(release, "d/b").modificationTime
        try TestFiles.write("TWO", to: release.path + "/d/b")
        try FileDescriptor.openDirectory(release.path + "/d").setModificationTime(entry: "b", time)
        #expect(try verify(site, release, .quick) == [])
        #expect(try verify(site, release, .full) == ["changed: d/b"])
    }

    @Test("what was added is found where it is looked for")
    func additions() throws {
        let site = try Site()
        let release = try site.deploy(try site.fixture.commit(files))
        try TestFiles.makeDirectory(release.path + "/new/dir")
        try TestFiles.write("x", to: release.path + "/d/b2")
        #expect(try verify(site, release, .quick) == [])
        #expect(try verify(site, release, .additions) == ["added: d/b2", "added: new"])
        #expect(try verify(site, release, .full) == ["added: d/b2", "added: new"])
    }

    @Test("a release without a record, or with a foreign one, is unproven")
    func unproven() throws {
        let site = try Site()
        let release = try site.deploy(try site.fixture.commit(files))
        try TestFiles.write("gitdir: /elsewhere\n", to: release.path + "/.git")
        #expect(try verify(site, release, .quick) == ["unproven: "])
        try Files.removeTree(site.layout.metadata(of: release.commit))
        #expect(try verify(site, release, .quick) == ["unproven: "])
    }

    @Test("a strict repair gives back the exact tree and touches nothing else", arguments: PublishMode.allCases)
    func repair(mode: PublishMode) throws {
        var site = try Site()
        site.mode = mode
        site.options.edits = .strict
        let release = try site.deploy(try site.fixture.commit(files))
        let before = try (status(release, "run"), status(release, "d"), status(release, "."))
        try TestFiles.write("edited", to: release.path + "/d/b")
        try TestFiles.write("added", to: release.path + "/added")
        #expect(try site.stager.repair(release, deadline: .after(.seconds(30))) == .made(release))
        try site.expectExact(release)
        #expect(try verify(site, release, .full) == [])
        #expect(try status(release, "run").isSameFile(as: before.0))
        #expect(try status(release, "d").isSameFile(as: before.1) && status(release, ".").isSameFile(as: before.2))
        try site.stager.sweep(deadline: .after(.seconds(30)))
        #expect(try TestFiles.list(site.layout.staging).isEmpty)
        #expect(try TestFiles.list(site.layout.releases).count == (mode == .symlink ? 1 : 0))
    }

    @Test("writing into a live release reaches those that share the file, and going back to them undoes it")
    func writingThroughASharedFile() throws {
        let site = try Site()
        let first = try site.deploy(try site.fixture.commit(files))
        let second = try site.deploy(try site.fixture.commit(["new": "1"]), from: first)
        try TestFiles.write("TWO", to: second.path + "/d/b")
        #expect(try text(first, "d/b") == "TWO")
        #expect(try verify(site, first, .quick) == ["changed: d/b"])
        #expect(try site.stager.repair(first, deadline: .after(.seconds(30))) == .made(first))
        try site.expectExact(try site.publisher.publishCleanly(first))
        #expect(try text(second, "d/b") == "TWO")
    }

    @Test("what a command changed before publishing is no edit, and is not shared")
    func prepared() throws {
        var site = try Site()
        site.options.isWrittenBeforePublishing = true
        let release = try site.stage(try site.fixture.commit(files)).release
        try TestFiles.write("prepared", to: release.path + "/d/b")
        try Files.remove(release.path + "/run")
        try TestFiles.write("built", to: release.path + "/output")
        try site.stager.acceptChanges(in: release, deadline: .after(.seconds(30)))
        #expect(try verify(site, release, .quick) == [])
        #expect(try verify(site, release, .full) == [])
        try TestFiles.write("and edited", to: release.path + "/d/b")
        #expect(try verify(site, release, .quick) == ["changed: d/b"])
        site.options.isWrittenBeforePublishing = false
        let next = try site.stage(try site.fixture.commit(["new": "1"]), from: release).release
        try site.expectExact(next)
    }
}
