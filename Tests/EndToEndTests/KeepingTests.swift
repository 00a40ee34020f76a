import Posix
import TestSupport
import Testing

@Suite("Keeping and repairing", .endToEnd, .timeLimit(.minutes(5)))
struct KeepingTests {
    @Test("releases that were deleted are made again at the next start")
    func deletedReleases() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        try TestFiles.remove(site.root + "/.worktrees")
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "one")
        #expect(try site.git("status", "--porcelain") == "")
    }

    @Test("what is edited or deleted in the live release is repaired, and who works there goes on")
    func repaired() throws {
        let site = try Site(["file": "one", "directory/file": "two", "directory/run": .executable([35])])
        let sidecar = try site.start()
        try sidecar.waitFor("published")
        let release = site.link + "/"
        // An application that keeps its working directory, and what it writes there.
        let worker = try Application.start(
            ["sh", "-c", "cd $1/directory && echo x > cache && while cat file > $2; do sleep 0.05; done", "-"]
                + [site.link, site.path("read")])
        defer { worker.stop() }
        try waitUntil("it works") { TestFiles.exists(release + "directory/cache") }
        let before = try Files.status(release + "directory")
        try runProgram(["chmod", "-R", "u+w", release]).succeeded()
        try Files.remove(release + "file")
        try waitUntil("the deleted file is back") { site.read("file") == "one" }
        try runProgram(["chmod", "-R", "u+w", release]).succeeded()
        try TestFiles.write("edited", to: release + "directory/file")
        try waitUntil("the edit is undone") { site.read("directory/file") == "two" }
        try Files.setPermissions(release + "directory/run", 0o600)
        try Files.setPermissions(release + "directory", 0o700)
        try waitUntil("permissions are what they were") {
            try Files.status(release + "directory/run").permissions & 0o111 == 0o111
                && Files.status(release + "directory").permissions == before.permissions
        }
        #expect(try Files.status(release + "directory").isSameFile(as: before))
        #expect(site.read("directory/cache") == "x\n")
        try Files.remove(site.path("read"))
        try waitUntil("it still reads its file") { (try? TestFiles.text(site.path("read"))) == "two" }
        #expect(worker.isRunning)
        #expect(site.live == (try site.tip))
        let next = try site.repository.commit(["file": "next"])
        try site.waitUntilLive(next)
        #expect(site.read("directory/cache") == nil)
        #expect(try sidecar.stop() == 0)
    }

    @Test("with --edits=strict, what was added is removed")
    func strict() throws {
        let site = try Site(["file": "one", "directory/file": "two"])
        let sidecar = try site.start("--edits=strict")
        try sidecar.waitFor("published")
        let release = site.link + "/"
        let before = try Files.status(release + "directory")
        try TestFiles.write("added", to: release + "added")
        try TestFiles.makeDirectory(release + "directory/new/deep")
        try waitUntil("what was added is gone") {
            site.read("added") == nil && !TestFiles.exists(release + "directory/new")
        }
        #expect(try Files.status(release + "directory").isSameFile(as: before))
        #expect(site.live == (try site.tip))
        #expect(try sidecar.stop() == 0)
    }

    @Test("a deleted link is back while the sidecar runs")
    func deletedLink() throws {
        let site = try Site()
        let sidecar = try site.start()
        try sidecar.waitFor("published")
        try Files.remove(site.link)
        try waitUntil("the link is back") { site.read("file") == "one" }
        #expect(try sidecar.stop() == 0)
    }

    @Test("a second sidecar on the same root is refused with who holds it")
    func secondSidecar() throws {
        let site = try Site()
        let sidecar = try site.start()
        try sidecar.waitFor("published")
        let second = try site.sync()
        #expect(second.status == 1)
        let error = try #require(second.log.compactMap(\.error).last)
        #expect(error.contains("process \(sidecar.program.processID)"), "\(error)")
        let next = try site.repository.commit(["file": "two"])
        try site.waitUntilLive(next)
        #expect(try sidecar.stop() == 0)
        #expect(try site.sync().status == 0)
    }

    @Test("a replaced release goes, after --stale-worktree-timeout where that is given")
    func staleReleases() throws {
        let site = try Site()
        let first = try site.tip
        let sidecar = try site.start("--stale-worktree-timeout=1h")
        try site.waitUntilLive(first)
        let second = try site.repository.commit(["file": "two"])
        try site.waitUntilLive(second)
        try sidecar.waitFor("published", count: 2)
        #expect(try TestFiles.list(site.root + "/.worktrees").sorted() == [first, second].sorted())
        #expect(try sidecar.stop() == 0)
        let other = try site.start()
        let third = try site.repository.commit(["file": "three"])
        try site.waitUntilLive(third)
        try waitUntil("only the live release is left") {
            try TestFiles.list(site.root + "/.worktrees") == [third]
        }
        #expect(try other.stop() == 0)
    }

    @Test("the store is compacted as --git-gc says, and a release stays whole", arguments: ["always", "aggressive"])
    func compaction(mode: String) throws {
        let site = try Site()
        for number in 2...5 {
            try site.repository.commit(["file": .text("\(number)")])
            #expect(try site.sync("--git-gc=\(mode)").status == 0)
        }
        let packs = try TestFiles.list(site.root + "/.git/objects/pack").filter { $0.hasSuffix(".pack") }
        #expect(packs.count <= 2)
        #expect(site.read("file") == "5")
        #expect(try site.git("fsck") == "")
    }

    @Test(
        "by itself the store is compacted when it has many packs, with --one-time before the end too, and never when off"
    )
    func automaticCompaction() throws {
        let site = try Site()
        let sidecar = try site.start("--git-gc=off")
        try site.waitUntilLive(try site.tip)
        // Each release brings one pack.
        for number in 1...33 {
            try site.waitUntilLive(try site.repository.commit(["file": .text("\(number)")]))
        }
        #expect(try sidecar.stop() == 0)
        func packs() throws -> Int {
            try TestFiles.list(site.root + "/.git/objects/pack").count { $0.hasSuffix(".pack") }
        }
        #expect(try packs() == 34)
        try site.repository.commit(["file": "last"])
        #expect(try site.sync().status == 0)
        #expect(try packs() == 1)
        #expect(site.read("file") == "last")
        #expect(try site.git("fsck") == "")
    }

    @Test(
        "what a shallower depth or an older commit has made useless is gone when the run ends",
        arguments: [true, false])
    func uselessHistory(isShallower: Bool) throws {
        let site = try Site()
        func noise() -> GitFixture.File {
            .text((0..<5_000).map { _ in "\(UInt64.random(in: .min ... .max))" }.joined())
        }
        let first = try site.repository.commit(["file": "first", "noise": noise()])
        try site.repository.commit(["file": "second", "noise": noise()])
        #expect(try site.sync("--depth=0").status == 0)
        func size() throws -> Int {
            let report = try runProgram(["git", "-C", site.root, "count-objects", "-v"]).succeeded().output
            let line = report.split(separator: "\n").first { $0.hasPrefix("size-pack: ") }
            return try #require(line.flatMap { Int($0.dropFirst("size-pack: ".count)) })
        }
        let before = try size()
        #expect(try site.sync(isShallower ? ["--depth=1"] : ["--depth=0", "--ref=\(first)"]).status == 0)
        #expect(site.read("file") == (isShallower ? "second" : "first"))
        // In kilobytes: one of the two files that cannot be compressed is left.
        #expect(try size() < before * 2 / 3, "of \(before)")
        #expect(try site.git("fsck", "--no-dangling") == "")
    }

    @Test("releases whose time is over are removed before --one-time ends")
    func removedBeforeTheEnd() throws {
        let site = try Site()
        let many = (1...2000).map { ("many/\($0)", GitFixture.File.text("\($0)")) }
        try site.repository.commit(Dictionary(uniqueKeysWithValues: many))
        for number in 2...4 {
            #expect(try site.sync().status == 0)
            try site.repository.commit(["file": .text("\(number)"), "many/1": .text("changed \(number)")])
        }
        #expect(try site.sync().status == 0)
        #expect(try TestFiles.list(site.root + "/.worktrees").count == 1)
        let trash = site.root + "/.git-sidecar/staging/trash"
        if TestFiles.exists(trash) { #expect(try TestFiles.list(trash) == []) }
    }

    @Test("the stores of submodules are compacted as --git-gc says too")
    func submoduleCompaction() throws {
        let site = try Site([:])
        let library = try GitFixture(at: site.path("library.git"))
        for mode in ["off", "off", "always"] {
            try site.repository.commit([
                ".gitmodules": Family.modules(("library", "library", "../library.git")),
                "library": .submodule(try library.commit(["file": .text(mode)])),
            ])
            #expect(try site.sync("--git-gc=\(mode)").status == 0)
        }
        let packs = try TestFiles.list(site.root + "/.git/modules/library/objects/pack")
        #expect(packs.count { $0.hasSuffix(".pack") } == 1)
        #expect(site.read("library/file") == "always")
    }

    @Test(
        "limits of space are kept: what is live stays, and the error says which",
        arguments: ["--min-free-space=1000TiB", "--max-release-size=10"])
    func space(limit: String) throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        try site.repository.commit(["file": .text(String(repeating: "long ", count: 100))])
        let run = try site.sync(limit)
        #expect(run.status == 1)
        let error = try #require(run.log.compactMap(\.error).last)
        #expect(error.contains(limit.prefix { $0 != "=" }), "\(error)")
        #expect(site.read("file") == "one")
    }

    @Test("a root that git-sync left is taken over, and its link never breaks")
    func takenOver() throws {
        let site = try Site()
        let first = try site.tip
        try TestFiles.makeDirectory(site.root)
        for command in [
            ["init", "--quiet"], ["fetch", "--quiet", "--depth=1", site.url, first],
            ["worktree", "add", "--quiet", "--detach", ".worktrees/\(first)", first],
        ] { try runProgram(["git", "-C", site.root] + command).succeeded() }
        try Files.makeSymbolicLink(to: ".worktrees/\(first)", at: site.link)
        let second = try site.repository.commit(["file": "two"])
        #expect(try site.sync().status == 0)
        #expect(site.live == second)
        #expect(site.read("file") == "two")
        #expect(try site.git("status", "--porcelain") == "")
    }

    @Test("a broken store is made anew while what is live stays")
    func brokenStore() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        for name in try TestFiles.list(site.root + "/.git/objects/pack") where name.hasSuffix(".pack") {
            try runProgram(["chmod", "u+w", site.root + "/.git/objects/pack/" + name]).succeeded()
            try TestFiles.write("broken", to: site.root + "/.git/objects/pack/" + name)
        }
        let next = try site.repository.commit(["file": "two"])
        #expect(try site.sync().status == 0)
        #expect(site.live == next)
        #expect(site.read("file") == "two")
    }
}
