import Layout
import Posix
import TestSupport
import Testing

@Suite("Places below the root", .scratch, .timeLimit(.minutes(1)))
struct PlaceTests {
    private var root: String { Scratch.directory + "/root" }
    private var outside: String { Scratch.directory + "/outside" }

    private func layout(_ mended: Mended? = nil, link: String = "link") throws -> ReleaseLayout {
        try TestFiles.makeDirectory(outside)
        try TestFiles.write("canary", to: outside + "/canary")
        return try ReleaseLayout(root: root, link: link) { path, found in mended?.add(path, found) }
    }

    private final class Mended: Sendable {
        private let all = Locked<[String]>([])
        func add(_ path: String, _ found: String) { all.withLock { $0.append("\(path) was \(found)") } }
        var list: [String] { all.withLock { $0 } }
    }

    @Test("a symbolic link in the place of a directory of ours is removed and never followed")
    func mended() throws {
        let mended = Mended()
        let layout = try layout(mended)
        for (place, link) in [
            (layout.trash, layout.stagingPlace), (layout.trash, layout.trash), (layout.trash, layout.statePlace),
            (layout.releasesPlace, layout.releasesPlace), (layout.records, layout.records),
        ] {
            try Files.removeTree(link.path)
            try link.directory.makeDirectories()
            try Files.makeSymbolicLink(to: outside, at: link.path)
            try place.makeDirectories()
            #expect(try link.isDirectory())
            #expect(mended.list.last == "\(link.path) was a symbolic link")
        }
        #expect(try TestFiles.list(outside) == ["canary"])
    }

    @Test("what is no directory and no symbolic link is refused with its path and its kind")
    func refused() throws {
        let layout = try layout()
        try TestFiles.write("mine", to: layout.releases)
        let error = try #require(throws: SystemError.self) { try layout.release(named: "x").makeDirectories() }
        #expect("\(error)".contains("\(layout.releases) is a regular file, not a directory"), "\(error)")
        #expect(try TestFiles.text(layout.releases) == "mine")
    }

    @Test("nothing is looked at, read, written, moved or removed through a symbolic link")
    func notFollowed() throws {
        let layout = try layout()
        try Files.makeSymbolicLink(to: outside, at: layout.gitDirectory)
        let canary = layout.store.appending("canary")
        #expect(try canary.statusIfPresent() == nil)
        #expect(try canary.readIfRegular(limit: 100) == nil)
        #expect(try layout.store.entriesIfPresent().isEmpty)
        #expect(throws: SystemError.self) { try canary.read(limit: 100) }
        #expect(throws: SystemError.self) { try canary.replace([1]) }
        #expect(throws: SystemError.self) { try canary.appendLine([1]) }
        #expect(throws: SystemError.self) { try canary.touch() }
        #expect(throws: SystemError.self) { try canary.rename(to: layout.rootPlace.appending("moved")) }
        #expect(throws: SystemError.self) { try canary.removeTree() }
        #expect(throws: SystemError.self) { try layout.records.makeDirectories() }
        #expect(try TestFiles.list(outside) == ["canary"])
        #expect(try TestFiles.text(outside + "/canary") == "canary")
    }

    @Test("the root stays the directory that it was, whatever becomes of its name")
    func held() throws {
        let layout = try layout()
        try Files.rename(root, to: root + "-moved")
        try Files.makeSymbolicLink(to: outside, at: root)
        try layout.trash.makeDirectories()
        #expect(TestFiles.exists(root + "-moved/.git-sidecar/staging/trash"))
        #expect(try TestFiles.list(outside) == ["canary"])
    }

    @Test("a root that was removed is made again where it was, and not through a symbolic link")
    func removedRoot() throws {
        let layout = try layout()
        try Files.removeTree(root)
        try layout.trash.makeDirectories()
        #expect(TestFiles.exists(layout.trash.path))
        try Files.removeTree(root)
        try Files.makeSymbolicLink(to: outside, at: root)
        #expect(throws: SystemError.self) { try layout.trash.makeDirectories() }
        #expect(try TestFiles.list(outside) == ["canary"])
    }

    @Test("the directory of a link outside of the root is resolved once")
    func linkDirectory() throws {
        try TestFiles.makeDirectory(Scratch.directory + "/served")
        try Files.makeSymbolicLink(to: "served", at: Scratch.directory + "/alias")
        let layout = try layout(link: Scratch.directory + "/alias/link")
        try layout.linkPlace.pointSymbolicLink(to: "first")
        try Files.remove(Scratch.directory + "/alias")
        try Files.makeSymbolicLink(to: "outside", at: Scratch.directory + "/alias")
        try layout.linkPlace.pointSymbolicLink(to: "second")
        #expect(TestFiles.linkTarget(Scratch.directory + "/served/link") == "second")
        #expect(try TestFiles.list(outside) == ["canary"])
    }

    @Test("a file of ours that is something else is removed itself, and a directory in its place is renamed")
    func files() throws {
        let mended = Mended()
        let layout = try layout(mended)
        try layout.statePlace.makeDirectories()
        try Files.makeSymbolicLink(to: outside + "/canary", at: layout.stateFile.path)
        try runProgram(["mkfifo", layout.journal.path]).succeeded()
        try TestFiles.makeDirectory(layout.bootRecord.path)
        try TestFiles.write("mine", to: layout.bootRecord.path + "/precious")
        #expect(layout.mendFiles().isEmpty)
        #expect(
            mended.list == [
                "\(layout.stateFile.path) was a symbolic link", "\(layout.journal.path) was a FIFO",
                "\(layout.bootRecord.path) was a directory",
            ])
        for file in [layout.stateFile, layout.journal, layout.bootRecord] {
            #expect(try file.statusIfPresent() == nil)
            try file.replace([1])
        }
        let kept = try #require(try TestFiles.list(layout.state).first { $0.hasPrefix("replaced-boot-") })
        #expect(try TestFiles.text("\(layout.state)/\(kept)/precious") == "mine")
        #expect(try TestFiles.text(outside + "/canary") == "canary")
    }

    @Test("a small file is read up to a limit, replaced as a whole and appended to")
    func smallFile() throws {
        let file = try layout().stateFile
        #expect(try file.readIfPresent(limit: 10) == nil)
        try file.directory.makeDirectories()
        try file.replace([1, 2, 3], mode: 0o600, synchronized: true)
        #expect(try Files.status(file.path).permissions == 0o600)
        // What is no whole line was cut off, and goes.
        try file.appendLine([4])
        try file.appendLine([5])
        #expect(try file.read(limit: 4) == [4, 10, 5, 10])
        #expect(throws: SystemError.self) { try file.read(limit: 3) }
        #expect(try TestFiles.list(file.directory.path) == [file.name])
    }

    @Test("a FIFO in the place of a small file is a failure that says so, and is not waited for")
    func fifo() throws {
        let file = try layout().stateFile
        try file.directory.makeDirectories()
        try runProgram(["mkfifo", file.path]).succeeded()
        let error = try #require(throws: SystemError.self) { try file.read(limit: 10) }
        #expect("\(error)" == "cannot read \(file.path): it is a FIFO, not a regular file")
        #expect(throws: SystemError.self) { try file.appendLine([1]) }
        #expect(throws: SystemError.self) { try file.touch() }
        #expect(throws: SystemError.self) { _ = try file.lock() }
        try file.replace([1])
        #expect(try file.read(limit: 10) == [1])
    }

    @Test("a path that leads out of the root is no place in it")
    func outsideOfRoot() throws {
        let layout = try layout()
        #expect(layout.place(at: outside) == nil)
        #expect(layout.place(at: root + "-other/x") == nil)
        #expect(layout.place(at: root + "/x")?.path == root + "/x")
        #expect(throws: SystemError.self) { try layout.rootPlace.appending("../outside/canary").read(limit: 100) }
    }
}
