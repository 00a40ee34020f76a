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
