import JSON
import Posix
import TestSupport
import Testing

/// What somebody else who can write to the volume may put in the place of what is ours.
@Suite("Things planted in the root", .endToEnd, .timeLimit(.minutes(5)))
struct PlantedTests {
    /// A directory outside of the root with whatever each of our directories might be swept of, and what it is like.
    private struct Outside {
        let path: String

        init(_ site: Site, _ release: String) throws {
            path = site.path("outside")
            let names = [
                "canary", "trash/canary", "staging/trash/canary", "pack/tmp_canary", "objects/pack/tmp_canary",
                "objects/info/canary", "objects/pack/pack-1.idx", "heads/canary.lock", "refs/heads/canary.lock",
                "git-sidecar/\(release)", "refs/git-sidecar/canary.lock", "worktrees/\(release)/canary.lock",
                "\(release)/canary", "modules/sub/HEAD.lock", "sub/HEAD.lock", TemporaryName.prefix + "1", "HEAD.lock",
                "state.json", "releases.log", "boot", "lock",
            ]
            try TestFiles.makeDirectory(path)
            for name in names {
                let slash = name.lastIndex(of: "/")
                if let slash { try TestFiles.makeDirectory(path + "/" + name[..<slash]) }
                try TestFiles.write("canary", to: "\(path)/\(name)")
            }
        }

        /// Every name with its kind, mode, size, times and content.
        func look() throws -> String {
            let names = try runProgram(["find", path, "-printf", "%P %y %m %s %T@ %C@ %l\n"]).succeeded().output
            return names.split(separator: "\n").sorted().joined(separator: "\n")
        }
    }

    /// Puts a symbolic link to a directory outside in the place of something in the root, which is moved away.
    private func plant(_ name: String, in site: Site, to target: String) throws {
        let place = "\(site.root)/\(name)"
        if TestFiles.exists(place) {
            try Files.rename(place, to: site.path("moved"))
        } else if let slash = place.lastIndex(of: "/") {
            try TestFiles.makeDirectory(String(place[..<slash]))
        }
        try Files.makeSymbolicLink(to: target, at: place)
    }

    private static let keeping = ["--keep-releases=5", "--max-failures=-1", "--git-gc=always"]

    @Test(
        "a symbolic link in the place of a directory of ours leads nowhere: what is outside stays, and pushes go live",
        arguments: [
            ".git-sidecar", ".git-sidecar/staging", ".git-sidecar/staging/trash", ".worktrees", ".git", ".git/objects",
            ".git/objects/pack", ".git/objects/info", ".git/refs", ".git/refs/heads", ".git/refs/git-sidecar",
            ".git/worktrees", ".git/modules",
        ])
    func beforeStart(_ name: String) throws {
        let site = try Site()
        let first = try site.tip
        #expect(try site.sync(Self.keeping).status == 0)
        let outside = try Outside(site, first)
        let before = try outside.look()
        try plant(name, in: site, to: outside.path)
        let sidecar = try site.start(Self.keeping)
        try site.waitUntilLive(try site.repository.commit(["file": "two"]))
        let second = try site.tip
        try site.waitUntilLive(try site.repository.commit(["file": "three"]))
        let client = ControlClient(root: site.root)
        try client.waitForStatus("the one before is kept") { _ in
            let releases = try? client.get("/v1/releases").json["releases"]?.elements
            return releases?.contains { $0["hash"]?.string == second } == true
        }
        #expect(try client.post("/v1/rollback", "{\"hash\": \"\(second)\"}").status == 202)
        try site.waitUntilLive(second)
        #expect(site.read("file") == "two")
        try site.waitUntilLive(try site.repository.commit(["file": "four"]))
        #expect(try sidecar.stop() == 0)
        #expect(try site.sync(Self.keeping).status == 0)
        #expect(site.read("file") == "four")
        #expect(try outside.look() == before)
    }

    @Test(
        "one that comes while the sidecar runs leads nowhere either, and after a restart at the latest pushes go live",
        arguments: [
            ".git-sidecar", ".git-sidecar/staging", ".git-sidecar/staging/trash", ".worktrees", ".git", ".git/objects",
            ".git/objects/pack", ".git/refs", ".git/worktrees",
        ])
    func whileRunning(_ name: String) throws {
        let site = try Site()
        let first = try site.tip
        let sidecar = try site.start(Self.keeping)
        try site.waitUntilLive(first)
        // libgit2 goes by paths: what is exchanged while it works on the store is beyond what is promised.
        try ControlClient(root: site.root).waitForStatus("the deployment has ended") { status in
            (status["attempt"]?.integer ?? 0) > 1 && status["deployment"] == .null
        }
        let outside = try Outside(site, first)
        let before = try outside.look()
        try plant(name, in: site, to: outside.path)
        let second = try site.repository.commit(["file": "two"])
        try waitUntil("it is live, or the failure was logged", within: .seconds(15)) {
            site.live == second || sidecar.log.has("sync failed; what is live stays")
        }
        #expect(try sidecar.stop() == 0)
        #expect(try site.sync(Self.keeping).status == 0)
        #expect(site.live == second)
        #expect(site.read("file") == "two")
        #expect(try outside.look() == before)
    }

    @Test("one in the place of the link's directory is refused by name, and what is outside stays")
    func linkDirectory() throws {
        var site = try Site()
        site.linkName = "public/link"
        #expect(try site.sync().status == 0)
        let outside = try Outside(site, try site.tip)
        let before = try outside.look()
        try plant("public", in: site, to: outside.path)
        try site.repository.commit(["file": "two"])
        let run = try site.sync()
        #expect(run.status == 1)
        #expect(run.errors.contains("public is a symbolic link, not a directory; move it away"), "\(run.errors)")
        #expect(try outside.look() == before)
        try Files.remove("\(site.root)/public")
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "two")
    }

    @Test("one in the place of the touch file or of the error file's directory is refused, and the release is served")
    func operatorsFiles() throws {
        let site = try Site()
        let outside = try Outside(site, try site.tip)
        let before = try outside.look()
        try plant("touched", in: site, to: outside.path + "/canary")
        try plant("errors", in: site, to: outside.path)
        let options = ["--touch-file=touched", "--error-file=errors/canary"]
        let run = try site.sync(options)
        #expect(run.status == 0)
        #expect(run.log.with("cannot touch the file").first?.error?.contains("it is a symbolic link") == true)
        #expect(site.read("file") == "one")
        try Files.rename(site.repository.path, to: site.path("away"))
        let failed = try site.sync(options)
        #expect(failed.status == 1)
        #expect(failed.log.has("cannot keep the error file up to date"))
        #expect(try outside.look() == before)
    }

    @Test("a symbolic link in the place of a file of ours is replaced, and what it led to stays")
    func smallFiles() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        let outside = try Outside(site, try site.tip)
        let before = try outside.look()
        for name in ["state.json", "releases.log", "boot", "lock"] {
            try Files.removeTree("\(site.root)/.git-sidecar/\(name)")
            try plant(".git-sidecar/\(name)", in: site, to: "\(outside.path)/\(name)")
        }
        try site.repository.commit(["file": "two"])
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "two")
        #expect(try outside.look() == before)
    }

    @Test(
        "a FIFO in the place of a file is not waited for: it is said, and pushes go live",
        arguments: [
            ".git-sidecar/state.json", ".git-sidecar/boot", ".git-sidecar/releases.log", ".git-sidecar/lock",
            ".git-sidecar/needed-objects", ".git/git-sidecar-needed-objects", ".git/HEAD", ".git/config",
            ".git/packed-refs", ".git/shallow",
            ".git/objects/info/alternates", ".worktrees/HASH/.git", ".git/worktrees/HASH/HEAD",
            ".git/worktrees/HASH/written-index", ".git/objects/pack/pack-1.idx",
        ])
    func fifo(_ name: String) throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        let hash = try site.tip
        let path = name.split(separator: "/").map { $0 == "HASH" ? hash : String($0) }.joined(separator: "/")
        let place = "\(site.root)/\(path)"
        try Files.removeTree(place)
        try runProgram(["mkfifo", place]).succeeded()
        try site.repository.commit(["file": "two"])
        // It is killed when it waits.
        let run = try site.sync(["--git-gc=always"])
        #expect(run.status == 0)
        #expect(site.read("file") == "two")
        if name.hasPrefix(".git-sidecar/") {
            let warning = run.log.with(
                "something that is not ours was in the place of a file or directory of ours and was taken away")
            #expect(warning.first?["path"] == place)
            #expect(warning.first?["found"] == "a FIFO")
        }
    }
}
