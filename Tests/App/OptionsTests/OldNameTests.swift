import Options
import Posix
import Testing

@Suite("Old names")
struct OldNameTests {
    @Test(
        "an old flag works, converted where it was written differently, and warns",
        arguments: [
            ("--wait=5", "period", "5s", "--wait: an old name; use --period=5s"),
            ("--wait=0.5", "period", "500ms", "--wait: an old name; use --period=500ms"),
            ("--timeout=30", "sync-timeout", "30s", "--timeout: an old name; use --sync-timeout=30s"),
            ("--dest=site", "link", "site", "--dest: an old name; use --link"),
            ("--branch=main", "ref", "main", "--branch: an old name; use --ref"),
            ("--rev=v1", "ref", "v1", "--rev: an old name; use --ref"),
            ("--max-sync-failures=3", "max-failures", "3", "--max-sync-failures: an old name; use --max-failures"),
            (
                "--sync-hook-command=/x", "exechook-command", "/x",
                "--sync-hook-command: an old name; use --exechook-command"
            ),
        ])
    func flags(_ argument: String, _ name: String, _ expected: String, _ warning: String) throws {
        let invocation = parse([argument])
        #expect(invocation.complaints == [])
        let row = try #require(OptionTable.row(named: name))
        #expect(row.text(in: invocation.settings) == expected)
        #expect(invocation.warnings == [warning])
    }

    @Test(
        "an old variable works and warns",
        arguments: [
            ("GIT_SYNC_REPO", "/r", "repo", "/r"), ("GIT_SYNC_WAIT", "2", "period", "2s"),
            ("GIT_SYNC_DEST", "d", "link", "d"), ("GIT_SYNC_LINK", "d", "link", "d"),
            ("GIT_SYNC_HTTP_BIND", ":80", "http-bind", ":80"), ("GIT_KNOWN_HOSTS", "false", "ssh-known-hosts", "false"),
            ("GIT_SSH_KNOWN_HOSTS_FILE", "/k", "ssh-known-hosts-file", "/k"),
            ("GIT_SSH_KEY_FILE", "/k", "ssh-key-file", "/k"),
            ("GIT_COOKIE_FILE", "true", "cookie-file", "true"),
            ("GIT_ASKPASS_URL", "http://a", "askpass-url", "http://a"),
            ("GIT_SYNC_HOOK_COMMAND", "/x", "exechook-command", "/x"), ("GIT_SYNC_BRANCH", "b", "ref", "b"),
            ("GIT_SYNC_TIMEOUT", "9", "sync-timeout", "9s"), ("GIT_SYNC_ONE_TIME", "true", "one-time", "true"),
        ])
    func variables(_ variable: String, _ text: String, _ name: String, _ expected: String) throws {
        let invocation = parse([], environment: [variable: text])
        #expect(invocation.complaints == [])
        let row = try #require(OptionTable.row(named: name))
        #expect(row.text(in: invocation.settings) == expected)
        #expect(invocation.warnings.count == 1)
        #expect(invocation.warnings.first?.hasPrefix("\(variable): an old name; use \(row.variable ?? "")") == true)
    }

    @Test("on the command line today's name wins over the old one, and flags win over variables")
    func newBeatsOld() {
        let flags = parse("--branch=old", "--ref=new")
        #expect(flags.settings.ref == "new")
        #expect(flags.warnings == ["--branch: an old name without effect here, since --ref is given"])
        let mixed = parse("--branch=old", environment: ["GITSYNC_REF": "new"])
        #expect(mixed.settings.ref == "old")
        #expect(mixed.provenance["ref"] == .flag("--branch"))
        #expect(parse("--ref=flag", environment: ["GIT_SYNC_BRANCH": "variable"]).settings.ref == "flag")
        #expect(parse("--branch=flag", environment: ["GIT_SYNC_BRANCH": "variable"]).settings.ref == "flag")
    }

    @Test("in the environment the old name wins, as in git-sync; where the two differ, both values are shown")
    func oldVariableWins() {
        let depth = parse(environment: ["GIT_SYNC_DEPTH": "5", "GITSYNC_DEPTH": "6"])
        #expect(depth.settings.depth == 5)
        #expect(
            depth.warnings == [
                "GIT_SYNC_DEPTH=5 counts, as in git-sync, and GITSYNC_DEPTH=6, which differs, does not: keep one of them"
            ])
        let wait = parse(environment: ["GIT_SYNC_WAIT": "60", "GITSYNC_PERIOD": "5s"])
        #expect(wait.settings.period == .seconds(60))
        #expect(
            wait.warnings.first?.hasPrefix("GIT_SYNC_WAIT=60 counts, as in git-sync, and GITSYNC_PERIOD=5s,") == true)
        let same = parse(environment: ["GIT_SYNC_WAIT": "60", "GITSYNC_PERIOD": "1m"])
        #expect(same.settings.period == .seconds(60) && same.warnings == [])
        let revision = parse(
            environment: ["GIT_SYNC_REV": "abc", "GIT_SYNC_BRANCH": "old", "GITSYNC_REF": "new"])
        #expect(revision.settings.ref == "abc")
        #expect(parse(environment: ["GIT_SYNC_REV": "HEAD", "GITSYNC_REF": "new"]).settings.ref == "new")
        let hosts = ["GIT_SYNC_KNOWN_HOSTS": "true", "GIT_KNOWN_HOSTS": "false"]
        #expect(!parse(environment: hosts).settings.sshKnownHosts)
    }

    @Test("two passwords that differ are told apart, and neither is shown")
    func secrets() {
        let passwords = parse(environment: ["GIT_SYNC_PASSWORD": "hunter1", "GITSYNC_PASSWORD": "hunter2"])
        #expect(passwords.settings.password?.exposed == "hunter1")
        #expect(
            passwords.warnings == [
                "GIT_SYNC_PASSWORD counts, as in git-sync, and GITSYNC_PASSWORD, which differs, does not: keep one of them"
            ])
        let addresses = parse(
            environment: ["GIT_SYNC_REPO": "https://u:hunter1@h/a", "GITSYNC_REPO": "https://u:hunter2@h/a"])
        #expect(addresses.warnings.count == 1 && !addresses.warnings.contains { $0.contains("hunter") })
    }

    @Test("what Airflow's chart sets means what it means to git-sync", arguments: [false, true])
    func airflow(isInit: Bool) {
        var environment = [
            "GIT_SYNC_REV": "HEAD", "GIT_SYNC_BRANCH": "main", "GIT_SYNC_REPO": "https://git.example/dags.git",
            "GIT_SYNC_DEPTH": "1", "GIT_SYNC_ROOT": "/git", "GIT_SYNC_DEST": "repo", "GIT_SYNC_ADD_USER": "true",
            "GIT_SYNC_WAIT": "60", "GIT_SYNC_MAX_SYNC_FAILURES": "0", "GITSYNC_REF": "v2-2-stable",
            "GITSYNC_REPO": "https://git.example/dags.git", "GITSYNC_DEPTH": "1", "GITSYNC_ROOT": "/git",
            "GITSYNC_LINK": "repo", "GITSYNC_ADD_USER": "true", "GITSYNC_PERIOD": "5s", "GITSYNC_MAX_FAILURES": "0",
            "GIT_SYNC_SSH": "true", "GITSYNC_SSH": "whatever", "GIT_KNOWN_HOSTS": "false",
        ]
        if isInit {
            environment["GIT_SYNC_ONE_TIME"] = "true"
            environment["GITSYNC_ONE_TIME"] = "true"
        }
        let invocation = parse(environment: environment)
        #expect(invocation.complaints == [])
        let settings = invocation.settings
        #expect(settings.ref == "main" && settings.period == .seconds(60) && settings.depth == 1)
        #expect(settings.root == Path("/git") && settings.link == Path("repo") && settings.addUser)
        #expect(settings.maxFailures == 0 && !settings.sshKnownHosts && settings.oneTime == isInit)
        #expect(
            invocation.warnings.sorted() == [
                "GIT_KNOWN_HOSTS: an old name; use GITSYNC_SSH_KNOWN_HOSTS",
                "GIT_SYNC_BRANCH=main counts, as in git-sync, and GITSYNC_REF=v2-2-stable, which differs, does not: keep one of them",
                "GIT_SYNC_WAIT=60 counts, as in git-sync, and GITSYNC_PERIOD=5s, which differs, does not: keep one of them",
            ])
    }

    @Test("a variable that an image sets to the default does not silence an old name that somebody chose")
    func imageDefaults() {
        let invocation = parse("--timeout=30", environment: ["GITSYNC_SYNC_TIMEOUT": "120s", "GITSYNC_REF": "HEAD"])
        #expect(invocation.settings.syncTimeout == .seconds(30))
        #expect(parse(environment: ["GIT_SYNC_DEPTH": "5", "GITSYNC_DEPTH": "1"]).settings.depth == 5)
    }

    @Test("a revision beats a branch, unless it is HEAD, which meant the branch's tip")
    func branchAndRevision() {
        #expect(parse("--branch=main", "--rev=abc").settings.ref == "abc")
        #expect(parse("--rev=HEAD", "--branch=main").settings.ref == "main")
        #expect(parse("--rev=HEAD").settings.ref == "HEAD")
    }

    @Test("what cannot be converted is reported under the name that was used")
    func badValues() {
        #expect(
            parse(["--wait=5s"]).complaints == ["--wait=5s: expected a number of seconds, such as 10 or 0.5"])
        #expect(
            parse(["--timeout=1.5"]).complaints == [
                "--timeout=1.5: expected a whole number of seconds, such as 120"
            ])
        #expect(parse(["--wait="]).problems.count == 1)
        #expect(parse(["--wait=0"]).complaints == ["--wait=0: must be at least 10ms"])
    }

    @Test("what has no effect any more is said, what cannot be obeyed is refused")
    func ignoredAndRefused() {
        #expect(parse(environment: ["GIT_SYNC_SSH": "true", "GITSYNC_SSH": "x"]).warnings == [])
        let ssh = parse("--ssh", environment: ["GIT_SYNC_SSH": "true"])
        #expect(ssh.complaints == [])
        #expect(ssh.settings.sshKeyFiles == Settings().sshKeyFiles)
        #expect(ssh.warnings.count == 1)
        #expect(ssh.warnings.first == "--ssh: has no effect any more, since the URL says whether ssh is used")
        #expect(
            parse("--change-permissions=0755").complaints == [
                "--change-permissions: not supported any more: use --group-write"
            ])
        #expect(parse(environment: ["GIT_SYNC_PERMISSIONS": "0755"]).problems.count == 1)
        #expect(parse("--git=/usr/bin/git").warnings == ["--git: has no effect, since no git program is run"])
    }
}
