import Posix
import TestSupport
import Testing

@Suite("The link", .endToEnd, .timeLimit(.minutes(5)))
struct LinkTests {
    @Test("a link in the root points to the release by a relative path, and its last part is the commit's hash")
    func relative() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        #expect(TestFiles.linkTarget(site.link) == ".worktrees/\(try site.tip)")
        #expect(site.read("file") == "one")
    }

    @Test("an absolute link may be anywhere, and the directories above it are made")
    func absolute() throws {
        var site = try Site()
        site.linkName = site.path("elsewhere/deep/link")
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "one")
        #expect(TestFiles.linkTarget(site.link) == "../../root/.worktrees/\(try site.tip)")
    }

    @Test("a link may be in directories of the root, which are made")
    func nested() throws {
        var site = try Site()
        site.linkName = "a/b/link"
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "one")
        #expect(site.live == (try site.tip))
    }

    @Test("without a name the link is called like the repository", arguments: ["repo.git", "repo"])
    func defaultName(path: String) throws {
        let site = try Site()
        if path == "repo" { try Files.rename(site.repository.path, to: site.path("repo")) }
        let run = try Sidecar.run(["--one-time", "--repo=file://\(site.path(path))", "--root=\(site.root)"])
        #expect(run.status == 0)
        #expect(try TestFiles.text(site.root + "/repo/file") == "one")
    }

    @Test("a deleted link is back after the next start")
    func deleted() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        try Files.remove(site.link)
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "one")
    }

    @Test("another name publishes there too, and the old link stays as it is")
    func renamed() throws {
        var site = try Site()
        #expect(try site.sync().status == 0)
        let former = site
        site.linkName = "other"
        #expect(try site.sync().status == 0)
        #expect(site.read("file") == "one")
        #expect(former.read("file") == "one")
    }

    @Test("a foreign file or directory at the link is never overwritten", arguments: ["file", "directory"])
    func foreign(kind: String) throws {
        let site = try Site()
        try TestFiles.makeDirectory(site.root)
        if kind == "file" {
            try TestFiles.write("mine", to: site.link)
        } else {
            try TestFiles.makeDirectory(site.link)
            try TestFiles.write("mine", to: site.link + "/mine")
        }
        let run = try site.sync("--error-file=error")
        #expect(run.status == 1)
        let error = try #require(run.log.compactMap(\.error).last)
        #expect(error.hasPrefix("cannot publish at \(site.link): there is a \(kind)"), "\(error)")
        #expect(try TestFiles.text(kind == "file" ? site.link : site.link + "/mine") == "mine")
    }

    @Test("a foreign file at the link fails each attempt, and once it is taken away the release is published")
    func foreignAtStart() throws {
        let site = try Site()
        try TestFiles.makeDirectory(site.root)
        try TestFiles.write("mine", to: site.link)
        let sidecar = try site.start("--max-failures=-1", "--error-file=error")
        try sidecar.waitFor("sync failed; nothing is published yet", count: 2)
        #expect(try TestFiles.text(site.root + "/error").contains("there is a file that is not ours; move it away"))
        #expect(try TestFiles.text(site.link) == "mine")
        try Files.remove(site.link)
        try site.waitUntilLive(try site.tip)
        try waitUntil("the error file is gone") { !TestFiles.exists(site.root + "/error") }
        #expect(try sidecar.stop() == 0)
    }

    @Test("a foreign file in place of the link while the sidecar runs is a failure until it is taken away")
    func foreignLater() throws {
        let site = try Site()
        let sidecar = try site.start("--error-file=error")
        try sidecar.waitFor("published")
        try Files.remove(site.link)
        // The sidecar may make the link again before the file is there; a rename puts the file there whatever is.
        try TestFiles.write("mine", to: site.path("mine"))
        try Files.rename(site.path("mine"), to: site.link)
        try sidecar.waitFor("sync failed; what is live stays")
        #expect(try TestFiles.text(site.link) == "mine")
        #expect(TestFiles.exists(site.root + "/error"))
        try Files.remove(site.link)
        try waitUntil("the link is back") { site.read("file") == "one" }
        try waitUntil("the error file is gone") { !TestFiles.exists(site.root + "/error") }
        let next = try site.repository.commit(["file": "two"])
        try site.waitUntilLive(next)
        #expect(try sidecar.stop() == 0)
    }

    @Test("with --publish=directory the link is a real directory, exchanged as a whole")
    func directory() throws {
        let site = try Site(["file": "one", "old": "old"])
        #expect(try site.sync("--publish=directory").status == 0)
        #expect(try Files.status(site.link).kind == .directory)
        #expect(try site.list() == ["file", "old"])
        let second = try site.repository.commit(["file": "two", "old": .deleted])
        #expect(try site.sync("--publish=directory").status == 0)
        #expect(try site.list() == ["file"])
        #expect(site.read("file") == "two")
        #expect(try site.git("rev-parse", "HEAD") == second)
    }

    @Test("a release is a worktree that git works in: clean status, log, archive")
    func worktree() throws {
        let site = try Site(["file": "one", "bin/run": .executable(Array("#!/bin/sh\n".utf8)), "to": .symlink("file")])
        #expect(try site.sync().status == 0)
        #expect(try site.git("status", "--porcelain") == "")
        #expect(try site.git("log", "--format=%s") == "first")
        #expect(try runProgram(["git", "-C", site.link + "/", "archive", "HEAD"]).status == 0)
        #expect(TestFiles.linkTarget(site.link + "/to") == "file")
        #expect(try Files.status(site.link + "/bin/run").permissions & 0o111 == 0o111)
    }
}
