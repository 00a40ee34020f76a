import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

@Suite("A release shares what did not change, and only that", .scratch(.memory), .timeLimit(.minutes(1)))
struct SharingTests {
    /// Two releases of commits that differ in one file, with something done to the first in between.
    private func redeploy(
        _ site: Site, files: [String: GitFixture.File] = ["a": "one", "d/b": "two", "run": .executable([35])],
        edit: (Release) throws -> Void = { _ in }
    ) throws -> (first: Release, second: Release, figures: StagingFigures) {
        let first = try site.stage(try site.fixture.commit(files)).release
        try edit(first)
        let (second, figures) = try site.stage(try site.fixture.commit(["changed": "new"]), from: first)
        try site.expectExact(second)
        return (first, second, figures)
    }

    @Test("an unchanged file keeps its inode and its time", arguments: ["a", "d/b", "run"])
    func keepsInode(path: String) throws {
        let (first, second, figures) = try redeploy(try Site())
        #expect(try status(first, path).isSameFile(as: status(second, path)))
        #expect(try status(first, path).modificationTime == status(second, path).modificationTime)
        #expect(figures.shared == 3)
        #expect(figures.written == 1)
    }

    @Test("how far staging is can be followed, and comes to all files")
    func report() throws {
        let told = Locked<[(done: Int, total: Int)]>([])
        var site = try Site()
        site.options.report = { done, total in told.withLock { $0.append((done, total)) } }
        let files = Dictionary(uniqueKeysWithValues: (0..<50).map { ("f\($0)", GitFixture.File.text("\($0)")) })
        _ = try redeploy(site, files: files)
        let all = told.withLock { $0 }
        #expect(all.contains { $0 == (50, 50) }, "the first, which writes all")
        #expect(all.last.map { $0 == (51, 51) } == true, "the second, which shares all but one")
        #expect(all.allSatisfy { $0.done <= $0.total })
    }

    @Test("a copy has a file of its own with the same time")
    func copies() throws {
        var site = try Site()
        site.options.share = .copy
        let (first, second, _) = try redeploy(site)
        #expect(try !status(first, "a").isSameFile(as: status(second, "a")))
        #expect(try status(first, "a").modificationTime == status(second, "a").modificationTime)
    }

    @Test("a release that a command is going to write in shares no file with the one that is live")
    func privateFiles() throws {
        var site = try Site()
        site.options.isWrittenBeforePublishing = true
        let (first, second, _) = try redeploy(site)
        #expect(try !status(first, "a").isSameFile(as: status(second, "a")))
        try TestFiles.write("prepared", to: second.path + "/a")
        #expect(try text(first, "a") == "one")
    }

    /// What an application may do to the release that it runs in.
    enum Edit: String, CaseIterable {
        case append, sameSize, replace, remove, chmod, toLink, toDirectory, removeDirectory, directoryToLink, touch
    }

    @Test(
        "a file that went through a filter goes through it again when it is not shared", arguments: ShareMode.allCases)
    func filteredFiles(share: ShareMode) throws {
        var site = try Site()
        site.options.share = share
        let files: [String: GitFixture.File] = [".gitattributes": "*.txt eol=crlf\n", "a.txt": "1\n", "d/b.txt": "2\n"]
        let (_, second, _) = try redeploy(site, files: files) {
            try TestFiles.write("edited", to: $0.path + "/d/b.txt")
        }
        #expect(try text(second, "d/b.txt") == "2\r\n")
    }

    @Test("what was edited in the source is written afresh", arguments: Edit.allCases)
    func editsAreNotInherited(edit: Edit) throws {
        let site = try Site()
        let path: (Release) -> String = { $0.path + "/d/b" }
        let (_, second, figures) = try redeploy(site) { release in
            let file = path(release)
            switch edit {
            case .append: try TestFiles.write("two more", to: file)
            case .sameSize: try TestFiles.write("TWO", to: file)
            case .replace:
                try TestFiles.write("two", to: file + ".new")
                try Files.rename(file + ".new", to: file)
            case .remove: try Files.remove(file)
            case .chmod: try Files.setPermissions(file, 0o600)
            case .toLink:
                try Files.remove(file)
                try Files.makeSymbolicLink(to: "/etc/passwd", at: file)
            case .toDirectory:
                try Files.remove(file)
                try Files.makeDirectory(file)
            case .removeDirectory: try Files.removeTree(release.path + "/d")
            case .directoryToLink:
                try TestFiles.makeDirectory(Scratch.directory + "/elsewhere")
                try TestFiles.write("foreign", to: Scratch.directory + "/elsewhere/b")
                try Files.removeTree(release.path + "/d")
                try Files.makeSymbolicLink(to: Scratch.directory + "/elsewhere", at: release.path + "/d")
            case .touch: try runProgram(["touch", file]).succeeded()
            }
        }
        #expect(try text(second, "d/b") == "two")
        #expect(figures.restored == 1)
        #expect(figures.shared == 2)
    }

    @Test("an edit right after the release was made is seen, even of the same size", arguments: 0..<20)
    func editInTheSameTick(round: Int) throws {
        let site = try Site()
        let (_, second, _) = try redeploy(site, files: ["x": "aaaa"]) { release in
            try TestFiles.write("bbbb", to: release.path + "/x")
        }
        #expect(try text(second, "x") == "aaaa")
    }

    @Test("a record is read whatever the length of the last path in it", arguments: ["z", "zz", "zzz", "zzzzzzzzz"])
    func lastPath(path: String) throws {
        let site = try Site()
        let first = try site.stage(try site.fixture.commit([path: "1"])).release
        #expect(try site.stager.verify(first, .quick, deadline: .after(.seconds(10))) == [])
        let second = try site.stage(try site.fixture.commit(["a": "2"]), from: first)
        #expect(second.figures.shared == 1)
    }

    @Test("what was added to the source is not taken over")
    func additionsAreNotInherited() throws {
        let site = try Site()
        let (_, second, _) = try redeploy(site) { release in
            try TestFiles.write("x", to: release.path + "/added")
            try TestFiles.write("x", to: release.path + "/d/added")
            try TestFiles.makeDirectory(release.path + "/more/of/it")
        }
        #expect(try TestFiles.list(second.path) == [".git", "a", "changed", "d", "run"])
        #expect(try TestFiles.list(second.path + "/d") == ["b"])
    }

    @Test("git run in a release cannot make an edit look like what we wrote")
    func gitInTheRelease() throws {
        let site = try Site()
        let (_, second, figures) = try redeploy(site) { release in
            try TestFiles.write("edited", to: release.path + "/a")
            _ = try site.git(["add", "a"], in: release.path)
            _ = try site.status(release.path)
        }
        #expect(try text(second, "a") == "one")
        #expect(figures.restored == 1)
    }

    @Test("a record that is damaged proves nothing: every file is written afresh", arguments: [0, 100, -1])
    func damagedRecord(position: Int) throws {
        let site = try Site()
        let (first, second, figures) = try redeploy(site) { release in
            let record = site.layout.gitDirectory + "/worktrees/\(release.commit)/written-index"
            var bytes = try TestFiles.read(record)
            bytes[position < 0 ? bytes.count - 1 : position] ^= 1
            try TestFiles.write(bytes, to: record)
        }
        #expect(figures.shared == 0)
        #expect(try !status(first, "a").isSameFile(as: status(second, "a")))
    }

    @Test("a change of attributes rewrites what it touches, in unchanged directories too, and nothing else")
    func attributesChange() throws {
        let site = try Site()
        let first = try site.stage(
            try site.fixture.commit([
                ".gitattributes": "*.c text\n", "deep/er/a.txt": "x\ny\n", "deep/er/a.c": "x\ny\n", "b.txt": "x\n",
            ])
        ).release
        let next = try site.fixture.commit([".gitattributes": "*.c text\n*.txt text eol=crlf\n"])
        let (second, figures) = try site.stage(next, from: first)
        try site.expectExact(second)
        #expect(try text(second, "deep/er/a.txt") == "x\r\ny\r\n")
        #expect(try status(first, "deep/er/a.c").isSameFile(as: status(second, "deep/er/a.c")))
        #expect(figures.written == 3)
    }

    @Test("another setting for line endings rewrites what it touches")
    func settingsChange() throws {
        var site = try Site()
        let first = try site.stage(
            try site.fixture.commit([".gitattributes": "*.bin -text\n", "a.txt": "x\ny\n", "b.bin": "x\n"])
        ).release
        site.options.config = ConfigValues(automaticConversion: .on)
        let (second, _) = try site.stage(try site.fixture.commit(["c": "1"]), from: first)
        #expect(try text(second, "a.txt") == "x\r\ny\r\n")
        #expect(try status(first, "b.bin").isSameFile(as: status(second, "b.bin")))
    }

    @Test("sparse patterns choose what a release holds, and git agrees")
    func sparse() throws {
        var site = try Site()
        let hash = try site.fixture.commit(["a": "1", "in/x": "2", "in/sub/y": "3", "out/z": "4", "out/w": "5"])
        site.options.sparsePatterns = Array("/*\n!/*/\n/in/\n".utf8)
        let first = try site.stage(hash).release
        #expect(try TestFiles.list(first.path) == [".git", "a", "in"])
        #expect(try site.status(first.path) == "")
        site.options.sparsePatterns = Array("/*\n!/*/\n/out/\n".utf8)
        let (second, figures) = try site.stage(try site.fixture.commit(["a": "2"]), from: first)
        #expect(try TestFiles.list(second.path) == [".git", "a", "out"])
        #expect(try site.status(second.path) == "")
        #expect(figures.written == 3)
        site.options.sparsePatterns = nil
        try site.expectExact(try site.stage("\(second.commit)", from: second).release)
    }

    @Test("a store that no longer has the old commit's trees costs no sharing")
    func oldTreesAreGone() throws {
        let site = try Site()
        let first = try site.stage(try site.fixture.commit(["a": "1", "d/b": "2", "d/c": "3"])).release
        // The same files in a repository that knows nothing of the first commit.
        let other = try GitFixture(at: Scratch.directory + "/other")
        let hash = try other.commit(["a": "changed", "d/b": "2", "d/c": "3"], message: "unrelated")
        try TestFiles.write(other.path + "/objects\n", to: site.layout.gitDirectory + "/objects/info/alternates")
        let store = try ObjectStore.openExisting(site.layout.gitDirectory)
        let stager = Stager(layout: site.layout, objects: store)
        let staged = try stager.stage(try #require(ObjectID(hash)), from: first, deadline: .after(.seconds(60)))
        #expect(staged.figures.shared == 2)
        #expect(staged.figures.written == 1)
    }
}
