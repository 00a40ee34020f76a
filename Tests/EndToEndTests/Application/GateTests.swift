import Posix
import TestSupport
import Testing

@Suite("Commands of a deployment", .endToEnd, .timeLimit(.minutes(3)))
struct GateTests {
    @Test("they are lines with arguments and quotes, of programs that are found in PATH")
    func words() throws {
        let site = try Site(["some file": "two words\n"])
        let run = try site.sync(
            #"--prepare-command=sh -c 'echo "built $GITSYNC_HASH $GITSYNC_RELEASE" > built'"#,
            #"--validate-command=grep -q "two words" some\ file"#, "--health-command=test -f built")
        #expect(run.status == 0)
        let tip = try site.tip
        #expect(site.read("built") == "built \(tip) \(site.root)/.worktrees/\(tip)\n")
    }

    @Test("before and after publishing they learn which release it replaces")
    func previous() throws {
        let site = try Site()
        let note = try site.script("note", "echo $1 $GITSYNC_HASH $GITSYNC_PREVIOUS_HASH >> \(site.path("seen"))")
        let parameters = [
            "--prepare-command=\(note) prepare", "--validate-command=\(note) validate",
            "--health-command=\(note) health", "--health-successes=1",
        ]
        let first = try site.tip
        #expect(try site.sync(parameters).status == 0)
        let second = try site.repository.commit(["file": "two"])
        #expect(try site.sync(parameters).status == 0)
        let stages = ["prepare", "validate", "health"]
        let expected = stages.map { "\($0) \(first)" } + stages.map { "\($0) \(second) \(first)" }
        #expect(site.text("seen").split(separator: "\n").map { String($0) } == expected)
    }

    @Test("a line that cannot be read and an expression that means nothing are mistakes, named all at once")
    func unreadable() throws {
        let site = try Site()
        let run = try site.sync(
            "--prepare-command=sh -c 'npm ci", #"--validate-command=nginx -t -c "$PWD/nginx.conf""#,
            "--health-command=test -e a && test -e b", "--signal=HUP", "--signal-target=cmdline:a(b",
            "--on-change=*.js=signal:HUP@cmdline:[")
        #expect(run.status == 2)
        for part in [
            "--prepare-command=", "a single quote is not closed", "--validate-command=", "$ stands for nothing",
            "--health-command=", "& must be quoted", "--signal-target=cmdline:a(b: ", "expected a regular expression",
            "--on-change=", "5 problems",
        ] { #expect(run.errors.contains(part), "\(part) in \(run.errors)") }
        #expect(site.live == nil)
    }

    @Test("a program that is not there is a failure that names it, and nothing is published")
    func missing() throws {
        let site = try Site()
        let run = try site.sync("--prepare-command=no-such-program --flag")
        #expect(run.status == 1)
        #expect(
            run.log.compactMap(\.error).last == "cannot run no-such-program: no such file or directory", "\(run.errors)"
        )
        #expect(site.live == nil)
    }

    @Test("what is held back ends --one-time with 1, says why, and leaves what is live")
    func heldBackOnce() throws {
        let site = try Site()
        let first = try site.tip
        #expect(try site.sync().status == 0)
        try site.repository.commit(["file": "two"])
        for _ in 1...2 {
            let run = try site.sync("--validate-command=false")
            #expect(run.status == 1)
            #expect(site.live == first)
        }
        let run = try site.sync()
        #expect(run.status == 1)
        #expect(run.log.with("what the remote has is held back").first?["reason"]?.isEmpty == false, "\(run.errors)")
    }

    @Test("a validate command that changes the release has judged something else: it is not published")
    func meddling() throws {
        let site = try Site(["file": "one", "other": "two"])
        let run = try site.sync("--validate-command=sh -c 'rm other; echo hi > file'")
        #expect(run.status == 1)
        #expect(site.live == nil)
        #expect(run.errors.contains("sh changed the release"), "\(run.errors)")
        // What it adds, such as a cache, does no harm.
        #expect(try site.sync("--validate-command=sh -c 'touch added'", "--quarantine-ttl=1ms").status == 0)
    }

    @Test(
        "what a command has prepared is prepared anew when it is damaged, also while what the remote has is held back")
    func damagedWhileHeldBack() throws {
        let site = try Site(["file": "one", "other": "two"])
        let first = try site.tip
        let sidecar = try site.start(
            "--prepare-command=sh -c 'touch built; echo prepared > other'",
            "--validate-command=sh -c '! grep -q bad file'", "--period=100ms", "--max-failures=-1")
        try site.waitUntilLive(first)
        try site.repository.commit(["file": "bad"])
        try sidecar.waitFor("what the remote has is held back")
        // What the command has left as it was needs no command.
        try TestFiles.write("EVIL", to: site.link + "/file")
        try waitUntil("the file is as it was") { site.read("file") == "one" }
        try sidecar.waitFor("the live release was not as it was published; it is repaired")
        #expect(sidecar.log.with("published").count == 1 && site.read("other") == "prepared\n")
        // What is changed while it is prepared counts as prepared.
        try TestFiles.write("EVIL", to: site.link + "/other")
        try sidecar.waitFor("published", count: 2)
        #expect(site.read("other") == "prepared\n")
        try Files.remove(site.link + "/other")
        try waitUntil("the file is there again") { site.read("other") == "prepared\n" && site.read("built") == "" }
        #expect(site.live == first)
        #expect(try sidecar.stop() == 0)
    }

    @Test("what prepare installs is neither an edit nor shared: each release has its own, also after a restart")
    func installed() throws {
        let site = try Site(["package.json": "one", "index.js": "1"])
        let install = try site.script(
            "install",
            """
            test ! -e node_modules || { echo there is an old one; exit 1; }
            mkdir -p node_modules/left-pad && cp package.json node_modules/left-pad/ && ln -s left-pad node_modules/pad
            echo changed >> package.json
            """)
        let parameters = [
            "--prepare-command=\(install)", "--stale-worktree-timeout=1h", "--period=10ms", "--verbose=1",
        ]
        let first = try site.tip
        let sidecar = try site.start(parameters)
        try site.waitUntilLive(first)
        let second = try site.repository.commit(["index.js": "2"])
        try site.waitUntilLive(second)
        #expect(site.read("node_modules/pad/package.json") == "one")
        #expect(site.read("package.json") == "onechanged\n")
        let file = "node_modules/left-pad/package.json"
        let old = try Files.status("\(site.root)/.worktrees/\(first)/\(file)")
        #expect(try !old.isSameFile(as: Files.status("\(site.link)/\(file)")))
        // Long enough for several whole looks at what is live, each of which takes a second.
        try sidecar.waitFor("waiting", count: sidecar.log.with("waiting").count + 250, within: .seconds(30))
        #expect(!sidecar.log.has("the live release is not as it was published; it is repaired"))
        #expect(try sidecar.stop() == 0)
        let next = try site.start(parameters)
        try next.waitFor("waiting", count: 3)
        #expect(next.log.filter { $0.level == "warning" }.isEmpty, "\(next.program.log)")
        #expect(site.read("node_modules/pad/package.json") == "one")
        #expect(try next.stop() == 0)
    }
}
