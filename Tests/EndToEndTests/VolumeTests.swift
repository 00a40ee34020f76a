import Posix
import TestSupport
import Testing

/// Whether a btrfs volume in a file can be mounted here, which takes root, loop devices and mkfs.btrfs.
private let hasBtrfs: Bool = {
    guard isRoot, let place = try? TestFiles.makeTemporaryDirectory("/dev/shm/git-sidecar-test") else { return false }
    defer { try? TestFiles.remove(place) }
    guard (try? Volume.mountBtrfs(at: place + "/volume")) != nil else { return false }
    return (try? runProgram(["umount", place + "/volume"]).status) == 0
}()

/// Whether a tmpfs can be mounted here.
private let canMount: Bool = {
    guard isRoot, let place = try? TestFiles.makeTemporaryDirectory("/dev/shm/git-sidecar-test") else { return false }
    defer { try? TestFiles.remove(place) }
    guard (try? Volume.mountMemory(at: place + "/volume", "size=64k")) != nil else { return false }
    return (try? runProgram(["umount", place + "/volume"]).status) == 0
}()

/// Volumes of a test's own.
private enum Volume {
    static func mountMemory(at path: String, _ options: String) throws {
        try TestFiles.makeDirectory(path)
        try runProgram(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path]).succeeded()
    }

    static func mountBtrfs(at path: String) throws {
        try TestFiles.makeDirectory(path)
        try runProgram(["truncate", "--size=120M", path + ".image"]).succeeded()
        try runProgram(["mkfs.btrfs", "--quiet", path + ".image"]).succeeded()
        try runProgram(["mount", "-o", "loop", path + ".image", path]).succeeded()
    }

    /// Runs a test's body with the root of its site on a volume, which goes with it.
    static func with(_ path: String, _ mount: (String) throws -> Void, _ body: () throws -> Void) throws {
        try mount(path)
        defer { _ = try? runProgram(["umount", "--lazy", path]) }
        try body()
    }
}

@Suite("Volumes", .endToEnd, .timeLimit(.minutes(5)))
struct VolumeTests {
    @Test(
        "unchanged files are shared by reflink where the volume has it: equal to the commit, and not touched by an edit",
        .enabled(if: hasBtrfs, "needs root, loop devices, btrfs and mkfs.btrfs"))
    func reflink() throws {
        var site = try Site(["big": .regular(noise(1_000_000)), "file": "one", "tool": .executable([35, 33])])
        site.root = site.path("volume/root")
        try Volume.with(site.path("volume"), Volume.mountBtrfs) {
            let first = try site.tip
            let keep = ["--stale-worktree-timeout=1h", "--min-free-space=0"]
            #expect(try site.sync(keep).status == 0)
            try site.repository.commit(["file": "two"])
            #expect(try site.sync(keep).status == 0)
            let old = site.root + "/.worktrees/\(first)/"
            let (before, after) = (try Files.status(old + "big"), try Files.status(site.link + "/big"))
            #expect(!after.isSameFile(as: before) && after.modificationTime == before.modificationTime)
            try runProgram(["sync", "--file-system", site.root]).succeeded()
            let usage = try runProgram(["btrfs", "filesystem", "du", "--raw", "--summarize", site.link + "/"])
            let shared = try #require(try usage.succeeded().output.split(separator: "\n").last?.split(separator: " "))
            // Total, exclusive, set shared: the megabyte is there once.
            #expect(try #require(Int(shared[2])) >= 1_000_000, "\(shared)")
            #expect(try site.git("status", "--porcelain") == "")
            try TestFiles.write("edited", to: old + "big")
            try TestFiles.write("edited", to: old + "tool")
            #expect(try TestFiles.read(site.link + "/big") == noise(1_000_000))
            #expect(try Files.status(site.link + "/tool").permissions & 0o111 == 0o111)
            #expect(site.read("tool") == "#!")
        }
    }

    @Test(
        "a quota that is used up is a clear error, what is live stays, and it goes on when there is room",
        .enabled(if: hasBtrfs, "needs root, loop devices, btrfs and mkfs.btrfs"))
    func quota() throws {
        var site = try Site()
        let volume = site.path("volume")
        site.root = volume + "/mine/root"
        try Volume.with(volume, Volume.mountBtrfs) {
            try runProgram(["btrfs", "quota", "enable", volume]).succeeded()
            try runProgram(["btrfs", "subvolume", "create", volume + "/mine"]).succeeded()
            #expect(try site.sync("--min-free-space=0").status == 0)
            let good = try site.tip
            try runProgram(["btrfs", "qgroup", "limit", "4M", volume + "/mine"]).succeeded()
            let next = try site.repository.commit(["big": .regular(noise(8_000_000))])
            let run = try site.sync("--min-free-space=0")
            #expect(run.status == 1)
            let error = try #require(run.log.compactMap(\.error).last)
            #expect(error.lowercased().contains("disk quota exceeded"), "\(error)")
            #expect(site.live == good)
            #expect(site.read("file") == "one")
            try runProgram(["btrfs", "qgroup", "limit", "none", volume + "/mine"]).succeeded()
            #expect(try site.sync("--min-free-space=0").status == 0)
            #expect(site.live == next)
        }
    }

    @Test(
        "a fetch that is larger than the room on the volume is stopped, and the error says what to do",
        .enabled(if: canMount, "mounting a small volume needs root"))
    func tooLarge() throws {
        var site = try Site()
        site.root = site.path("volume/root")
        try Volume.with(site.path("volume"), { try Volume.mountMemory(at: $0, "size=16m") }) {
            #expect(try site.sync("--min-free-space=8MiB").status == 0)
            let good = try site.tip
            try site.repository.commit(["big": .regular(noise(8_000_000))])
            for carrier in [site, site.overHTTP(try Servers.http.get())] {
                let run = try carrier.sync("--min-free-space=8MiB")
                #expect(run.status == 1)
                let error = try #require(run.log.compactMap(\.error).last)
                #expect(error.contains("(--min-free-space)"), "\(error)")
                #expect(site.live == good)
                #expect(site.read("file") == "one")
            }
            let left = try TestFiles.list(site.root + "/.git/objects/pack").filter { !$0.hasPrefix("pack-") }
            #expect(left == [])
        }
    }

    @Test(
        "a volume that fills while a fetch is under way ends the fetch before --min-free-space is touched",
        .enabled(if: canMount, "mounting a small volume needs root"))
    func fillsDuringFetch() throws {
        let server = try GitHTTPServer(
            serving: "/dev/shm", .init { $0.nginxConfiguration = "limit_rate_after 3m; limit_rate 1m;" })
        defer { server.stop() }
        var site = try Site()
        site.url = server.url(Servers.path(site))
        site.root = site.path("volume/root")
        try Volume.with(site.path("volume"), { try Volume.mountMemory(at: $0, "size=40m") }) {
            let sidecar = try site.start("--min-free-space=8MiB", "--max-backoff=50ms")
            let good = try site.tip
            try site.waitUntilLive(good)
            let next = try site.repository.commit(["big": .regular(noise(8_000_000))])
            let packs = site.root + "/.git/objects/pack"
            try waitUntil("a part of the pack is there") {
                try TestFiles.list(packs).contains { name in
                    guard name.hasPrefix("pack_git2_") else { return false }
                    // It may be renamed meanwhile.
                    return ((try? Files.status(packs + "/" + name).size) ?? 0) > 2_000_000
                }
            }
            let filler = site.path("volume/filler")
            try runProgram(["fallocate", "--length", "26M", filler]).succeeded()
            let line = try sidecar.waitFor("sync failed; what is live stays")
            #expect(line["stage"] == "fetch")
            #expect(line.error?.contains("8 MiB must stay free (--min-free-space)") == true, "\(line)")
            #expect(line.error?.hasPrefix("cannot fetch refs/heads/main from \(site.url): ") == true, "\(line)")
            #expect(site.live == good)
            #expect(site.read("file") == "one")
            try Files.remove(filler)
            try site.waitUntilLive(next, within: .seconds(30))
            #expect(try sidecar.stop() == 0)
        }
    }
}
