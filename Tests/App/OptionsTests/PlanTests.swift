import Options
import Testing

@Suite("Making a plan")
struct PlanTests {
    static let minimum = ["--repo=https://example.com/team/app.git", "--root=/git"]

    func plan(_ more: String..., probe machine: Probe = probe()) throws(UsageError) -> Plan {
        try parse(PlanTests.minimum + more).plan(probe: machine)
    }

    @Test("repository and root are enough; the rest is decided")
    func minimal() throws {
        let plan = try plan()
        #expect(plan.root == Path("/git"))
        #expect(plan.link == Path("/git/app"))
        #expect(plan.initPeriod == .seconds(10))
        #expect(plan.initMaxFailures == nil)
        #expect(!plan.rollsBack && plan.keepReleases == 0)
        #expect(plan.logFormat == .json)
        #expect(plan.warnings == [])
    }

    @Test(
        "a name or a service for a repository that is not reached over http warns",
        arguments: ["git@example.com:app.git", "ssh://example.com/app", "file:///srv/app.git", "/srv/app.git"])
    func uselessCredentials(repo: String) throws {
        let service = "--askpass-url=http://127.0.0.1/"
        #expect(try plan(service).warnings == [])
        let expected = "--askpass-url: has no effect, since the repository is not reached over http or https"
        #expect(try plan("--repo=\(repo)", service).warnings == [expected])
        let rewriting = "--git-config=url.https://example.com/.insteadOf:\(repo)"
        #expect(try plan("--repo=\(repo)", service, rewriting).warnings == [])
    }

    @Test("without them, both are asked for, together with every other problem")
    func required() {
        let error = #expect(throws: UsageError.self) { try parse("--depth=x").plan(probe: probe()) }
        #expect(
            error?.problems.map(\.description) == [
                "--depth=x: expected a whole number, such as 1",
                "--repo: is required: the URL or path of the repository to follow",
                "--root: is required: the directory for the store and the releases",
            ])
    }

    @Test(
        "the link is named after the repository",
        arguments: [
            ("https://example.com/team/app.git", "app"), ("https://example.com/team/app/", "app"),
            ("https://example.com/app.git/", "app"), ("git@example.com:app.git", "app"), ("git@example.com:a/b", "b"),
            ("file:///srv/app.git?x", "app"), ("/srv/git/site", "site"), ("site", "site"),
            ("https://u:p@example.com/app", "app"),
        ])
    func defaultLink(_ repository: String, _ name: String) throws {
        let plan = try parse("--repo=\(repository)", "--root=/git").plan(probe: probe())
        #expect(plan.link == Path("/git/\(name)"))
    }

    @Test("relative names begin at the root, and the root at the working directory")
    func absoluteNames() throws {
        let plan = try parse([
            "--repo=/r", "--root=data", "--link=www/site", "--touch-file=touched", "--password-file=/abs/p",
            "--username=u", "--ssh-key-file=key", "--signal=HUP", "--signal-target=pidfile:run/pid",
            "--on-change=*=touch:seen",
            #"--credential={"url":"a","username":"u","password-file":"cred"}"#,
        ]).plan(probe: probe())
        #expect(plan.root == Path("/srv/data"))
        #expect(plan.link == Path("/srv/data/www/site"))
        #expect(plan.settings.touchFile == Path("/srv/data/touched"))
        #expect(plan.settings.passwordFile == Path("/abs/p"))
        #expect(plan.sshKeyFiles == [Path("/srv/data/key")])
        #expect(plan.settings.signalTargets == [.pidFile(Path("/srv/data/run/pid"))])
        #expect(plan.settings.onChange.map(\.action) == [.touch(Path("/srv/data/seen"))])
        #expect(plan.credentials.map(\.passwordFile) == [Path("/srv/data/cred")])
    }

    @Test(
        "a reload action or a health check turns roll-back on, and with it the kept releases",
        arguments: [
            (["--signal=HUP", "--signal-target=name:x"], true, 5), (["--reload-url=http://a"], true, 5),
            (["--on-change=*=exec:/x"], true, 5), (["--on-change=*=none"], false, 0),
            (["--health-tcp=:80"], true, 5), (["--health-command=x"], true, 5),
            (["--health-url=http://a", "--rollback=off"], false, 0), (["--rollback=on"], true, 5),
            (["--health-url=http://a", "--keep-releases=2"], true, 2), (["--keep-releases=3"], false, 3),
        ])
    func rollback(_ arguments: [String], _ rollsBack: Bool, _ keep: Int) throws {
        let plan = try parse(PlanTests.minimum + arguments).plan(probe: probe())
        #expect(plan.rollsBack == rollsBack)
        #expect(plan.keepReleases == keep)
    }

    @Test(
        "what contradicts itself is refused",
        arguments: [
            (
                ["--password=p", "--password-file=/p", "--username=u"],
                "--password: cannot be used together with --password-file"
            ),
            (["--username=u"], "--username: needs a password: give GITSYNC_PASSWORD or --password-file"),
            (["--password-file=/p"], "--password-file: needs --username"),
            (["--push-secret-file=/s"], "--push-secret-file: needs --http-bind"),
            (["--api-token-file=/s"], "--api-token-file: needs --http-bind"),
            (["--http-metrics"], "--http-metrics: needs --http-bind"),
            (["--http-pprof"], "--http-pprof: needs --http-bind"),
            (["--health-revision-header=X"], "--health-revision-header: needs --health-url"),
            (["--reload-header-file=/h"], "--reload-header-file: needs --reload-url"),
            (["--signal=HUP"], "--signal: needs --signal-target"),
            (["--signal-target=name:x"], "--signal-target: needs --signal"),
            (["--kill-after=5s"], "--kill-after: needs --signal-target"),
            (["--tls-key-file=/k"], "--tls-key-file: needs --tls-cert-file"),
            (["--verify-signatures=tag"], "--verify-signatures: needs --allowed-signers-file or --gpg-keyring-file"),
            (["--gpg-keyring-file=/k"], "--gpg-keyring-file: has no effect without --verify-signatures"),
            (
                ["--sync-on-signal=TERM"],
                "--sync-on-signal: SIGTERM has another meaning and cannot start a sync; use HUP, USR1 or USR2"
            ),
            (["--link=.git/x"], "--link=/git/.git/x: cannot be in .git, where the sidecar keeps its own files"),
            (
                ["--link=a/../.worktrees"],
                "--link=/git/a/../.worktrees: cannot be in .worktrees, where the sidecar keeps its own files"
            ),
            (["--link=/git/"], "--link=/git/: cannot be the same as --root"),
            (["--ref=-x"], "--ref: a branch, tag or commit cannot begin with a hyphen"),
            (["--github-app-client-id=x"], "--github-app-client-id: needs --github-app-installation-id"),
            (
                ["--github-app-client-id=x", "--github-app-application-id=1"],
                "--github-app-application-id: cannot be used together with --github-app-client-id"
            ),
            (
                ["--github-app-installation-id=1"],
                "--github-app-installation-id: needs --github-app-application-id or --github-app-client-id"
            ),
        ])
    func contradictions(_ arguments: [String], _ complaint: String) {
        let invocation = parse(PlanTests.minimum + arguments)
        let error = #expect(throws: UsageError.self) { try invocation.plan(probe: probe()) }
        #expect(error?.problems.map(\.description).contains(complaint) == true, "\(error?.description ?? "")")
    }

    @Test(
        "repositories that run programs or travel unprotected are refused",
        arguments: [
            (
                "git://example.com/a",
                "--repo=git://example.com/a: git:// is neither encrypted nor authenticated and is refused; use https or ssh"
            ),
            (
                "ext::sh -c id",
                "--repo=ext::***: remote helpers run programs and are refused; use https, http, ssh or file"
            ),
            (
                "ftp://example.com/a",
                "--repo=ftp://example.com/a: ftp:// is not supported; use https, http, ssh, file or a path"
            ),
            ("-u", "--repo=-u: a repository cannot begin with a hyphen"),
        ])
    func refusedRepositories(_ repository: String, _ complaint: String) {
        let error = #expect(throws: UsageError.self) {
            try parse("--repo=\(repository)", "--root=/git", "--ref=x").plan(probe: probe())
        }
        #expect(error?.problems.map(\.description).first == complaint)
    }

    @Test("a root that is a file is refused")
    func rootIsFile() {
        #expect(throws: UsageError([Problem("--root=/git", "is not a directory")])) {
            try plan(probe: probe(files: ["/git"]))
        }
    }

    @Test("a file that was named and is not there is a warning, a missing default is none")
    func missingFiles() throws {
        #expect(try plan("--tls-ca-file=/ca").warnings == ["--tls-ca-file: there is no file /ca yet"])
        #expect(try plan("--tls-ca-file=/ca", probe: probe(files: ["/ca"])).warnings == [])
    }

    @Test("what only says how to do something that nobody asked for is a warning, unless it repeats the default")
    func companions() throws {
        #expect(try plan("--webhook-timeout=9s").warnings == ["--webhook-timeout: has no effect without --webhook-url"])
        #expect(try plan("--health-watch=9s").warnings == ["--health-watch: has no effect without a health check"])
        #expect(try plan("--webhook-timeout=1s", "--health-successes=2").warnings == [])
        #expect(try plan("--webhook-timeout=9s", "--webhook-url=http://a").warnings == [])
    }

    @Test("a plan knows who set what")
    func provenance() throws {
        #expect(try plan("--depth=3").provenance["depth"] == .flag("--depth"))
    }

    @Test("the log is text on a terminal, unless something else is asked for")
    func logFormat() throws {
        #expect(try plan(probe: probe(isTerminal: true)).logFormat == .text)
        #expect(try plan("--log-format=json", probe: probe(isTerminal: true)).logFormat == .json)
        #expect(try plan("--log-format=logfmt").logFormat == .logfmt)
    }

    @Test("what holds until the first success follows what holds later")
    func initial() throws {
        let plan = try plan("--period=1m", "--max-failures=3")
        #expect(plan.initPeriod == .seconds(60))
        #expect(plan.initMaxFailures == 3)
        #expect(try self.plan("--init-period=1s", "--period=1m").initPeriod == .seconds(1))
    }

    @Test("git's settings are joined in their order")
    func gitConfig() throws {
        let plan = try plan("--git-config-add=b:2", "--git-config=a:1", "--git-config-add=c:3")
        #expect(plan.gitConfig.map(\.key) == ["a", "b", "c"])
    }
}
