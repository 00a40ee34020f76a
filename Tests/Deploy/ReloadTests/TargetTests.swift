import Glibc
import Posix
import TestSupport
import Testing

@testable import Reload

@Suite("Targets", .scratch, .timeLimit(.minutes(1)))
struct TargetTests {
    /// A shell that forks workers, which have its name.
    private static let masterAndWorkers =
        "#!/bin/sh\n(while :; do sleep 1; done) &\n(while :; do sleep 1; done) &\nwait\n"

    private func failure(_ target: Target, ourselves: Int32 = nobodyOurselves) -> ReloadError? {
        do throws(ReloadError) {
            _ = try target.find(ourselves: ourselves)
            return nil
        } catch {
            return error
        }
    }

    @Test("the master is meant and not its workers, though all have one name, however it is looked for")
    func roots() throws {
        let name = uniqueName()
        let master = try start([try script(name, TargetTests.masterAndWorkers)])
        defer { master.stop() }
        try waitUntil("the workers run") {
            try ProcessTable.read().processes.values.count { $0.name == name } == 3
        }
        for target in [Target.name(name), .commandLine("/\(name)$")] {
            #expect(try target.find(ourselves: nobodyOurselves).map(\.entry.processID) == [master.processID])
        }
    }

    @Test("each tree that matches has its root signalled")
    func severalTrees() throws {
        let path = try script(uniqueName(), TargetTests.masterAndWorkers)
        let masters = [try start([path]), try start([path])]
        defer { masters.forEach { $0.stop() } }
        try waitUntil("both run") { failure(.commandLine(path)) == nil }
        try waitUntil("both are found") {
            try Target.commandLine(path).find(ourselves: nobodyOurselves).count == 2
        }
        let found = try Target.commandLine(path).find(ourselves: nobodyOurselves).map(\.entry.processID)
        #expect(Set(found) == Set(masters.map(\.processID)))
    }

    @Test("a program is found by its path")
    func executable() throws {
        let path = "\(Scratch.directory)/\(uniqueName())"
        try TestFiles.write(try TestFiles.read("/bin/sleep"), to: path, mode: 0o755)
        let program = try start([path, "600"])
        defer { program.stop() }
        try waitUntil("it is found") { failure(.executable(path)) == nil }
        #expect(
            try Target.executable(path).find(ourselves: nobodyOurselves).map(\.entry.processID) == [program.processID])
        #expect(failure(.executable(path + "x"))?.code == .noTarget)
    }

    @Test("a server is found by the port that it listens on, and its master by its workers")
    func port() throws {
        let port = try freePort()
        #expect(failure(.port(port))?.description == "cannot find port:\(port): nobody listens on port \(port)")
        let server = try start(["python3", "-m", "http.server", "--bind", "127.0.0.1", "\(port)"])
        defer { server.stop() }
        try waitUntil("it listens") { failure(.port(port)) == nil }
        let entry = try #require(try Target.port(port).find(ourselves: nobodyOurselves).first).entry
        #expect(entry.processID == server.processID)
    }

    @Test("we, our children and threads of the kernel are never found")
    func ourselves() throws {
        let path = try script(uniqueName(), TargetTests.masterAndWorkers)
        let child = try start([path])
        defer { child.stop() }
        try waitUntil("it runs") { failure(.commandLine(path)) == nil }
        let error = failure(.commandLine(path), ourselves: CurrentProcess.processID)
        #expect(error?.message == "only we ourselves match, or what started us, or what we started")
        #expect(failure(.name("kthreadd"))?.code == .noTarget)
    }

    @Test("an expression never means process 1, and nothing means the process that holds a pod together")
    func firstProcess() throws {
        func table(_ name: String) throws -> ProcessTable {
            let line = "1 (\(name)) S 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0 0 0"
            var entry = ProcessEntry(try #require(ProcessStatus(line: Array(line.utf8))))
            entry.arguments = ["/\(name)"]
            return ProcessTable([entry])
        }
        func roots(_ target: Target, _ name: String) throws -> [Int32] {
            try TargetSearch(target: target, table: table(name), ourselves: 99).roots().map(\.processID)
        }
        #expect(try roots(.name("nginx"), "nginx") == [1])
        #expect(throws: ReloadError.self) { try roots(.commandLine("nginx"), "nginx") }
        #expect(throws: ReloadError.self) { try roots(.name("pause"), "pause") }
    }

    @Test(
        "titles that servers give themselves count as names",
        arguments: ["nginx: master process nginx", "/usr/sbin/nginx", "nginx"])
    func titles(title: String) throws {
        let line = "7 (other) S 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0 0 0"
        var entry = ProcessEntry(try #require(ProcessStatus(line: Array(line.utf8))))
        entry.arguments = [title]
        #expect(entry.isNamed("nginx"))
        #expect(!entry.isNamed("ngin"))
    }

    @Test("a zombie is no target, and the reason is said")
    func zombie() throws {
        let name = uniqueName("z")
        let code = """
            import os, time
            child = os.fork()
            if child == 0:
                open('/proc/self/comm', 'w').write('\(name)')
                os._exit(0)
            time.sleep(600)
            """
        let parent = try start(["python3", "-c", code])
        defer { parent.stop() }
        try waitUntil("the zombie is there") {
            try ProcessTable.read().processes.values.contains { $0.name == name && $0.isZombie }
        }
        let message = try #require(failure(.name(name))).message
        #expect(message.contains("(\(name)) has ended and waits for process "))
    }

    @Test("a process that ends between finding and signalling is not mistaken for another")
    func endsBefore() throws {
        let path = try script(uniqueName(), TargetTests.masterAndWorkers)
        let program = try start([path])
        try waitUntil("it runs") { failure(.commandLine(path)) == nil }
        let held = try #require(try Target.commandLine(path).find(ourselves: nobodyOurselves).first)
        #expect(try held.send(signal: 0))
        program.stop()
        #expect(held.hasEnded)
        #expect(try !held.send(signal: SIGTERM))
    }

    @Test("a number that was given to another process meanwhile is not held")
    func reusedNumber() throws {
        let program = try start(["sleep", "600"])
        defer { program.stop() }
        var entry = try #require(try ProcessEntry.read(program.processID, .all))
        #expect(try HeldProcess(entry) != nil)
        entry.startTicks -= 1
        #expect(try HeldProcess(entry) == nil)
    }

    @Test("a malformed expression is refused before anything runs")
    func malformedExpression() {
        #expect {
            try reloader([.signal(SIGHUP, [.commandLine("a(b")])])
        } throws: { error in
            (error as? ReloadError)?.code == .invalid && "\(error)".hasPrefix("cannot use cmdline:a(b: ")
        }
    }
}

@Suite("Pid files", .scratch, .timeLimit(.minutes(1)))
struct PidFileTests {
    private func find(_ path: String) throws -> [Int32] {
        try Target.pidFile(path).find(ourselves: nobodyOurselves).map(\.entry.processID)
    }

    private func failure(_ content: String) throws -> ReloadError? {
        let path = "\(Scratch.directory)/pid"
        try TestFiles.write(content, to: path)
        do {
            _ = try find(path)
            return nil
        } catch {
            return error as? ReloadError
        }
    }

    @Test("the process is the one that the file names")
    func named() throws {
        let program = try start(["sleep", "600"])
        defer { program.stop() }
        let path = "\(Scratch.directory)/pid"
        try TestFiles.write(" \(program.processID)\n", to: path)
        #expect(try find(path) == [program.processID])
    }

    @Test("a missing file, one without a number and one of a process that has gone are told apart")
    func unusable() throws {
        let ended = try start(["true"])
        ended.stop()
        #expect(try failure("\(ended.processID)\n")?.code == .stalePidFile)
        #expect(try failure("")?.message == "the file holds no process number")
        #expect(try failure("-1")?.message == "the file holds no process number")
        #expect {
            _ = try find("\(Scratch.directory)/missing")
        } throws: { error in
            (error as? ReloadError)?.code == .noTarget
        }
    }

    @Test("a file whose time is beyond what can be calculated with is taken for new")
    func farAway() throws {
        let program = try start(["sleep", "600"])
        defer { program.stop() }
        let path = "\(Scratch.directory)/pid"
        try TestFiles.write("\(program.processID)\n", to: path)
        try runProgram(["touch", "-d", "@9223372036.854775808", path]).succeeded()
        #expect(try find(path) == [program.processID])
    }

    /// Clocks of which one can be set.
    private final class SetClock: Sendable {
        let step = Locked(Duration.zero)
        var clocks: PidFileMemory.Clocks {
            PidFileMemory.Clocks(wall: { Timestamp.now().adding(self.step.withLock { $0 }) })
        }
    }

    private func find(_ path: String, _ memory: PidFileMemory) throws -> Int32 {
        try PidFile(path: path, table: .read([]), target: .pidFile(path), memory: memory).process().processID
    }

    @Test(
        "a clock that steps does not make a file stale that was written before",
        arguments: [3600, 86_400, 315_360_000, -3600, -86_400])
    func step(seconds: Int) throws {
        let clock = SetClock()
        let memory = PidFileMemory(clock.clocks)
        let program = try start(["sleep", "600"])
        defer { program.stop() }
        let path = "\(Scratch.directory)/pid"
        try TestFiles.write("\(program.processID)\n", to: path)
        // The file is seen for the first time after the step, which a sidecar that runs has noticed.
        clock.step.withLock { $0 = .seconds(seconds) }
        #expect(try find(path, memory) == program.processID)
        // Seen once, the process is known by its ticks, however often the clock is set.
        for step in [1, 2, -1, 0] {
            clock.step.withLock { $0 = .seconds(step * seconds * 3) }
            #expect(try find(path, memory) == program.processID)
        }
    }

    @Test("a sidecar that starts after the step goes by the program that the file is named after")
    func stepBefore() throws {
        let clock = SetClock()
        clock.step.withLock { $0 = .seconds(86_400) }
        let program = try start(["sleep", "600"])
        defer { program.stop() }
        let own = "\(Scratch.directory)/sleep.pid"
        let foreign = "\(Scratch.directory)/nginx.pid"
        for path in [own, foreign] { try TestFiles.write("\(program.processID)\n", to: path) }
        #expect(try find(own, PidFileMemory(clock.clocks)) == program.processID)
        #expect {
            _ = try find(foreign, PidFileMemory(clock.clocks))
        } throws: { error in
            (error as? ReloadError)?.code == .stalePidFile
                && "\(error)".contains("have the server write the file again")
        }
    }

    @Test("a number that another program has got since is stale, and one of the same program is not")
    func reusedKnown() throws {
        let path = "\(Scratch.directory)/pid"
        let memory = PidFileMemory()
        let first = try start(["sleep", "600"])
        defer { first.stop() }
        try TestFiles.write("\(first.processID)\n", to: path)
        #expect(try find(path, memory) == first.processID)
        let other = try start(["tail", "-f", "/dev/null"])
        defer { other.stop() }
        let again = try start(["sleep", "600"])
        defer { again.stop() }
        try TestFiles.write("\(other.processID)\n", to: path)
        try runProgram(["touch", "-d", "1 hour ago", path]).succeeded()
        #expect {
            _ = try find(path, memory)
        } throws: { error in
            (error as? ReloadError)?.code == .stalePidFile
        }
        try TestFiles.write("\(again.processID)\n", to: path)
        try runProgram(["touch", "-d", "1 hour ago", path]).succeeded()
        #expect(try find(path, memory) == again.processID)
    }

    @Test("a file that is older than the process with its number is stale")
    func reused() throws {
        let program = try start(["sleep", "600"])
        defer { program.stop() }
        let path = "\(Scratch.directory)/pid"
        try TestFiles.write("\(program.processID)\n", to: path)
        try runProgram(["touch", "-d", "1 minute ago", path]).succeeded()
        #expect {
            _ = try find(path)
        } throws: { error in
            (error as? ReloadError)?.code == .stalePidFile
                && "\(error)".contains("was started after the file was written")
        }
    }
}

@Suite("Permission", .timeLimit(.minutes(1)))
struct PermissionTests {
    @Test(
        "a process of another user is refused with the user that would be needed",
        .enabled(if: geteuid() == 0, "needs root"))
    func otherUser() async {
        await #expect(processExitsWith: .success) {
            let log = "/dev/shm/\(uniqueName("log"))"
            let program = try BackgroundProgram(["sleep", "600"], log: log)
            unsafe unlink(log)
            let entry = try #require(try ProcessEntry.read(program.processID, .all))
            let held = try #require(try HeldProcess(entry))
            try held.checkPermission()
            #expect(setuid(65534) == 0)
            #expect {
                try held.checkPermission()
            } throws: { error in
                "\(error)".hasSuffix(
                    "the target runs as uid 0, we are uid 65534; run the sidecar with that uid or CAP_KILL")
            }
            program.stop()
        }
    }

    @Test("root may signal a process of another user", .scratch, .enabled(if: geteuid() == 0, "needs root"))
    func asRoot() throws {
        let program = try start(["setpriv", "--reuid=65534", "--clear-groups", "sleep", "600"])
        defer { program.stop() }
        try waitUntil("it has become another user") {
            try ProcessEntry.read(program.processID, .all)?.userID == 65534
        }
        let entry = try #require(try ProcessEntry.read(program.processID, .all))
        let held = try #require(try HeldProcess(entry))
        try held.checkPermission()
        #expect(held.entry.userID == 65534)
    }
}
