import JSON
import Posix
import TestSupport
import Testing

@Suite("Whom a signal reaches", .endToEnd, .timeLimit(.minutes(3)))
struct SignalTargetTests {
    private let site: Site
    private let name = uniqueName("t")

    init() throws {
        site = try Site()
    }

    private func start(_ lines: String) throws -> BackgroundProgram {
        try Application.start([try site.script(name, lines)], directory: "/")
    }

    private func error(of run: Run) -> String { run.log.compactMap(\.error).last ?? run.errors }

    @Test("a program that has no handler yet is not ended by the signal: it is waited for")
    func notReady() throws {
        let program = try start(
            """
            while [ ! -e \(site.path("go")) ]; do sleep 0.01; done
            trap 'cp \(site.link)/file \(site.path("read"))' HUP
            while :; do sleep 0.02; done
            """)
        defer { program.stop() }
        try waitUntil("it runs") { try commandName(program.processID) == name }
        let sidecar = try site.start(
            "--signal=HUP", "--signal-target=name:\(name)", "--health-command=test -e \(site.path("read"))")
        let tip = try site.tip
        try sidecar.waitFor("published")
        #expect(!sidecar.log.has("application told"))
        try TestFiles.write("", to: site.path("go"))
        try sidecar.waitUntilConfirmed(tip)
        #expect(program.isRunning)
        #expect(site.text("read") == "one")
        try site.waitForOutcomes(["deployed"])
    }

    @Test("one that never has a handler is left alone, and the release is taken back and put off")
    func neverReady() throws {
        let marker = site.path("told")
        let program = try start(
            "trap 'echo . >> \(marker)' HUP\nwhile [ ! -e \(site.path("deaf")) ]; do sleep 0.01; done\n"
                + "trap - HUP\ntouch \(site.path("reset"))\nwhile :; do sleep 0.02; done")
        defer { program.stop() }
        try waitUntil("it runs") { try commandName(program.processID) == name }
        let sidecar = try site.start("--signal=HUP", "--signal-target=name:\(name)", "--health-timeout=1s")
        let good = try site.tip
        try sidecar.waitUntilConfirmed(good)
        try TestFiles.write("", to: site.path("deaf"))
        try waitUntil("it is deaf") { TestFiles.exists(site.path("reset")) }
        let bad = try site.repository.commit(["file": "two"])
        try sidecar.waitFor("rolled back")
        #expect(site.live == good)
        #expect(program.isRunning)
        #expect(try site.quarantine.isEmpty)
        let held = try #require(try site.state["postponed"])
        #expect(held["commit"]?.string == bad)
        #expect(
            held["reason"]?.string
                == "cannot signal process \(program.processID) (\(name)): it has no handler for SIGHUP, which would end"
                + " it; a server that is meant to end and to be restarted gets TERM")
    }

    @Test("a process of another user is found out before anything is published", .enabled(if: isRoot, "needs root"))
    func otherUser() throws {
        let program = try start("trap : HUP\nwhile :; do sleep 0.1; done")
        defer { program.stop() }
        try waitUntil("it runs") { try commandName(program.processID) == name }
        try runProgram(["chmod", "777", site.directory]).succeeded()
        let run = try site.sync(
            ["--signal=HUP", "--signal-target=name:\(name)"],
            under: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
        #expect(run.status == 1)
        #expect(
            error(of: run).hasSuffix(
                "the target runs as uid 0, we are uid 65534; run the sidecar with that uid or CAP_KILL"),
            "\(run.errors)")
        #expect(site.live == nil)
        #expect(program.isRunning)
    }

    @Test("a process that has ended and was not waited for is no target, and the reason is said")
    func zombie() throws {
        let code = """
            import os, time
            child = os.fork()
            if child == 0:
                open('/proc/self/comm', 'w').write('\(name)')
                os._exit(0)
            open('\(site.path("forked"))', 'w')
            time.sleep(600)
            """
        let parent = try Application.start(["python3", "-c", code])
        defer { parent.stop() }
        try waitUntil("the zombie is there") { TestFiles.exists(site.path("forked")) }
        let run = try site.sync("--signal=HUP", "--signal-target=name:\(name)", "--health-timeout=300ms")
        #expect(run.status == 1)
        #expect(
            error(of: run).contains("(\(name)) has ended and waits for process \(parent.processID) to notice"),
            "\(run.errors)")
    }

    @Test("a pid file that speaks of a process which has gone, or of a later one with its number, is called stale")
    func stalePidFile() throws {
        let ended = try Application.start(["true"])
        ended.stop()
        let program = try start("trap : HUP\nwhile :; do sleep 0.1; done")
        defer { program.stop() }
        let file = site.path("pid")
        for (number, reason) in [
            (ended.processID, "process \(ended.processID)"),
            (program.processID, "was started after the file was written"),
        ] {
            try TestFiles.write("\(number)\n", to: file)
            try runProgram(["touch", "-d", "1 minute ago", file]).succeeded()
            let run = try site.sync("--signal=HUP", "--signal-target=pidfile:\(file)", "--health-timeout=300ms")
            #expect(run.status == 1)
            #expect(error(of: run).contains(reason), "\(run.errors)")
        }
        #expect(program.isRunning)
    }

    @Test("one that ends by itself again and again is found whenever it is there, and its restart is the proof")
    func endsMeanwhile() throws {
        let program = try Application.startAgainAndAgain([
            try site.script(name, "cp \(site.link)/file \(site.path("read"))\nsleep 0.8")
        ])
        defer { program.stop() }
        let sidecar = try site.start(
            "--signal=TERM", "--signal-target=name:\(name)", "--health-command=cmp -s file \(site.path("read"))",
            "--health-timeout=10s")
        try sidecar.waitUntilConfirmed(try site.tip)
        for number in 1...3 { _ = try site.deploy(["file": .text("\(number)")], with: sidecar) }
        try site.waitForOutcomes(Array(repeating: "deployed", count: 4))
    }

    private func commandName(_ process: Int32) throws -> String {
        String(try TestFiles.text("/proc/\(process)/comm").dropLast())
    }
}
