import Posix
import TestSupport
import Testing

@Suite("What is published", .endToEnd, .timeLimit(.minutes(5)))
struct ContentTests {
    private static let files: [String: GitFixture.File] = [
        "top": "top", "site/index.html": "index", "site/deep/page.html": "page", "src/main.c": "source",
        "docs/guide.md": "guide",
    ]

    @Test("sparse patterns from a file and from flags choose what is published, and are read again for each deployment")
    func sparse() throws {
        let site = try Site(Self.files)
        let file = site.path("patterns")
        try TestFiles.write("/site/\n", to: file)
        let parameter = "--sparse-checkout-file=\(file)"
        #expect(try site.sync(parameter, "--sparse-pattern=/docs/").status == 0)
        // Patterns that only name directories are cone patterns, and to those the files at the top belong, as in git.
        #expect(try site.list() == ["docs", "site", "top"])
        #expect(site.read("site/deep/page.html") == "page")
        try TestFiles.write("/src/\n!/src/*.h\n", to: file)
        try site.repository.commit(["src/main.h": "header"])
        #expect(try site.sync(parameter).status == 0)
        #expect(try site.list() == ["src"])
        #expect(try TestFiles.list(site.link + "/src") == ["main.c"])
        #expect(try site.git("status", "--porcelain") == "")
    }

    @Test("a partial clone publishes the whole tree", arguments: ["blob:none", "tree:0"])
    func partialClone(filter: String) throws {
        let site = try Site(Self.files).overHTTP(try Servers.http.get())
        #expect(try site.sync("--filter=\(filter)").status == 0)
        #expect(try site.list() == ["docs", "site", "src", "top"])
        #expect(site.read("site/deep/page.html") == "page")
        try site.repository.commit(["site/deep/page.html": "new page"])
        #expect(try site.sync("--filter=\(filter)").status == 0)
        #expect(site.read("site/deep/page.html") == "new page")
        #expect(try site.git("status", "--porcelain") == "")
    }

    @Test(
        "with --filter=blob:none and sparse patterns only what is published is brought, and all of it without a filter")
    func partialSparse() throws {
        let site = try Site(Self.files).overHTTP(try Servers.http.get())
        let only = ["--filter=blob:none", "--sparse-pattern=/site/", "--git-gc=always"]
        #expect(try site.sync(only).status == 0)
        #expect(try site.list() == ["site", "top"])
        func has(_ path: String) throws -> Bool {
            let blob = try site.repository.resolve("main:\(path)")
            // Git may not ask the remote for what is missing here.
            return try runProgram(
                ["git", "-C", site.root, "cat-file", "-e", blob],
                environment: hermeticEnvironment(adding: ["GIT_ALLOW_PROTOCOL": "none"])
            ).status == 0
        }
        #expect(try has("site/index.html") && !has("src/main.c"))
        try site.repository.commit(["site/index.html": "new index"])
        #expect(try site.sync(only).status == 0)
        #expect(site.read("site/index.html") == "new index")
        #expect(try !has("src/main.c"))
        // Without the filter everything comes, and once that is seen the store counts as complete.
        try site.repository.commit(["top": "new top"])
        #expect(try site.sync("--git-gc=always").status == 0)
        #expect(try site.list() == ["docs", "site", "src", "top"])
        #expect(try has("src/main.c"))
        #expect(!TestFiles.exists(site.root + "/.git/git-sidecar-filter"))
    }

    @Test("a git program in a release of a partial clone fetches by itself what is missing")
    func promisor() throws {
        let site = try Site(Self.files).overHTTP(try Servers.http.get())
        let only = ["--filter=blob:none", "--sparse-pattern=/site/"]
        #expect(try site.sync(only).status == 0)
        try site.repository.commit(["top": "new top"])
        #expect(try site.sync(only + ["--git-gc=always"]).status == 0)
        #expect(try site.git("cat-file", "-p", "HEAD:src/main.c") == "source")
        #expect(try site.git("fsck", "--no-dangling") == "")
        #expect(try site.git("config", "remote.origin.url") == site.url)
        for name in try TestFiles.list(site.root + "/.git/objects/pack") where name.hasSuffix(".pack") {
            #expect(TestFiles.exists("\(site.root)/.git/objects/pack/\(name.dropLast(5)).promisor"), "\(name)")
        }
    }

    @Test("a one-line change leaves every other file as it was, with its inode and its time")
    func unchangedFilesAreShared() throws {
        let site = try Site(Self.files)
        #expect(try site.sync().status == 0)
        let before = try Files.status(site.link + "/src/main.c")
        try site.repository.commit(["top": "changed"])
        #expect(try site.sync().status == 0)
        let after = try Files.status(site.link + "/src/main.c")
        #expect(after.isSameFile(as: before))
        #expect(after.modificationTime == before.modificationTime)
    }

    @Test("with --share=copy nothing is shared")
    func copied() throws {
        let site = try Site(Self.files)
        #expect(try site.sync("--share=copy").status == 0)
        let before = try Files.status(site.link + "/src/main.c")
        try site.repository.commit(["top": "changed"])
        #expect(try site.sync("--share=copy").status == 0)
        #expect(!(try Files.status(site.link + "/src/main.c").isSameFile(as: before)))
    }

    @Test("files that go away, become directories, links or programs are what the commit says")
    func changedKinds() throws {
        let site = try Site(["a": "file", "b/c": "file", "d": "file", "e": "file"])
        #expect(try site.sync().status == 0)
        try site.repository.commit([
            "a": .deleted, "a/now": "a directory", "b/c": .deleted, "b": .symlink("d"), "d": .executable([49]),
            "e": .deleted,
        ])
        #expect(try site.sync().status == 0)
        #expect(try site.list() == ["a", "b", "d"])
        #expect(site.read("a/now") == "a directory")
        #expect(TestFiles.linkTarget(site.link + "/b") == "d")
        #expect(try Files.status(site.link + "/d").permissions & 0o111 == 0o111)
        #expect(try site.git("status", "--porcelain") == "")
    }

    @Test("an edit in a live release does not survive into the next one")
    func editedRelease() throws {
        let site = try Site(Self.files)
        #expect(try site.sync().status == 0)
        let live = site.link + "/src"
        try runProgram(["chmod", "-R", "u+w", live + "/"]).succeeded()
        try TestFiles.write("edited", to: live + "/main.c")
        try TestFiles.write("added", to: live + "/added")
        try site.repository.commit(["top": "changed"])
        #expect(try site.sync().status == 0)
        #expect(site.read("src/main.c") == "source")
        #expect(try TestFiles.list(live) == ["main.c"])
    }

    @Test("what the prepare command writes is published, and belongs to that release alone")
    func prepared() throws {
        let site = try Site(Self.files)
        let prepare = try site.script("prepare", "echo built $GITSYNC_HASH > built; mkdir -p out; cp top out/")
        let parameter = "--prepare-command=\(prepare)"
        #expect(try site.sync(parameter).status == 0)
        #expect(site.read("built") == "built \(try site.tip)\n")
        let next = try site.repository.commit(["top": "changed"])
        #expect(try site.sync(parameter).status == 0)
        #expect(site.read("built") == "built \(next)\n")
        #expect(site.read("out/top") == "changed")
    }

    @Test("a commit that the validate command refuses is not published, not tried again, and the next one is")
    func validated() throws {
        let site = try Site()
        let judge = try site.script("judge", "echo . >> \(site.path("judged")); ! grep -q bad file")
        let sidecar = try site.start("--validate-command=\(judge)", "--verbose=1")
        try site.waitUntilLive(try site.tip)
        let good = try site.tip
        try site.repository.commit(["file": "bad"])
        let line = try sidecar.waitFor("rejected; what is live stays")
        #expect(line["stage"] == "validate")
        let polls = sidecar.log.with("waiting").count
        try sidecar.waitFor("waiting", count: polls + 3)
        #expect(site.live == good)
        #expect(try TestFiles.text(site.path("judged")) == ".\n.\n")
        let fixed = try site.repository.commit(["file": "fixed"])
        try site.waitUntilLive(fixed)
        #expect(try sidecar.stop() == 0)
    }
}
