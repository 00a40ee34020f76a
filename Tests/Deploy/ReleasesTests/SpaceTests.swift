import GitObjects
import GitStore
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

@Suite("Space", .scratch(.memory), .timeLimit(.minutes(1)))
struct SpaceTests {
    @Test("a release with more bytes than it may have is not staged, and nothing is left of it")
    func tooBig() throws {
        var root = try Root()
        let small = try root.fixture.commit(["file": "small"])
        try root.deploy(small)
        root.options.space = SpaceGuard(path: root.layout.root, minimumFree: 0, maximumRelease: 4096)
        let big = try root.fixture.commit(["big": .regular([UInt8](repeating: 65, count: 5000))])
        let error = #expect(throws: ReleaseError.self) { try root.deploy(big, from: root.publisher.current()) }
        #expect(
            "\(try #require(error))"
                == "cannot stage \(big): its files have 4.8 KiB, --max-release-size allows 4 KiB")
        try root.expectServed(small)
        #expect(try TestFiles.list(root.layout.staging) == [])
    }

    @Test("files that are shared count for the size of a release, not for the room that it needs")
    func sharedFiles() throws {
        var root = try Root()
        let first = try root.deploy(try root.fixture.commit(["a": .regular([UInt8](repeating: 65, count: 3000))]))
        root.options.space = SpaceGuard(path: root.layout.root, minimumFree: 0, maximumRelease: 4096)
        let second = try root.fixture.commit(["b": .regular([UInt8](repeating: 66, count: 2000))])
        #expect(throws: ReleaseError.self) { try root.deploy(second, from: first) }
    }

    @Test("a volume without the room that must stay free is named, with what is needed and what is free")
    func noRoom() throws {
        var root = try Root()
        root.options.space = SpaceGuard(path: root.layout.root, minimumFree: 1 << 60)
        let hash = try root.fixture.commit(["file": "x"])
        let error = #expect(throws: ReleaseError.self) { try root.deploy(hash) }
        let text = "\(try #require(error))"
        #expect(text.hasPrefix("cannot stage \(hash): the volume of \(root.layout.root) has "))
        #expect(
            text.hasSuffix(
                "free; this needs 1 byte and 1048576 TiB must stay free (--min-free-space)"))
        #expect(throws: ReleaseError.self) {
            _ = try SpaceGuard(path: root.layout.root, minimumFree: 1 << 60).packLimits()
        }
    }

    @Test("a fetch may bring what is free, less what must stay")
    func packLimits() throws {
        let root = try Root()
        let free = try Volume(of: root.layout.root).freeBytes
        let limits = try SpaceGuard(path: root.layout.root, minimumFree: free / 2).packLimits()
        #expect(limits.maximumBytes < free / 2)
        #expect(limits.maximumBytes > free / 4)
    }
}

@Suite("Who may use what is written", .scratch(.memory), .timeLimit(.minutes(1)))
struct FileSharingTests {
    @Test("other users can read a release and its repository")
    func readable() async throws {
        await #expect(processExitsWith: .success) {
            Files.setCreationMask(0o022)
            let directory = try TestFiles.makeTemporaryDirectory("/dev/shm/git-sidecar-test")
            defer { try? TestFiles.remove(directory) }
            let root = try Root(at: directory + "/root", repository: GitFixture(at: directory + "/repository"))
            let live = try root.deploy(try root.fixture.commit(Root.files))
            #expect(try Files.status(live.path).permissions == 0o755)
            #expect(try Files.status(live.path + "/d").permissions == 0o755)
            #expect(try Files.status(live.path + "/d/b").permissions == 0o644)
            #expect(try Files.status(live.path + "/run").permissions == 0o755)
        }
    }

    @Test("with --group-write the group may write, in the group of the root where that is handed down")
    func groupWrite() async throws {
        await #expect(processExitsWith: .success) {
            let directory = try TestFiles.makeTemporaryDirectory("/dev/shm/git-sidecar-test")
            defer { try? TestFiles.remove(directory) }
            GroupAccess.allow()
            try TestFiles.makeDirectory(directory + "/root")
            try Files.setPermissions(directory + "/root", 0o2775)
            let root = try Root(at: directory + "/root", repository: GitFixture(at: directory + "/repository"))
            let live = try root.deploy(try root.fixture.commit(Root.files))
            #expect(try Files.status(live.path).permissions == 0o2775)
            #expect(try Files.status(live.path + "/d").permissions == 0o2775)
            #expect(try Files.status(live.path + "/d/b").permissions == 0o664)
            #expect(try Files.status(live.path + "/run").permissions == 0o775)
            // Switched off again, the release is made anew for the new permissions.
            Files.setCreationMask(0o022)
            let recovered = try root.recover()
            #expect(recovered.isVerified)
            #expect(try Files.status(live.path + "/d/b").permissions == 0o644)
        }
    }

    @Test("a touched file is made, and its time is set when it is there")
    func touch() throws {
        let layout = try ReleaseLayout(root: Scratch.directory + "/root", link: "link")
        let path = Scratch.directory + "/new/directory/touched"
        try TouchFile.touch(path, in: layout)
        try FileDescriptor.openDirectory(Scratch.directory + "/new/directory").setModificationTime(entry: "touched", 0)
        try TouchFile.touch(path, in: layout)
        #expect(try Files.status(path).modificationTime > 1_000_000_000_000_000_000)
    }
}
