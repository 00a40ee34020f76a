import GitObjects
import Layout
import Options
import Posix
import Releases
import Remote
import Staging
import TestSupport
import Testing

@testable import Sidecar

@Suite("Submodules", .scratch, .timeLimit(.minutes(2)))
struct SubmodulesTests {
    /// Three levels: `app` has `libs/one` by a relative address, which has `nested` by another.
    private func family(_ fixture: SidecarFixture) throws -> (app: GitFixture, one: GitFixture, nested: GitFixture) {
        let nested = try fixture.repository("libraries/nested.git")
        let deepest = try nested.commit(["n": "nested\n", "run": .executable([35])])
        let one = try fixture.repository("libraries/one.git")
        let middle = try one.commit([
            "o": "one\n", ".gitattributes": "*.txt text eol=crlf\n", "x.txt": "a\n",
            ".gitmodules": modules((name: "in/side", path: "in side/nested", url: "./../nested.git")),
            "in side/nested": .submodule(deepest),
        ])
        let app = try fixture.repository("app.git")
        try app.commit([
            "a": "app\n", "libs/one": .submodule(middle),
            ".gitmodules": modules((name: "libs/one", path: "libs/one", url: "../libraries/one.git")),
        ])
        return (app, one, nested)
    }

    /// What we, not git, have asked of the submodules' repositories.
    private func libraryRequests(_ server: GitHTTPServer) throws -> [String] {
        let exchanges = try server.exchanges().filter { $0.userAgent.hasPrefix("git-sidecar") }
        return exchanges.filter { $0.target.contains("libraries") }.map { "\($0.method) \($0.target)" }
    }

    @Test("nested ones with relative addresses come out as git clones them, and cost nothing the next time")
    func recursive() throws {
        let fixture = try SidecarFixture()
        let (app, _, _) = try family(fixture)
        try withGitHTTPServer(serving: fixture.served) { server in
            let first = try fixture.deploy(server.url("app.git"))
            try fixture.expectExact(first, cloning: server.url("app.git"))
            #expect(try fixture.git(first.path + "/libs/one/in side/nested", "log", "--format=%s") == "change")
            let before = try libraryRequests(server)
            try app.commit(["a": "changed\n"])
            let second = try fixture.deploy(server.url("app.git"))
            #expect(try libraryRequests(server) == before)
            try fixture.expectExact(second, cloning: server.url("app.git"))
            #expect(fixture.figures?.written == 1)
            for path in ["libs/one/o", "libs/one/x.txt", "libs/one/in side/nested/n", "libs/one/in side/nested/run"] {
                #expect(try status(first, path).isSameFile(as: status(second, path)))
            }
            #expect(try fixture.stager.verify(first, .full, deadline: .after(.seconds(10))) == [])
        }
    }

    @Test("git works in them wherever the volume is mounted")
    func mountedElsewhere() throws {
        let fixture = try SidecarFixture()
        _ = try family(fixture)
        let release = try fixture.deploy("file://\(fixture.served)/app.git")
        try fixture.expectExact(release, cloning: "file://\(fixture.served)/app.git")
        let moved = Scratch.directory + "/elsewhere"
        try Files.rename(fixture.layout.root, to: moved)
        let path = "\(moved)/.worktrees/\(release.commit)"
        #expect(try fixture.git(path, "status", "--porcelain") == "")
        #expect(try fixture.git(path + "/libs/one", "status", "--porcelain") == "")
        #expect(try fixture.git(path + "/libs/one/in side/nested", "log", "--format=%s") == "change")
        try TestFiles.write("edited", to: path + "/libs/one/in side/nested/n")
        #expect(try fixture.git(path, "status", "--porcelain") == " M libs/one")
    }

    @Test("of the first level only, or none, as asked", arguments: [SubmoduleDepth.shallow, .off])
    func levels(depth: SubmoduleDepth) throws {
        let fixture = try SidecarFixture()
        _ = try family(fixture)
        fixture.depth = depth
        try withGitHTTPServer(serving: fixture.served) { server in
            let release = try fixture.deploy(server.url("app.git"))
            #expect(try TestFiles.list(release.path + "/libs/one").isEmpty == (depth == .off))
            if depth == .shallow { #expect(try TestFiles.list(release.path + "/libs/one/in side/nested").isEmpty) }
            #expect(try fixture.git(release.path, "status", "--porcelain") == "")
            #expect(try fixture.stager.verify(release, .full, deadline: .after(.seconds(10))) == [])
        }
    }

    @Test("are added, moved, changed, pointed elsewhere and removed from one release to the next")
    func changes() throws {
        let fixture = try SidecarFixture()
        let (app, one, nested) = try family(fixture)
        try withGitHTTPServer(serving: fixture.served) { server in
            let address = server.url("app.git")
            func step() throws -> Release {
                let release = try fixture.deploy(address)
                try fixture.expectExact(release, cloning: address)
                return release
            }
            let first = try step()
            // Moved: the name stays, and so do the files.
            let tip = try one.resolve("main")
            try app.commit([
                ".gitmodules": modules((name: "libs/one", path: "moved/here", url: "../libraries/one.git")),
                "libs/one": .deleted, "moved/here": .submodule(tip),
            ])
            let moved = try step()
            #expect(try status(first, "libs/one/o").isSameFile(as: status(moved, "moved/here/o")))
            #expect(!TestFiles.exists(moved.path + "/libs"))
            // Changed within.
            let changed = try one.commit(["o": "two\n"])
            try app.commit(["moved/here": .submodule(changed)])
            let third = try step()
            #expect(try text(third, "moved/here/o") == "two\n")
            #expect(try status(moved, "moved/here/x.txt").isSameFile(as: status(third, "moved/here/x.txt")))
            // Another address under the same name, and a second submodule inside the place of files.
            let other = try fixture.repository("other.git")
            let elsewhere = try other.commit(["other": "1\n"])
            try app.commit([
                ".gitmodules": modules(
                    (name: "libs/one", path: "moved/here", url: "../other.git"),
                    (name: "second", path: "second", url: server.url("libraries/nested.git"))),
                "moved/here": .submodule(elsewhere), "second": .submodule(try nested.resolve("main")),
            ])
            let fourth = try step()
            #expect(try TestFiles.list(fourth.path + "/moved/here") == [".git", "other"])
            // Removed: one becomes a file, the other goes.
            try app.commit([".gitmodules": .deleted, "moved/here": .deleted, "second": "a file now\n"])
            let last = try step()
            #expect(try TestFiles.list(last.path) == [".git", "a", "second"])
        }
    }

    @Test("what was edited in one is written afresh, and what was added is not taken over")
    func edits() throws {
        let fixture = try SidecarFixture()
        let (app, _, _) = try family(fixture)
        let address = "file://\(fixture.served)/app.git"
        let first = try fixture.deploy(address)
        try TestFiles.write("edited", to: first.path + "/libs/one/o")
        try TestFiles.write("added", to: first.path + "/libs/one/in side/added")
        try Files.removeTree(first.path + "/libs/one/in side/nested")
        let differences = try fixture.stager.verify(first, .additions, deadline: .after(.seconds(10)))
        #expect(
            Set(differences.map(\.description)) == [
                "changed: libs/one/o", "added: libs/one/in side/added", "missing: libs/one/in side/nested",
            ])
        try app.commit(["a": "2\n"])
        let second = try fixture.deploy(address)
        try fixture.expectExact(second, cloning: address)
        let before = try status(first, "libs/one")
        try Files.remove(first.path + "/libs/one/.git")
        #expect(try fixture.stager.repair(first, deadline: .after(.seconds(10))) == .made(first))
        // What was added is left alone, in a submodule as elsewhere.
        #expect(
            try fixture.stager.verify(first, .full, deadline: .after(.seconds(10))).map(\.description)
                == ["added: libs/one/in side/added"])
        #expect(try text(first, "libs/one/in side/nested/n") == "nested\n")
        #expect(try text(first, "libs/one/o") == "one\n")
        #expect(try status(first, "libs/one").isSameFile(as: before))
        #expect(try fixture.git(first.path + "/libs/one/in side/nested", "status", "--porcelain") == "")
    }

    @Test("work where the release itself is the directory that is published")
    func directoryMode() throws {
        let fixture = try SidecarFixture()
        let (app, _, _) = try family(fixture)
        let address = "file://\(fixture.served)/app.git"
        let publisher = Publisher(layout: fixture.layout, mode: .directory)
        /// Publishes the newest commit, and says where it is reached.
        func publish() throws -> Release {
            let release = try fixture.deploy(address)
            #expect(try publisher.publish(release) == [])
            return publisher.place(of: release)
        }
        let first = try publish()
        fixture.live = first
        try fixture.expectExact(first, cloning: address)
        try app.commit(["a": "2\n"])
        let second = try publish()
        try fixture.expectExact(second, cloning: address)
        let former = Release(commit: first.commit, path: fixture.layout.directory(of: first.commit))
        #expect(try fixture.stager.verify(former, .full, deadline: .after(.seconds(10))) == [])
        #expect(try fixture.git(former.path, "status", "--porcelain") == "")
    }

    @Test("that nobody names, or that are switched off, stay empty as with git")
    func leftEmpty() throws {
        let fixture = try SidecarFixture()
        let (app, one, _) = try family(fixture)
        let tip = try one.resolve("main")
        try app.commit([
            ".gitmodules": .text("[submodule \"x\"]\npath=libs/one\nurl=../libraries/one.git\nupdate=none\n"),
            "unnamed": .submodule(tip),
        ])
        let address = "file://\(fixture.served)/app.git"
        let release = try fixture.deploy(address)
        #expect(try TestFiles.list(release.path + "/libs/one").isEmpty)
        #expect(try TestFiles.list(release.path + "/unnamed").isEmpty)
        #expect(try fixture.git(release.path, "status", "--porcelain") == "")
    }

    @Test(
        "that lead elsewhere are refused with the reason, and nothing is written",
        arguments: [
            ("[submodule \"../../x\"]\npath=libs/one\nurl=../libraries/one.git", "the name of submodule"),
            ("[submodule \"/x\"]\npath=libs/one\nurl=../libraries/one.git", "absolute path"),
            ("[submodule \"-x\"]\npath=libs/one\nurl=../libraries/one.git", "begins with `-`"),
            ("[submodule \"x\"]\npath=../../etc\nurl=../libraries/one.git", "leads outside"),
            ("[submodule \"x\"]\npath=/etc\nurl=../libraries/one.git", "absolute path"),
            ("[submodule \"x\"]\npath=.git/hooks\nurl=../libraries/one.git", "a component such as `.git`"),
            ("[submodule \"x\"]\npath=a/.GIT/x\nurl=../libraries/one.git", "a component such as `.git`"),
            ("[submodule \"x\"]\npath=a/git~1\nurl=../libraries/one.git", "a component such as `.git`"),
            ("[submodule \"x\"]\npath=-x\nurl=../libraries/one.git", "begins with `-`"),
            ("[submodule \"x\"]\npath=libs/one\nurl=-oProxyCommand=x", "begins with `-`"),
            ("[submodule \"x\"]\npath=libs/one\nurl=ext::sh -c x", "transport not allowed"),
            ("[submodule \"x\"]\npath=libs/one\nurl=ssh://-oProxyCommand=x/y", "begins with `-`"),
            ("[submodule \"x\"]\npath=libs/one\nurl=file:///etc", "transport not allowed"),
            ("[submodule \"x\"]\npath=libs/one\nurl=/etc", "absolute path"),
            ("[submodule \"x\"]\npath=libs/one\nurl=../../../../../../..", "cannot be used"),
            ("[submodule \"x\"]\npath=libs/one\nurl=../libraries/one.git\nupdate=!sh -c x", "an update setting"),
            ("[submodule \"x\"]\npath=libs/one\n", "has no url"), ("[submodule \"x\n", "line 1"),
        ])
    func refusals(file: String, reason: String) throws {
        let fixture = try SidecarFixture()
        let (app, _, _) = try family(fixture)
        try app.commit([".gitmodules": .text(file)])
        try withGitHTTPServer(serving: fixture.served) { server in
            let error = #expect(throws: (any Error).self) { try fixture.deploy(server.url("app.git")) }
            let text = error.map { "\($0)" } ?? ""
            #expect(text.contains(reason), "\(text)")
        }
        #expect(!TestFiles.exists(fixture.layout.gitDirectory + "/modules"))
        #expect(!TestFiles.exists(fixture.layout.staging))
    }

    @Test("in directories that a symbolic link of the same name leads out of are refused")
    func linkedParent() throws {
        let fixture = try SidecarFixture()
        let (app, one, _) = try family(fixture)
        let outside = Scratch.directory + "/outside"
        try TestFiles.makeDirectory(outside)
        let target = try app.writeBlob(Array(outside.utf8))
        let file = try app.writeBlob(Array("[submodule \"x\"]\npath=libs/one\nurl=../libraries/one.git\n".utf8))
        let inner = try app.writeRawTree([.init(mode: "160000", name: Array("one".utf8), hash: try one.resolve("main"))]
        )
        let tree = try app.writeRawTree([
            .init(mode: "100644", name: Array(".gitmodules".utf8), hash: file),
            .init(mode: "120000", name: Array("libs".utf8), hash: target),
            .init(mode: "40000", name: Array("libs".utf8), hash: inner),
        ])
        try app.branch("bad", at: try app.commit(tree: tree))
        #expect(throws: (any Error).self) { try fixture.deploy("file://\(fixture.served)/app.git", "bad") }
        #expect(try TestFiles.list(outside).isEmpty)
    }

    @Test("have the credential of their own host")
    func credentials() throws {
        let fixture = try SidecarFixture()
        let (_, one, _) = try family(fixture)
        let secured = GitHTTPServer.Options { $0.users = ["first": "secret one"] }
        let other = GitHTTPServer.Options { $0.users = ["second": "secret two"] }
        try withGitHTTPServer(serving: fixture.served, secured) { mine in
            try withGitHTTPServer(serving: fixture.served, other) { theirs in
                let app = try fixture.repository("two-hosts.git")
                try app.commit([
                    ".gitmodules": modules((name: "a", path: "a", url: theirs.url("libraries/one.git"))),
                    "a": .submodule(try one.resolve("main")),
                ])
                func rule(_ server: GitHTTPServer, _ user: String, _ password: String) throws -> CredentialRules.Rule {
                    .init(
                        prefix: try RemoteURL(parsing: server.url("")), username: user,
                        password: .value(Secret(password)))
                }
                fixture.credentials = CredentialRules([try rule(mine, "first", "secret one")])
                let error = #expect(throws: RemoteError.self) { try fixture.deploy(mine.url("two-hosts.git")) }
                #expect(error?.kind == .authentication)
                #expect(error?.operation == "fetch submodule a")
                fixture.credentials = CredentialRules([
                    try rule(mine, "first", "secret one"), try rule(theirs, "second", "secret two"),
                ])
                let release = try fixture.deploy(mine.url("two-hosts.git"))
                #expect(try text(release, "a/in side/nested/n") == "nested\n")
            }
        }
    }

    @Test("come from where insteadOf sends their addresses")
    func rewriting() throws {
        let fixture = try SidecarFixture()
        let (app, one, _) = try family(fixture)
        try app.commit([
            ".gitmodules": modules((name: "a", path: "libs/one", url: "https://example.invalid/one.git")),
            "libs/one": .submodule(try one.resolve("main")),
        ])
        try withGitHTTPServer(serving: fixture.served) { server in
            fixture.rewriting = [InsteadOf(base: server.url("libraries/"), prefix: "https://example.invalid/")]
            let release = try fixture.deploy(server.url("app.git"))
            #expect(try text(release, "libs/one/o") == "one\n")
        }
    }

    @Test("may be at a commit that is no tip", arguments: [true, false])
    func oldCommit(passesGitProtocol: Bool) throws {
        let fixture = try SidecarFixture()
        let (_, one, _) = try family(fixture)
        try one.commit(["o": "newer\n"])
        try withGitHTTPServer(serving: fixture.served, .init { $0.passesGitProtocol = passesGitProtocol }) { server in
            let release = try fixture.deploy(server.url("app.git"))
            try fixture.expectExact(release, cloning: server.url("app.git"))
            #expect(try fixture.git(release.path + "/libs/one", "rev-list", "--count", "HEAD") == "1")
        }
    }

    @Test("at a commit that is no tip come from a server that gives out only tips, out of its branches")
    func refusingServer() throws {
        let fixture = try SidecarFixture()
        let (app, one, _) = try family(fixture)
        let options = GitSSHServer.Options { $0.passesGitProtocol = false }
        try withGitSSHServer(serving: fixture.served, options) { server in
            let hosts = Scratch.directory + "/known_hosts"
            try TestFiles.write(server.knownHosts, to: hosts)
            fixture.ssh.hostKeys = .knownHosts(file: hosts)
            fixture.ssh.keyFiles = [try GitSSHServer.clientKeyPath()]
            try one.commit(["o": "newer\n"])
            let release = try fixture.deploy(server.url("app.git"))
            #expect(try text(release, "libs/one/o") == "one\n")
            // The next release needs nobody.
            try app.commit(["a": "2\n"])
            try fixture.deploy(server.url("app.git"))
            let lost = try one.commit(["o": "lost\n"], to: "side")
            try one.git("update-ref", "-d", "refs/heads/side")
            try app.commit(["libs/one": .submodule(lost)])
            let error = #expect(throws: RemoteError.self) { try fixture.deploy(server.url("app.git")) }
            #expect(error?.description.contains("fetch submodule libs/one") == true)
            #expect(
                error?.description.contains("it is in no branch that was looked at") == true,
                "\(String(describing: error))")
        }
    }

    @Test("whose releases are gone give their space back, and those of releases that are there do not")
    func tidiness() throws {
        let fixture = try SidecarFixture()
        let (app, one, _) = try family(fixture)
        let address = "file://\(fixture.served)/app.git"
        let first = try fixture.deploy(address)
        let cleaner = try Cleaner(fixture.layout)
        let stores = ModuleStores(layout: fixture.layout)
        let deadline = Deadline.after(.seconds(20))
        func sweep(live: Release, previous: [ObjectID] = []) throws -> ModuleSweepResult {
            try stores.sweep(live: live.commit, previous: previous, in: fixture.store, deadline: deadline)
        }
        let idle = try sweep(live: first)
        #expect(idle.removed == [] && idle.released == 0)
        // One commit of the submodule follows another; the old release goes.
        try app.commit(["libs/one": .submodule(try one.commit(["o": "2\n"]))])
        let second = try fixture.deploy(address)
        try Files.removeTree(first.path)
        try Files.removeTree(fixture.layout.metadata(of: first.commit))
        // What may be gone back to is kept, with a directory or without.
        #expect(try sweep(live: second, previous: [first.commit]).released == 0)
        #expect(try sweep(live: second).released == 1)
        #expect(try fixture.stager.verify(second, .full, deadline: deadline) == [])
        // The submodule goes, and then the last release that has it.
        try app.commit([".gitmodules": .deleted, "libs/one": .deleted])
        let third = try fixture.deploy(address)
        #expect(try sweep(live: third).removed == [])
        try Files.removeTree(second.path)
        try Files.removeTree(fixture.layout.metadata(of: second.commit))
        let removed = try sweep(live: third).removed
        #expect(removed.first == "modules/libs%2fone")
        cleaner.start()
        try cleaner.finish(deadline)
        #expect(try TestFiles.list(fixture.layout.gitDirectory + "/modules").isEmpty)
    }

    @Test(
        "are made anew with a live release that was damaged, and asked for again where it is not known which they were")
    func recovery() throws {
        let fixture = try SidecarFixture()
        _ = try family(fixture)
        let address = "file://\(fixture.served)/app.git"
        let release = try fixture.deploy(address)
        #expect(try Publisher(layout: fixture.layout).publish(release) == [])
        try TestFiles.write("edited", to: release.path + "/libs/one/o")
        let recovery = Recovery(
            layout: fixture.layout, cleaner: try Cleaner(fixture.layout), jobs: LocalJobs(fixture.layout))
        let deadline = Deadline.after(.seconds(20))
        #expect(try recovery.open(recorded: release.commit, deadline: deadline) == [])
        let recovered = try recovery.prove(release, deadline: deadline)
        #expect(recovered.isVerified && recovered.damage != nil)
        try fixture.expectExact(release, cloning: address)
        try Files.removeTree(fixture.layout.metadata(of: release.commit))
        let again = try recovery.prove(release, deadline: deadline)
        #expect(again.needsDeployment && !again.isVerified)
        #expect(try text(release, "libs/one/o") == "one\n")
    }
}
