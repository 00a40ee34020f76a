import Options
import Testing

@Suite("Commands")
struct CommandTests {
    @Test("without a command it runs; the first bare word is the command")
    func command() {
        #expect(parse("--one-time").command == .run)
        #expect(parse("run", "--one-time").command == .run)
        #expect(parse("--one-time", "--ref", "status", "check").command == .check)
    }

    @Test("a command's own flags stand after it, where they do not mean the old names")
    func ownFlags() throws {
        let sync = parse("sync", "--wait")
        #expect(sync.arguments.wait)
        #expect(sync.provenance["period"] == nil)
        let wait = parse("wait", "abc", "--timeout=30s", "--control", "http://a:1")
        #expect(wait.arguments.hash == "abc")
        #expect(wait.arguments.timeout == .seconds(30))
        #expect(wait.arguments.control?.text == "http://a:1")
        #expect(parse("status", "--json").arguments.json)
        #expect(parse("--wait", "5").settings.period == .seconds(5))
        #expect(parse("--timeout", "5").settings.syncTimeout == .seconds(5))
    }

    @Test("wrong commands and words are explained")
    func mistakes() {
        #expect(parse("statsu").complaints == ["statsu: there is no such command; did you mean status?"])
        #expect(parse("run", "x").complaints == ["run: takes no arguments, but there is x"])
        #expect(parse("rollback", "a", "b").complaints.contains("rollback: takes only one argument, but there is b"))
        #expect(parse("wait").complaints.contains("wait: needs HASH, the hash of a commit"))
        #expect(
            parse("--json").complaints == [
                "--json: there is no such flag; it belongs to status, releases and processes and stands after that word"
            ])
    }

    @Test("help, version and completions are words as well as flags")
    func words() {
        #expect(parse("help").action == .help(of: nil))
        #expect(parse("help", "wait").action == .help(of: .wait))
        #expect(parse("wait", "--help").action == .help(of: .wait))
        #expect(parse("-h", "rollback").action == .help(of: .rollback))
        #expect(parse("version").action == .version)
        #expect(parse("completions", "zsh").action == .completions(.zsh))
        #expect(parse("help", "wiat").complaints == ["wiat: there is no such command; did you mean wait?"])
        #expect(parse("completions").complaints == ["completions: needs SHELL: bash, zsh or fish"])
        #expect(
            parse("completions", "sh").complaints == ["completions: there are none for sh, but for bash, zsh or fish"])
    }

    @Test("status takes roots with --all only")
    func roots() throws {
        let invocation = parse("status", "--all", "/a", "b")
        #expect(try invocation.statusRoots(probe: probe()).map(\.text) == ["/a", "/srv/b"])
        #expect(
            parse("status", "/a").complaints == [
                "status: takes no arguments, but there is /a; only status --all takes roots"
            ])
        #expect(
            parse("status", "--all", "/a", "--control=http://a:1").complaints == [
                "--control: does not go with the roots of --all"
            ])
    }

    @Test("a command that asks a sidecar refuses two roots; elsewhere the last one counts, as with every flag")
    func twoRoots() {
        #expect(parse("status", "--root=/a", "--root=/a").complaints == [])
        #expect(
            parse("status", "--root=/a", "--root=/b").complaints == [
                "--root: there are two, /a and /b: status --all takes several"
            ])
        #expect(parse("--root=/a", "--root=/b").settings.root?.text == "/b")
    }

    @Test("a control command finds its sidecar by root or URL, and does not mind the sidecar's own environment")
    func control() throws {
        var invocation = parse(
            "status", environment: ["GITSYNC_ROOT": "/git", "GITSYNC_DEPTH": "x", "GITSYNC_PERIOD": "1h"])
        #expect(try invocation.controlPlan(probe: probe()) == .socket(root: Path("/git")))
        invocation.arguments.control = try WebAddress.read("http://a:1")
        #expect(try invocation.controlPlan(probe: probe()) == .url(Address("http://a:1"), tokenFile: nil))
        let lost = parse("status")
        #expect(throws: UsageError.self) { try lost.controlPlan(probe: probe()) }
    }
}
