import Posix
import TestSupport
import Testing

@Suite("Usage", .endToEnd, .timeLimit(.minutes(5)))
struct UsageTests {
    @Test("all mistakes are reported at once, with 2 as the exit code, also in the error file")
    func allAtOnce() throws {
        let site = try Site()
        let run = try Sidecar.run(
            [
                "--repo=git://host/repo", "--root=\(site.root)", "--error-file=error.json", "--period=10",
                "--dept=1", "--one-time", "--http-metrics", "--username=somebody", "--max-failures=many",
            ], environment: ["GITSYNC_DEPTH": "-1"])
        #expect(run.status == 2)
        let error = LogLine(try TestFiles.text(site.root + "/error.json"))["Err"] ?? ""
        for text in [run.errors, error] {
            for part in [
                "git://", "--period=10: ", "--dept: ", "did you mean --depth?", "--http-metrics", "--username",
                "--max-failures=many", "GITSYNC_DEPTH=-1: ",
            ] { #expect(text.contains(part), "\(part) in \(text)") }
        }
        #expect(run.errors.hasPrefix("git-sidecar: 7 problems with the parameters:\n"), "\(run.errors)")
        #expect(!TestFiles.exists(site.link))
    }

    @Test("what is required is named")
    func required() throws {
        let run = try Sidecar.run([])
        #expect(run.status == 2)
        #expect(run.errors.contains("--repo: is required") && run.errors.contains("--root: is required"))
    }

    @Test(
        "a repository that runs a program, is not authenticated or makes no sense is refused before anything is done",
        arguments: ["ext::sh -c true", "git://host/repo", "-oProxyCommand=true", "ftp://host/repo"])
    func repository(address: String) throws {
        let site = try Site()
        let run = try site.sync("--repo=\(address)")
        #expect(run.status == 2)
        #expect(run.errors.contains("--repo="), "\(run.errors)")
        #expect(!TestFiles.exists(site.root))
    }

    @Test("a period below 10ms is refused")
    func shortPeriod() throws {
        let run = try Site().sync("--period=9ms")
        #expect(run.status == 2)
        #expect(run.errors.contains("--period=9ms: ") && run.errors.contains("10ms"), "\(run.errors)")
    }

    @Test("a duration without a unit is refused, and the right form shown")
    func duration() throws {
        let run = try Site().sync("--period=10")
        #expect(run.status == 2)
        #expect(run.errors.contains("10s"), "\(run.errors)")
    }

    @Test("an unknown variable warns with what was meant, those of Kubernetes do not, and nothing is ended by it")
    func unknownVariable() throws {
        let site = try Site()
        let run = try site.sync(
            [],
            environment: [
                "GITSYNC_DEPHT": "2", "GITSYNC_SERVICE_HOST": "10.0.0.1", "GITSYNC_PORT_80_TCP_ADDR": "10.0.0.1",
            ])
        #expect(run.status == 0)
        let warnings = run.log.filter { $0.level == "warning" }.map(\.message)
        #expect(
            warnings == ["GITSYNC_DEPHT: there is no such variable, it has no effect; did you mean GITSYNC_DEPTH?"])
    }

    @Test("help, manual and version go to standard output, with 0", arguments: ["--help", "-h", "--man", "--version"])
    func information(flag: String) throws {
        let run = try Sidecar.run([flag])
        #expect(run.status == 0)
        #expect(run.errors == "")
        #expect(run.output.contains("git-sidecar"))
        #expect((run.output.count > 1000) == (flag != "--version"))
    }

    @Test("every parameter may come from the environment alone")
    func environment() throws {
        let site = try Site()
        try site.repository.commit(["file": "two"], to: "other")
        let run = try Sidecar.run(
            [],
            environment: [
                "GITSYNC_REPO": site.url, "GITSYNC_ROOT": site.root, "GITSYNC_LINK": "link", "GITSYNC_REF": "other",
                "GITSYNC_ONE_TIME": "true", "GITSYNC_PERIOD": "1s", "GITSYNC_DEPTH": "0",
            ])
        #expect(run.status == 0)
        #expect(site.read("file") == "two")
    }

    @Test("the command line wins over the environment")
    func precedence() throws {
        let site = try Site()
        try site.repository.commit(["file": "two"], to: "other")
        #expect(try site.sync(["--ref=main"], environment: ["GITSYNC_REF": "other"]).status == 0)
        #expect(site.read("file") == "one")
    }
}

@Suite("Old names", .endToEnd, .timeLimit(.minutes(5)))
struct OldNameTests {
    @Test("the flags of version 3 work, and each warns with what to write today")
    func flags() throws {
        let site = try Site()
        try site.repository.commit(["file": "two"], to: "other")
        let hook = try site.script("hook", "touch \(site.path("ran"))")
        let run = try Sidecar.run([
            "--repo=\(site.url)", "--root=\(site.root)", "--branch=other", "--rev=HEAD", "--dest=link", "--wait=0.5",
            "--timeout=30", "--max-sync-failures=0", "--one-time", "--sync-hook-command=\(hook)", "--ssh",
            "--git=/usr/bin/git",
        ])
        #expect(run.status == 0)
        #expect(site.read("file") == "two")
        #expect(TestFiles.exists(site.path("ran")))
        let warnings = run.log.filter { $0.level == "warning" }.map(\.message)
        for part in [
            "--branch: an old name; use --ref", "--dest: an old name; use --link",
            "--wait: an old name; use --period=500ms", "--timeout: an old name; use --sync-timeout=30s",
            "--max-sync-failures: an old name; use --max-failures",
            "--sync-hook-command: an old name; use --exechook-command",
            "--ssh: has no effect any more, since the URL says whether ssh is used",
            "--git: has no effect, since no git program is run",
        ] { #expect(warnings.contains(part), "\(part) in \(warnings)") }
    }

    @Test("the variables of version 3 work, and each warns with what to write today")
    func variables() throws {
        let site = try Site()
        try site.repository.commit(["file": "two"], to: "other")
        let run = try Sidecar.run(
            [],
            environment: [
                "GIT_SYNC_REPO": site.url, "GIT_SYNC_ROOT": site.root, "GIT_SYNC_DEST": "link",
                "GIT_SYNC_BRANCH": "other", "GIT_SYNC_WAIT": "5", "GIT_SYNC_ONE_TIME": "true", "GIT_SYNC_DEPTH": "1",
            ])
        #expect(run.status == 0)
        #expect(site.read("file") == "two")
        let warnings = run.log.filter { $0.level == "warning" }.map(\.message)
        #expect(warnings.count == 7)
        #expect(warnings.contains("GIT_SYNC_REPO: an old name; use GITSYNC_REPO"))
        #expect(warnings.contains("GIT_SYNC_WAIT: an old name; use GITSYNC_PERIOD=5s"))
    }

    @Test("today's name wins over the old one")
    func newWins() throws {
        let site = try Site()
        try site.repository.commit(["file": "two"], to: "other")
        #expect(try site.sync("--branch=other", "--ref=main").status == 0)
        #expect(site.read("file") == "one")
        #expect(try site.sync(["--ref=main"], environment: ["GIT_SYNC_REV": "other"]).status == 0)
        #expect(site.read("file") == "one")
    }

    @Test("--change-permissions is refused with what to use instead")
    func refused() throws {
        let run = try Site().sync("--change-permissions=0755")
        #expect(run.status == 2)
        #expect(run.errors.contains("--change-permissions: not supported any more: use --group-write"))
    }
}
