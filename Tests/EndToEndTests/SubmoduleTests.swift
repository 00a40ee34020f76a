import JSON
import Posix
import TestSupport
import Testing

/// A repository with a submodule that has one itself; addresses are relative, as teams write them.
struct Family {
    var site: Site
    let one: GitFixture
    let two: GitFixture

    init() throws {
        site = try Site([:])
        one = try GitFixture(at: site.path("one.git"))
        two = try GitFixture(at: site.path("two.git"))
        let inner = try two.commit(["inner": "inner"])
        let middle = try one.commit([
            ".gitmodules": Family.modules(("two", "deep/two", "../two.git")), "deep/two": .submodule(inner),
            "middle": "middle",
        ])
        try site.repository.commit([
            ".gitmodules": Family.modules(("one", "libs/one", "../one.git")), "libs/one": .submodule(middle),
            "file": "one",
        ])
    }

    /// A `.gitmodules` file.
    static func modules(_ entries: (name: String, path: String, url: String)...) -> GitFixture.File {
        .text(entries.map { "[submodule \"\($0.name)\"]\n\tpath = \($0.path)\n\turl = \($0.url)\n" }.joined())
    }

    /// Says that git sees nothing to complain about in the release and in its submodules.
    func expectClean(sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try site.git("status", "--porcelain") == "", sourceLocation: sourceLocation)
        let lines = try site.git("submodule", "status", "--recursive").split(separator: "\n")
        #expect(!lines.contains { $0.hasPrefix("-") || $0.hasPrefix("+") }, sourceLocation: sourceLocation)
    }
}

@Suite("Submodules", .endToEnd, .timeLimit(.minutes(5)))
struct SubmoduleTests {
    @Test(
        "--submodules chooses how deep they are published, from relative addresses",
        arguments: [("recursive", "middle", "inner"), ("shallow", "middle", nil), ("off", nil, nil)])
    func depth(mode: String, middle: String?, inner: String?) throws {
        let site = try Family().site.overHTTP(try Servers.http.get())
        #expect(try site.sync("--submodules=\(mode)").status == 0)
        #expect(site.read("file") == "one")
        #expect(site.read("libs/one/middle") == middle)
        #expect(site.read("libs/one/deep/two/inner") == inner)
        // What is not published stays an empty directory, as in a clone.
        #expect(try Files.status(site.link + "/libs/one").kind == .directory)
    }

    @Test("without the parameter all of them are published, and git finds nothing to complain about in them")
    func byDefault() throws {
        let family = try Family()
        #expect(try family.site.sync().status == 0)
        #expect(family.site.read("libs/one/deep/two/inner") == "inner")
        try family.expectClean()
    }

    @Test("submodules that change, move, come and go are followed, and what did not change keeps its files")
    func followed() throws {
        var family = try Family()
        let (repository, one) = (family.site.repository, family.one)
        family.site = family.site.overHTTP(try Servers.http.get())
        let site = family.site
        let sidecar = try site.start()
        try site.waitUntilLive(try site.tip)
        let before = try Files.status(site.link + "/libs/one/middle")
        try site.waitUntilLive(try repository.commit(["file": "two"]))
        #expect(try Files.status(site.link + "/libs/one/middle").isSameFile(as: before))
        // Changed.
        try site.waitUntilLive(try repository.commit(["libs/one": .submodule(try one.commit(["middle": "changed"]))]))
        #expect(site.read("libs/one/middle") == "changed")
        #expect(site.read("libs/one/deep/two/inner") == "inner")
        // Moved, and another one comes.
        let moved = try Files.status(site.link + "/libs/one/middle")
        let tip = try one.resolve("main")
        let inner = try family.two.resolve("main")
        try site.waitUntilLive(
            try repository.commit([
                ".gitmodules": Family.modules(("one", "first", "../one.git"), ("more", "libs/more", "../two.git")),
                "libs/one": .deleted, "first": .submodule(tip), "libs/more": .submodule(inner),
            ]))
        #expect(try Files.status(site.link + "/first/middle").isSameFile(as: moved))
        #expect(try TestFiles.list(site.link + "/libs") == ["more"])
        #expect(site.read("libs/more/inner") == "inner")
        try family.expectClean()
        // Gone.
        try site.waitUntilLive(
            try repository.commit([".gitmodules": .deleted, "first": .deleted, "libs/more": .deleted]))
        #expect(try site.list() == ["file"])
        #expect(try sidecar.stop() == 0)
    }

    @Test("an edit in one of them is noticed and repaired like any other")
    func edited() throws {
        let family = try Family()
        let site = family.site
        let sidecar = try site.start("--period=100ms")
        try site.waitUntilLive(try site.tip)
        let place = site.link + "/libs/one/deep/two/inner"
        try TestFiles.write("edited", to: place)
        try waitUntil("the file is as it was") { site.read("libs/one/deep/two/inner") == "inner" }
        try Files.remove(site.link + "/libs/one/middle")
        try waitUntil("the file is there again") { site.read("libs/one/middle") == "middle" }
        #expect(try sidecar.stop() == 0)
    }

    @Test("going back needs no network for them either, also to a release that has them where the live one has none")
    func goneBackTo() throws {
        let family = try Family()
        let site = family.site
        let first = try site.tip
        let sidecar = try site.start("--keep-releases=5", "--max-failures=-1", "--period=100ms")
        try site.waitUntilLive(first)
        try site.waitUntilLive(try site.repository.commit([".gitmodules": .deleted, "libs/one": .deleted]))
        try site.waitUntilLive(try site.repository.commit(["file": "three"]))
        let client = ControlClient(root: site.root)
        try client.waitForStatus("it is at rest") { $0["deployment"] == .null }
        for repository in [site.repository, family.one, family.two] {
            try Files.rename(repository.path, to: repository.path + ".away")
        }
        #expect(try client.post("/v1/rollback", "{\"hash\": \"\(first)\"}").status == 202)
        try site.waitUntilLive(first)
        #expect(site.read("libs/one/deep/two/inner") == "inner")
        #expect(try sidecar.stop() == 0)
    }

    @Test("each host may want another ssh key: all that are given are offered, in order")
    func keys() throws {
        let ours = try GitSSHServer(
            serving: "/dev/shm", .init { $0.sshConfiguration = "PubkeyAcceptedAlgorithms ssh-ed25519" })
        let theirs = try GitSSHServer(
            serving: "/dev/shm", .init { $0.sshConfiguration = "PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256" })
        defer {
            ours.stop()
            theirs.stop()
        }
        var site = try Site([:])
        let library = try GitFixture(at: site.path("library.git"))
        let path = String(library.path.dropFirst("/dev/shm/".count))
        try site.repository.commit([
            ".gitmodules": Family.modules(("library", "library", theirs.url(path, host: "localhost"))),
            "library": .submodule(try library.commit(["file": "library"])),
        ])
        site.url = ours.url(Servers.path(site))
        try TestFiles.write(ours.knownHosts + theirs.knownHosts, to: site.path("known_hosts"))
        let hosts = "--ssh-known-hosts-file=\(site.path("known_hosts"))"
        let keys = try ["ed25519", "ecdsa"].map { "--ssh-key-file=\(try GitSSHServer.clientKeyPath(type: $0))" }
        let refused = try site.sync(hosts, keys[0])
        #expect(refused.status == 1)
        let error = try #require(refused.log.compactMap(\.error).last)
        #expect(error.contains("submodule library") && error.contains("rejected"), "\(error)")
        #expect(try site.sync(hosts, keys[0], keys[1]).status == 0)
        #expect(site.read("library/file") == "library")
    }

    @Test("each server gets its own password, and never another's")
    func passwords() throws {
        let theirs = try GitHTTPServer(serving: "/dev/shm", .init { $0.users = ["librarian": "their password"] })
        defer { theirs.stop() }
        let ours = try Servers.httpWithPassword.get()
        let site = try Site([:]).overHTTP(ours)
        let library = try GitFixture(at: site.path("library.git"))
        let path = String(library.path.dropFirst("/dev/shm/".count))
        try site.repository.commit([
            ".gitmodules": Family.modules(("library", "library", theirs.url(path))),
            "library": .submodule(try library.commit(["file": "library"])),
        ])
        let own = ["--username=somebody"]
        let environment = ["GITSYNC_PASSWORD": PasswordTests.password]
        let refused = try site.sync(own, environment: environment)
        #expect(refused.status == 1)
        #expect(refused.log.compactMap(\.error).last?.contains("submodule library") == true)
        #expect(try theirs.exchanges().allSatisfy { $0.status == 401 && $0.user != "somebody" })
        try TestFiles.write("their password\n", to: site.path("password"))
        let rule = """
            {"url":"http://127.0.0.1:\(theirs.port)","username":"librarian","password-file":"\(site.path("password"))"}
            """
        let run = try site.sync(own + ["--credential=\(rule)"], environment: environment)
        #expect(run.status == 0)
        #expect(site.read("library/file") == "library")
        #expect(!run.errors.contains("their password"))
    }

    @Test(
        "what leads out of the release or runs a program is refused, and what is live stays",
        arguments: [
            ("lib", "../outside", "../one.git"), ("lib", "/tmp/outside", "../one.git"),
            ("lib", "lib/.GIT/hooks", "../one.git"), ("../../lib", "lib", "../one.git"),
            ("lib", "lib", "ext::sh -c touch%20outside"), ("lib", "lib", "-oProxyCommand=touch"),
        ])
    func refused(name: String, path: String, url: String) throws {
        let family = try Family()
        let site = family.site
        #expect(try site.sync().status == 0)
        let good = try site.tip
        let entry = try family.one.resolve("main")
        try site.repository.commit([".gitmodules": Family.modules((name, path, url)), "lib": .submodule(entry)])
        let run = try site.sync()
        #expect(run.status == 1)
        let error = try #require(run.log.compactMap(\.error).last)
        #expect(error.contains("is not allowed: "), "\(error)")
        #expect(site.live == good)
        #expect(site.read("libs/one/middle") == "middle")
        #expect(!TestFiles.exists(site.path("outside")))
    }

    @Test("--max-release-size counts a release with all its submodules")
    func size() throws {
        let site = try Site([:])
        let library = try GitFixture(at: site.path("library.git"))
        let text = String(repeating: "x", count: 600)
        try site.repository.commit([
            ".gitmodules": Family.modules(("library", "library", "../library.git")), "file": .text(text),
            "library": .submodule(try library.commit(["file": .text(text)])),
        ])
        let run = try site.sync("--max-release-size=1000")
        #expect(run.status == 1)
        #expect(run.log.compactMap(\.error).last?.contains("--max-release-size") == true)
        #expect(try site.sync("--max-release-size=2000").status == 0)
    }

    @Test("with --publish=directory they are worktrees at the link and wherever a release lay before")
    func directory() throws {
        let family = try Family()
        let site = family.site
        for text in ["two", "three"] {
            try site.repository.commit(["file": .text(text)])
            #expect(try site.sync("--publish=directory", "--stale-worktree-timeout=1h").status == 0)
            #expect(site.read("file") == text)
            #expect(site.read("libs/one/deep/two/inner") == "inner")
            try family.expectClean()
        }
        let former = site.root + "/.worktrees/\(try site.repository.resolve("main~1"))/libs/one"
        #expect(try runProgram(["git", "-C", former, "status", "--porcelain"]).succeeded().output == "")
    }

    @Test("what a fetch of a submodule that was killed left behind is removed at the next start")
    func leftovers() throws {
        let site = try Family().site
        #expect(try site.sync().status == 0)
        let store = site.root + "/.git/modules/one"
        let record = site.root + "/.git/worktrees/\(try site.tip)/modules/one"
        let left = [store + "/objects/pack/pack_git2_left", store + "/shallow.lock", record + "/index.lock"]
        for file in left { try TestFiles.write("half", to: file) }
        #expect(try site.sync().status == 0)
        #expect(left.filter { TestFiles.exists($0) } == [])
        #expect(site.read("libs/one/middle") == "middle")
    }

    @Test("after a broken store was made anew, submodules are served, shared and repaired without being fetched again")
    func rebuiltStore() throws {
        let server = try Servers.http.get()
        let family = try Family()
        let site = family.site.overHTTP(server)
        #expect(try site.sync().status == 0)
        func asked() throws -> Int {
            try server.exchanges().count { $0.target.contains(site.directory.dropFirst("/dev/shm".count) + "/one.git") }
        }
        let (before, requests) = (try Files.status(site.link + "/libs/one/middle"), try asked())
        #expect(requests > 0)
        for name in try TestFiles.list(site.root + "/.git/objects/pack") where name.hasSuffix(".pack") {
            try runProgram(["truncate", "--size=-30", site.root + "/.git/objects/pack/" + name]).succeeded()
        }
        // Served.
        let again = try site.sync()
        #expect(again.status == 0)
        #expect(again.log.has("the object store is of no use and is replaced; a fetch is needed"))
        #expect(site.read("libs/one/deep/two/inner") == "inner")
        // Shared.
        try site.repository.commit(["file": "two"])
        #expect(try site.sync().status == 0)
        #expect(try Files.status(site.link + "/libs/one/middle").isSameFile(as: before))
        // Repaired.
        try runProgram(["chmod", "u+w", site.link + "/libs/one/middle"]).succeeded()
        try TestFiles.write("edited", to: site.link + "/libs/one/middle")
        #expect(try site.sync().status == 0)
        #expect(site.read("libs/one/middle") == "middle")
        try family.expectClean()
        #expect(try asked() == requests)
    }
}
