import GitObjects
import GitStore
import Glibc
import Layout
import Posix
import Releases
import Staging
import TestSupport
import Testing

/// Whether small volumes can be mounted here, which only root may.
private let canMount: Bool = {
    guard ProcessIdentity.user == 0, let place = try? TestFiles.makeTemporaryDirectory("/dev/shm/git-sidecar-test")
    else { return false }
    defer { try? TestFiles.remove(place) }
    guard let result = try? runProgram(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place]), result.status == 0
    else { return false }
    return (try? runProgram(["umount", place]))?.status == 0
}()

@Suite(
    "A volume that cannot take more", .scratch(.memory), .timeLimit(.minutes(1)), .serialized,
    .enabled(if: canMount, "mounting a small volume needs root"))
struct VolumeTests {
    /// A root on a volume of its own with a release that is live.
    private func withVolume(
        _ options: String, _ body: (_ root: Root, _ live: String, _ path: String) throws -> Void
    ) throws {
        let path = Scratch.directory + "/volume"
        try TestFiles.makeDirectory(path)
        try runProgram(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path]).succeeded()
        defer { _ = try? runProgram(["umount", "--lazy", path]) }
        let root = try Root(at: path + "/root")
        let hash = try root.fixture.commit(Root.files)
        try root.deploy(hash)
        try body(root, hash, path)
    }

    private func remount(_ path: String, _ options: String) throws {
        try runProgram(["mount", "-o", "remount,\(options)", path]).succeeded()
    }

    /// Bytes that do not compress.
    private func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    @Test(
        "full while fetching or staging: a clear error, the release stays, and it goes on when there is room",
        arguments: [450, 850])
    func full(kibibytes: Int) throws {
        // 450 KiB of files: their pack does not fit into the smaller volume, the files beside it not into the larger.
        try withVolume("size=\(kibibytes)k") { root, live, path in
            var files: [String: GitFixture.File] = [:]
            for number in 0..<5 { files["big\(number)"] = .regular(noise(90_000, seed: UInt64(number))) }
            let big = try root.fixture.commit(files)
            let error = #expect(throws: (any Error).self) {
                try root.deploy(big, from: root.publisher.current())
            }
            #expect(
                "\(try #require(error))".lowercased().contains("no space left on device"),
                "\(error.map { "\($0)" } ?? "")")
            try root.expectServed(live)
            // The next start works in the little room that is left.
            #expect(try root.recover().isVerified)
            try root.expectServed(live)
            try remount(path, "size=8m")
            try root.deploy(big, from: try root.publisher.current())
            try root.expectServed(big)
            try root.expectClean()
        }
    }

    @Test("without inodes it says so before it begins")
    func noInodes() throws {
        try withVolume("size=8m,nr_inodes=150") { root, live, path in
            var root = root
            root.options.space = SpaceGuard(path: root.layout.root, minimumFree: 1 << 20)
            let many = try root.fixture.manyFiles(200)
            let error = #expect(throws: ReleaseError.self) { try root.deploy(many) }
            #expect("\(try #require(error))".contains("more files; "), "\(error.map { "\($0)" } ?? "")")
            try root.expectServed(live)
            try remount(path, "nr_inodes=10000")
            try root.deploy(many)
            try root.expectServed(many)
        }
    }

    @Test("below the minimum that must stay free nothing is staged")
    func minimumFree() throws {
        try withVolume("size=4m") { root, live, _ in
            var root = root
            root.options.space = SpaceGuard(path: root.layout.root, minimumFree: 3 << 20)
            let big = try root.fixture.commit(["big": .regular(noise(900_000))])
            let error = #expect(throws: ReleaseError.self) { try root.deploy(big) }
            #expect("\(try #require(error))".contains("must stay free (--min-free-space)"))
            try root.expectServed(live)
            root.options.space = SpaceGuard(path: root.layout.root, minimumFree: 1 << 20)
            try root.deploy(big)
            try root.expectServed(big)
        }
    }

    @Test("read-only: a clear error, the release is served, and it goes on when it can be written again")
    func readOnly() throws {
        try withVolume("size=8m") { root, live, path in
            let next = try root.fixture.commit(["d/b": "next"])
            try remount(path, "ro")
            let locking = #expect(throws: ReleaseError.self) { _ = try RootLock(root.layout) }
            #expect("\(try #require(locking))".contains("read-only file system"))
            let deploying = #expect(throws: (any Error).self) { try root.deploy(next) }
            #expect("\(try #require(deploying))".contains("read-only file system"))
            try root.expectServed(live)
            try remount(path, "rw")
            try root.deploy(next)
            try root.expectServed(next)
        }
    }
}

@Suite("Out of file descriptors", .timeLimit(.minutes(1)))
struct DescriptorTests {
    @Test("a clear error, the release stays, and it goes on when there are some again")
    func outOfDescriptors() async throws {
        await #expect(processExitsWith: .success) {
            let directory = try TestFiles.makeTemporaryDirectory("/dev/shm/git-sidecar-test")
            defer { try? TestFiles.remove(directory) }
            let root = try Root(at: directory + "/root", repository: GitFixture(at: directory + "/repository"))
            let first = try root.fixture.commit(Root.files)
            let live = try root.deploy(first)
            let second = try root.fixture.commit(["d/b": "next"])
            var limit = rlimit()
            unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let before = limit.rlim_cur
            let used = try TestFiles.list("/proc/self/fd").compactMap { Int($0) }.max() ?? 0
            for spare in 1...12 {
                limit.rlim_cur = rlim_t(used + spare)
                unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                var failure = ""
                do {
                    try root.deploy(second, from: live)
                } catch {
                    failure = "\(error)"
                }
                limit.rlim_cur = before
                unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                if failure.isEmpty { break }
                #expect(failure.contains("too many open files"), "\(failure)")
                #expect(try TestFiles.text(root.layout.link + "/d/b") == "two")
            }
            try root.deploy(second, from: live)
            #expect(try TestFiles.text(root.layout.link + "/d/b") == "next")
        }
    }
}
