import Posix
import TestSupport
import Testing

@Suite("Stopping", .endToEnd, .timeLimit(.minutes(5)))
struct StopTests {
    /// What the sidecar is doing when the signal comes.
    enum Moment: String, CaseIterable {
        case idle, resolving, fetchingOverSSH, validating, inHook, inBackoff
    }

    static let signals: [(name: String, number: Int32)] = [("SIGTERM", 15), ("SIGINT", 2)]

    @Test(
        "a signal ends it with 0, with nothing half done and no child left",
        arguments: Moment.allCases,
        [15, 2])
    func atAnyMoment(moment: Moment, signal: Int32) throws {
        var site = try Site()
        let server = try ScriptedServer(scripts: [[.staySilent]])
        defer { server.stop() }
        let busy = try site.script("busy", "touch \(site.path("busy-now")); sleep 1000")
        var parameters: [String] = []
        switch moment {
        case .idle, .inBackoff: break
        case .resolving: site.url = "http://127.0.0.1:\(server.port)/repo.git"
        case .fetchingOverSSH:
            site.url = "ssh://somebody@127.0.0.1:\(server.port)/repo.git"
            parameters = ["--ssh-known-hosts=false"]
        case .validating: parameters = ["--validate-command=\(busy)"]
        case .inHook: parameters = ["--exechook-command=\(busy)"]
        }
        if moment == .inBackoff { parameters = ["--ref=missing", "--max-failures=-1"] }
        let sidecar = try site.start(["--period=1h", "--verbose=1"] + parameters)
        switch moment {
        case .idle, .inBackoff: try sidecar.waitFor("waiting")
        case .resolving, .fetchingOverSSH: try waitUntil("a connection") { server.connectionCount > 0 }
        case .validating, .inHook: try waitUntil("the command runs") { TestFiles.exists(site.path("busy-now")) }
        }
        #expect(try sidecar.stop(with: signal) == 0)
        try expectNoLeftovers()
        #expect(sidecar.log.has("stopping"))
        #expect(!sidecar.log.contains { $0.level == "error" && moment != .inBackoff }, "a stop is no error")
        let isPublished = moment == .idle || moment == .inHook
        #expect(site.read("file") == (isPublished ? "one" : nil))
        #expect(try TestFiles.list(site.root).contains("link") == isPublished)
    }

    @Test("with --one-time a signal ends it with 0 too")
    func oneTime() throws {
        try withScriptedServer([.staySilent]) { server in
            let site = try Site()
            let sidecar = try site.start("--one-time", "--repo=http://127.0.0.1:\(server.port)/repo.git")
            try waitUntil("a connection") { server.connectionCount > 0 }
            #expect(try sidecar.stop() == 0)
        }
    }

    @Test("a hook that ignores the signal is killed, and does not hold the end up")
    func deafHook() throws {
        let site = try Site()
        let hook = try site.script(
            "hook", "trap '' TERM INT; touch \(site.path("busy-now")); while :; do sleep 0.05; done")
        let sidecar = try site.start("--exechook-command=\(hook)")
        try waitUntil("the hook runs") { TestFiles.exists(site.path("busy-now")) }
        #expect(try sidecar.stop() == 0)
        try expectNoLeftovers()
    }

    @Test("a second signal ends it now")
    func secondSignal() throws {
        let site = try Site()
        let deaf = try site.script(
            "deaf",
            """
            trap '' TERM INT
            touch \(site.path("busy-now"))
            # Nobody ends it when the sidecar insists on ending now: it goes with the test's files.
            while [ -e \(site.path("deaf")) ]; do sleep 0.05; done
            """)
        let sidecar = try site.start("--validate-command=\(deaf)")
        try waitUntil("the command runs") { TestFiles.exists(site.path("busy-now")) }
        // The same wish a moment later counts as the first one; one that insists does not.
        try waitUntil("it has ended") {
            sidecar.signal(15)
            return !sidecar.program.isRunning
        }
        #expect(sidecar.program.waitForEnd() == 1)
    }

    @Test("a run that is killed is continued by the next one")
    func killed() throws {
        let site = try Site()
        #expect(try site.sync().status == 0)
        for number in 2...4 {
            // Nobody ends it when its parent is killed: it goes with the test's files.
            let hold = try site.script(
                "hold", "touch \(site.path("busy-\(number)")); while [ -e \(site.path("hold")) ]; do sleep 0.05; done")
            let commit = try site.repository.commit(["file": .text("\(number)"), "\(number)": "new"])
            let sidecar = try site.start("--validate-command=\(hold)")
            try waitUntil("the command runs") { TestFiles.exists(site.path("busy-\(number)")) }
            try sidecar.stop(with: 9)
            sidecar.program.stop()
            #expect(site.read("file") == (number == 2 ? "one" : "\(number - 1)"))
            #expect(try site.sync().status == 0)
            #expect(site.live == commit)
        }
    }
}

@Suite(
    "The first process of a container", .endToEnd, .timeLimit(.minutes(5)),
    .enabled(if: canIsolate, "namespaces are not allowed here"))
struct FirstProcessTests {
    private static let wrapper = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]

    /// The number of the only child of a process, as we see it.
    private func child(of process: Int32) throws -> Int32? {
        let text = try TestFiles.text("/proc/\(process)/task/\(process)/children")
        return text.split(separator: " ").first.flatMap { Int32($0) }
    }

    @Test("signals work, and orphans are reaped", arguments: ["-TERM", "-INT"])
    func duties(signal: String) throws {
        let site = try Site()
        // The orphan leaves the hook's process group, so that nobody but the first process is there for it.
        let orphan = site.path("orphan")
        let hook = try site.script(
            "hook",
            """
            setsid sh -c 'touch \(orphan); sleep 0.2' > /dev/null 2>&1 &
            while [ ! -e \(orphan) ]; do sleep 0.01; done
            """)
        let sidecar = try site.start("--exechook-command=\(hook)", "--verbose=1", under: FirstProcessTests.wrapper)
        try sidecar.waitFor("hook ran")
        let first = try #require(try child(of: sidecar.program.processID))
        let status = try TestFiles.text("/proc/\(first)/status")
        #expect(status.split(separator: "\n").contains { $0.hasPrefix("NSpid:") && $0.hasSuffix("\t1") })
        try waitUntil("no child is left, not even as a zombie") { try child(of: first) == nil }
        try runProgram(["kill", signal, "\(first)"]).succeeded()
        #expect(sidecar.program.waitForEnd() == 0)
        #expect(site.read("file") == "one")
    }

    @Test("a command's exit code is its own, however many orphans come and go")
    func exitCodes() throws {
        let site = try Site()
        let judge = try site.script(
            "judge", "for i in 1 2 3 4 5 6 7 8; do setsid sh -c 'exit 5' > /dev/null 2>&1 & done; sleep 0.05; exit 0")
        let sidecar = try site.start("--validate-command=\(judge)", under: FirstProcessTests.wrapper)
        for number in 2...5 {
            let commit = try site.repository.commit(["file": .text("\(number)")])
            try site.waitUntilLive(commit)
        }
        #expect(!sidecar.log.has("rejected; what is live stays"))
    }
}
