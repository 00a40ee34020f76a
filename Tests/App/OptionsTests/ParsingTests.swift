import Options
import Testing

@Suite("Reading the command line")
struct ParsingTests {
    @Test(
        "a value may follow after a space, an equals sign, or directly after a letter",
        arguments: [
            ["--verbose", "3"], ["--verbose=3"], ["-v", "3"], ["-v3"], ["-v=3"], ["-v", "1", "--verbose=3"],
        ])
    func values(_ arguments: [String]) {
        let invocation = Invocation.parse(arguments: arguments, environment: [:])
        #expect(invocation.complaints == [])
        #expect(invocation.settings.verbose == 3)
    }

    @Test(
        "a switch stands alone or has its value after an equals sign",
        arguments: [(["--one-time"], true), (["--one-time=false"], false), (["--one-time=1"], true)])
    func switches(_ arguments: [String], _ expected: Bool) {
        let invocation = Invocation.parse(arguments: arguments, environment: [:])
        #expect(invocation.complaints == [])
        #expect(invocation.settings.oneTime == expected)
    }

    @Test("a switch with its value after a space is told how to write it")
    func switchWithSpace() {
        #expect(
            parse("--one-time", "false").complaints == [
                "--one-time: its value is written with an equals sign: --one-time=false"
            ])
    }

    @Test("negative numbers and empty values are values, a following flag is not")
    func valuesThatLookLikeFlags() {
        #expect(parse("--max-failures", "-1").settings.maxFailures == -1)
        #expect(parse("--ref", "--depth=1").complaints.first?.hasPrefix("--ref: needs a value") == true)
        #expect(parse("--ref").complaints == ["--ref: needs a value"])
        #expect(parse("--ref=").complaints == ["--ref=: expected a text that is not empty"])
    }

    @Test("the last one counts when a flag with one value is repeated; lists grow")
    func repeated() {
        #expect(parse("--ref=a", "--ref=b").settings.ref == "b")
        let files = parse("--ssh-key-file=/a", "--ssh-key-file=/b").settings.sshKeyFiles
        #expect(files == [Path("/a"), Path("/b")])
    }

    @Test("all mistakes are reported at once, each with what would be right")
    func allAtOnce() {
        let invocation = parse(
            "--dept=1", "--depth=x", "--sync-timeout=10", "--verbose=12", "--log-format=xml", "--one-time=maybe",
            environment: ["GITSYNC_FILTER": "none"])
        #expect(
            invocation.complaints == [
                "--dept: there is no such flag; did you mean --depth?",
                "--depth=x: expected a whole number, such as 1",
                "GITSYNC_FILTER=none: expected blob:none or tree:0",
                "--sync-timeout=10: a duration needs a unit: write 10s for seconds, or use ms, m or h",
                "--one-time=maybe: expected true or false",
                "--verbose=12: must be from 0 to 9",
                "--log-format=xml: expected json, logfmt or text",
            ])
    }

    @Test(
        "a mistyped name is recognised",
        arguments: [
            ("--perod=1s", "--period"), ("--sync-time-out=1s", "--sync-timeout"), ("--helth-url=x", "--health-url"),
            ("-root=/git", "--root"), ("--gitconfig=x", "--git-config"), ("--verbsoe=1", "--verbose"),
        ])
    func didYouMean(_ argument: String, _ meant: String) {
        #expect(parse(argument).complaints.first?.hasSuffix("; did you mean \(meant)?") == true)
    }

    @Test("a name that resembles nothing gets no suggestion")
    func noSuggestion() {
        #expect(parse("--frobnicate").complaints == ["--frobnicate: there is no such flag"])
        #expect(parse("-x").complaints == ["-x: there is no such flag"])
    }

    @Test("the help is printed whatever else is wrong", arguments: ["-h", "--help"])
    func help(_ flag: String) {
        #expect(parse("--bogus", flag).action == .help(of: nil))
        #expect(parse("--man").action == .manual)
        #expect(parse("--version").action == .version)
        #expect(parse("--one-time").action == nil)
    }

    @Test("an unreadable command line gets a heading, a line for each problem, and a way to help")
    func usageError() {
        #expect(
            UsageError(parse("--depth=x", "--dept").problems).description == """
                git-sidecar: 2 problems with the parameters:
                  --dept: there is no such flag; did you mean --depth?
                  --depth=x: expected a whole number, such as 1
                Try 'git-sidecar --help', or 'git-sidecar --man' for the manual.
                """)
        #expect(UsageError([Problem("a", "b")]).description.hasPrefix("git-sidecar: 1 problem with"))
    }

    @Test("long and odd values do not spoil the error")
    func printableErrors() {
        let complaint = parse("--depth=" + String(repeating: "x", count: 500) + "\u{1b}[2J\n").complaints.first ?? ""
        #expect(complaint.count < 160)
        #expect(!complaint.contains("\n") && !complaint.contains("\u{1b}"))
    }

    @Test("limits are checked", arguments: ["--depth=-1", "--sync-timeout=5ms", "--verbose=-1"])
    func limits(_ argument: String) {
        #expect(parse(argument).complaints.first?.hasPrefix("\(argument): must be") == true)
    }
}
