import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

@Suite("The live release is repaired in its place", .scratch(.memory), .timeLimit(.minutes(1)))
struct InPlaceRepairTests {
    /// The files of the fixture's commit as a release has them, for comparing what stays the same file.
    private static let paths = [".", ".gitattributes", "a.txt", "d", "d/b", "d/e", "d/e/f", "d-x", "run"]

    private func inodes(_ live: Release) throws -> [String: UInt64] {
        try Dictionary(
            Self.paths.map { ($0, try Files.status("\(live.path)/\($0)").inode) },
            uniquingKeysWith: { first, _ in first })
    }

    /// What a look at the live release did, and whether something had to be moved away for it.
    private func prove(_ root: Root, _ live: Release) throws -> (Recovered, disturbed: Bool) {
        let recovery = Recovery(
            layout: root.layout, mode: root.mode, options: root.options, cleaner: root.cleaner,
            jobs: LocalJobs(root.layout))
        var isDisturbed = false
        let recovered = try recovery.prove(live, deadline: Root.soon) { isDisturbed = true }
        try root.cleaner.finish(Root.soon)
        return (recovered, isDisturbed)
    }

    /// What may be done to files while every directory stays.
    enum Edit: String, CaseIterable {
        case edited, filtered, removed, directoryRemoved, executable, readable, symlink, becameSymlink, becameFIFO
        case recordGone, recordDamaged, headMoved, pointerGone, otherBoot, directoryMode, ownMode
    }

    private func make(_ edit: Edit, _ root: Root, _ live: Release) throws {
        let record = "\(root.layout.gitDirectory)/worktrees/\(live.commit)"
        switch edit {
        case .edited: try TestFiles.write("edited", to: live.path + "/d/b")
        case .filtered: try TestFiles.write("edited", to: live.path + "/a.txt")
        case .removed: try Files.remove(live.path + "/d/b")
        case .directoryRemoved: try Files.removeTree(live.path + "/d/e")
        case .executable: try Files.setPermissions(live.path + "/run", 0o644)
        case .readable: try Files.setPermissions(live.path + "/d/b", 0o600)
        case .symlink: try AtomicSymlink.replace(target: "elsewhere", at: live.path + "/link")
        case .becameSymlink:
            try Files.remove(live.path + "/d/b")
            try Files.makeSymbolicLink(to: "/etc/passwd", at: live.path + "/d/b")
        case .becameFIFO:
            try Files.remove(live.path + "/d/b")
            try runProgram(["mkfifo", live.path + "/d/b"]).succeeded()
        case .recordGone: try Files.removeTree(record)
        case .recordDamaged: try TestFiles.write("DIRC", to: record + "/written-index")
        case .headMoved: try TestFiles.write(String(repeating: "3", count: 40) + "\n", to: record + "/HEAD")
        case .pointerGone: try Files.remove(live.path + "/.git")
        case .otherBoot:
            let directory = try FileDescriptor.openDirectory(live.path + "/d")
            let time = try directory.status(entry: "b").modificationTime
            try TestFiles.write("TWO", to: live.path + "/d/b")
            try directory.setModificationTime(entry: "b", time)
            try TestFiles.write("another run of the machine\n", to: root.layout.state + "/boot")
        case .directoryMode: try Files.setPermissions(live.path + "/d", 0o700)
        case .ownMode: try Files.setPermissions(live.path, 0o700)
        }
    }

    /// The files that a repair has to write again.
    private func rewritten(_ edit: Edit) -> Set<String> {
        switch edit {
        case .edited, .removed, .readable, .becameSymlink, .becameFIFO, .otherBoot: ["d/b"]
        case .filtered: ["a.txt"]
        case .directoryRemoved: ["d/e", "d/e/f"]
        case .executable: ["run"]
        case .symlink, .recordGone, .recordDamaged, .headMoved, .pointerGone, .directoryMode, .ownMode: []
        }
    }

    private func repair(_ edit: Edit, _ mode: PublishMode) throws {
        let root = try Root(mode: mode)
        let hash = try root.fixture.commit(Root.files)
        let live = try root.deploy(hash)
        _ = try root.recover()
        let before = try inodes(live)
        let permissions = try Files.status(live.path + "/d").permissions
        try TestFiles.write("cache", to: live.path + "/d/cache")
        try TestFiles.makeDirectory(live.path + "/uploads/deep")
        try make(edit, root, live)
        let (recovered, isDisturbed) = try prove(root, live)
        #expect(recovered.isVerified && recovered.damage != nil)
        #expect(!isDisturbed)
        let after = try inodes(live)
        #expect(Set(before.filter { after[$0.key] != $0.value }.keys) == rewritten(edit))
        #expect(try Files.status(live.path + "/d").permissions == permissions)
        #expect(try Files.status(live.path).permissions == permissions)
        // What the application has added is there, and what the commit holds is as git has it.
        #expect(try TestFiles.text(live.path + "/d/cache") == "cache")
        #expect(TestFiles.exists(live.path + "/uploads/deep"))
        try Files.remove(live.path + "/d/cache")
        try Files.removeTree(live.path + "/uploads")
        try root.expectServed(hash)
        try root.expectClean()
        #expect(try prove(root, live).0.damage == nil)
        #expect(try TestFiles.list(root.layout.staging).filter { $0 != "trash" } == [])
    }

    @Test("file by file, and everything else stays what it is", arguments: Edit.allCases)
    func files(edit: Edit) throws {
        try repair(edit, .symlink)
    }

    @Test(
        "where the release itself is published too",
        arguments: [Edit.edited, .removed, .recordGone, .directoryMode])
    func directory(edit: Edit) throws {
        try repair(edit, .directory)
    }

    /// What may take the place of something of another kind.
    enum Obstacle: String, CaseIterable {
        case fileForDirectory, symlinkForDirectory, directoryForFile, emptyDirectoryForFile, directoryForSymlink
    }

    @Test(
        "what lies in the way of a directory or file is moved away, and that is said before",
        arguments: Obstacle.allCases)
    func structure(obstacle: Obstacle) throws {
        let root = try Root()
        let hash = try root.fixture.commit(Root.files)
        let live = try root.deploy(hash)
        let outside = Scratch.directory + "/outside"
        try TestFiles.makeDirectory(outside + "/e")
        let (place, isDirectory) =
            switch obstacle {
            case .fileForDirectory, .symlinkForDirectory: ("d", false)
            case .directoryForFile, .emptyDirectoryForFile: ("a.txt", true)
            case .directoryForSymlink: ("link", true)
            }
        try Files.removeTree(live.path + "/" + place)
        if obstacle == .symlinkForDirectory {
            try Files.makeSymbolicLink(to: outside, at: live.path + "/d")
        } else if isDirectory {
            try TestFiles.makeDirectory(
                live.path + "/" + place + (obstacle == .emptyDirectoryForFile ? "" : "/data"))
        } else {
            try TestFiles.write("in the way", to: live.path + "/d")
        }
        let top = try Files.status(live.path).inode
        let (recovered, isDisturbed) = try prove(root, live)
        #expect(recovered.isVerified)
        #expect(isDisturbed)
        #expect(try Files.status(live.path).inode == top)
        #expect(try TestFiles.list(outside) == ["e"] && TestFiles.list(outside + "/e") == [])
        try root.expectServed(hash)
        try root.expectClean()
    }

    @Test("a directory that is gone, or is another release's, is made anew, and that is said before")
    func gone() throws {
        let root = try Root()
        let hash = try root.fixture.commit(Root.files)
        let live = try root.deploy(hash)
        try Files.removeTree(live.path)
        let (recovered, isDisturbed) = try prove(root, live)
        #expect(recovered.isVerified && isDisturbed)
        try root.expectServed(hash)
    }

    @Test("a process that works in a directory of the release goes on there")
    func workingDirectory() throws {
        let root = try Root()
        let live = try root.deploy(try root.fixture.commit(Root.files))
        let directory = try FileDescriptor.openDirectory(live.path + "/d")
        for round in 0..<5 {
            try TestFiles.write("edited \(round)", to: live.path + "/d/b")
            try TestFiles.write("x", to: live.path + "/d/cache-\(round)")
            #expect(try prove(root, live).0.isVerified)
            // By the directory that was opened before, as by a working directory.
            #expect(try directory.readFile(entry: "b", limit: 100) == Array("two".utf8))
            #expect(try directory.statusIfPresent(entry: "cache-\(round)") != nil)
        }
    }

    @Test("readers find the old or the new file at any moment")
    func atomic() throws {
        let root = try Root()
        let live = try root.deploy(try root.fixture.commit(Root.files))
        let path = live.path + "/d/b"
        let isOver = Locked(false)
        let wrong = Locked<[String]>([])
        let reader = try NativeThread("reader") {
            while !isOver.withLock({ $0 }) {
                let text = (try? TestFiles.text(path)) ?? "nothing"
                if text != "two" && text != "TWO" { wrong.withLock { $0.append(text) } }
            }
        }
        for _ in 0..<20 {
            // As an editor does that replaces the file.
            try TestFiles.write("TWO", to: live.path + "/../new")
            try Files.rename(live.path + "/../new", to: path)
            #expect(try prove(root, live).0.isVerified)
        }
        isOver.withLock { $0 = true }
        reader.join()
        #expect(wrong.withLock { $0 } == [])
    }

    @Test("what was added does not reach the next release, edited or shared", arguments: ShareMode.allCases)
    func next(share: ShareMode) throws {
        var root = try Root()
        root.options.share = share
        let live = try root.deploy(try root.fixture.commit(Root.files))
        try TestFiles.write("cache", to: live.path + "/d/cache")
        try TestFiles.makeDirectory(live.path + "/uploads/deep")
        try TestFiles.write("edited", to: live.path + "/d/b")
        #expect(try prove(root, live).0.isVerified)
        let hash = try root.fixture.commit(["d-x": "next"])
        try root.deploy(hash, from: live)
        try root.expectServed(hash)
        #expect(try TestFiles.text(live.path + "/d/cache") == "cache")
    }

    @Test("strictly, what was added is removed, and nothing else is touched", arguments: PublishMode.allCases)
    func strict(mode: PublishMode) throws {
        var root = try Root(mode: mode)
        root.options.edits = .strict
        let hash = try root.fixture.commit(Root.files)
        let live = try root.deploy(hash)
        let before = try inodes(live)
        try TestFiles.write("cache", to: live.path + "/d/cache")
        try TestFiles.makeDirectory(live.path + "/uploads/deep")
        let (recovered, isDisturbed) = try prove(root, live)
        #expect(recovered.isVerified && !isDisturbed)
        try root.expectServed(hash)
        #expect(try inodes(live) == before)
    }

    @Test("a release that lost objects in the store is left as it is, and asks for them")
    func noObjects() throws {
        let root = try Root()
        let live = try root.deploy(try root.fixture.commit(Root.files))
        try TestFiles.write("edited", to: live.path + "/d/b")
        try Files.remove(live.path + "/d/e/f")
        try Files.removeTree(root.layout.gitDirectory + "/objects")
        try TestFiles.makeDirectory(root.layout.gitDirectory + "/objects/pack")
        let (recovered, _) = try prove(root, live)
        #expect(!recovered.isVerified && recovered.needsDeployment)
        #expect(try TestFiles.text(live.path + "/d/b") == "edited")
        #expect(try TestFiles.list(root.layout.staging).filter { $0 != "trash" } == [])
    }
}
