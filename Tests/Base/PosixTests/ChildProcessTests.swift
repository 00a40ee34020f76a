import Glibc
import Posix
import Testing

@Suite("Child processes", .timeLimit(.minutes(1)))
struct ChildProcessTests {
    private func run(_ command: Command) throws -> CommandResult {
        try runCommand(command, deadline: .after(.seconds(20)))
    }

    @Test("a child has the three standard descriptors and no other")
    func descriptors() throws {
        // One that is not closed on exec, as a careless library would open it.
        let leaked = dup(1)
        defer { close(leaked) }
        let result = try run(shell("ls -1 /proc/$$/fd"))
        #expect(result.output.text == "0\n1\n2\n")
    }

    @Test("a child has no signal blocked or ignored, whatever its parent does")
    func signals() async {
        await #expect(processExitsWith: .success) {
            var blocked = sigset_t()
            unsafe sigfillset(&blocked)
            unsafe pthread_sigmask(SIG_BLOCK, &blocked, nil)
            signal(SIGHUP, SIG_IGN)
            let result = try runCommand(
                Command("/bin/cat", ["/proc/self/status"], environment: [:]), deadline: .after(.seconds(20)))
            var seen = 0
            for line in result.output.text.split(separator: "\n") {
                if line.hasPrefix("SigBlk:") || line.hasPrefix("SigIgn:") {
                    seen += 1
                    // Signals 32 and 33 are the C library's own, which it handles again in every program.
                    if !line.hasSuffix("\t0000000000000000") && !line.hasSuffix("\t0000000180000000") { exit(2) }
                }
            }
            exit(seen == 2 ? 0 : 3)
        }
    }

    @Test("whoever started us with SIGCHLD ignored does not make us lose how children end")
    func ignoredChildSignal() async {
        await #expect(processExitsWith: .success) {
            signal(SIGCHLD, SIG_IGN)
            let result = try runCommand(
                Command("/bin/sh", ["-c", "exit 7"], environment: [:]), deadline: .after(.seconds(20)))
            exit(result.status == .exited(7) ? 0 : 1)
        }
    }

    @Test("a child leads a process group of its own")
    func group() throws {
        let child = try ChildProcess(shell("sleep 60"), output: .null, error: .null)
        #expect(getpgid(child.processID) == child.processID)
        #expect(!child.hasEnded)
        child.close()
        #expect(child.hasEnded)
    }

    @Test("a child gets the environment and the directory that were named and nothing else")
    func surroundings() async throws {
        try await withScratch { directory in
            var command = shell("pwd; env", directory: directory)
            command.environment = ["PATH": "/usr/bin:/bin", "A": "1", "B": "x=y"]
            command.environment["A"] = "2"
            let lines = try run(command).output.text.split(separator: "\n").map(String.init)
            #expect(lines.first == (try Files.resolve(directory)))
            let variables = lines.dropFirst().filter { !$0.hasPrefix("PWD=") && !$0.hasPrefix("_=") }
            #expect(variables.sorted() == ["A=2", "B=x=y", "PATH=/usr/bin:/bin"])
        }
    }

    @Test("our environment is handed on without the removed names")
    func inherited() {
        unsafe setenv("GITSYNC_TEST_SECRET", "hunter2", 1)
        unsafe setenv("GITSYNC_TEST_OPEN", "shown", 1)
        let environment = Environment.current(removing: ["GITSYNC_TEST_SECRET"])
        #expect(environment["GITSYNC_TEST_SECRET"] == nil)
        #expect(environment["GITSYNC_TEST_OPEN"] == "shown")
        #expect(environment["PATH"] != nil)
    }

    @Test("a program without a slash is found in the PATH of its own environment")
    func lookup() throws {
        #expect(try run(Command("true", environment: ["PATH": "/nowhere:/usr/bin:/bin"])).isSuccess)
        #expect(throws: SystemError(code: ENOENT, operation: "run true")) {
            try run(Command("true", environment: ["PATH": "/nowhere"]))
        }
    }

    @Test("a program that cannot be run is named, with what is in the way")
    func cannotRun() async throws {
        try await withScratch { directory in
            let plain = "\(directory)/plain"
            let orphan = "\(directory)/orphan"
            let blank = "\(directory)/blank"
            try AtomicFile.write(Array("#!/bin/sh\n".utf8), to: plain, mode: 0o644)
            try AtomicFile.write(Array("#!/no/such/interpreter\n".utf8), to: orphan, mode: 0o755)
            try AtomicFile.write(Array("echo hello\n".utf8), to: blank, mode: 0o755)
            func text(_ command: Command) -> String {
                do {
                    return try run(command).reason
                } catch {
                    return "\(error)"
                }
            }
            #expect(
                text(Command("/no/such", environment: [:])) == "cannot run /no/such: no such file or directory")
            #expect(
                text(Command(plain, environment: [:]))
                    == "cannot run \(plain) (is it executable?): permission denied")
            #expect(
                text(Command(orphan, environment: [:]))
                    == "cannot run \(orphan) (is the interpreter in its first line installed?): "
                    + "no such file or directory")
            #expect(
                text(Command(blank, environment: [:]))
                    == "cannot run \(blank) (does a script begin with `#!`?): exec format error")
            #expect(
                text(Command("/bin/true", environment: [:], directory: "\(directory)/gone"))
                    == "cannot run /bin/true in \(directory)/gone: no such file or directory")
            #expect(
                text(Command("/bin/true", environment: [:], directory: plain))
                    == "cannot run /bin/true in \(plain): not a directory")
            #expect(
                text(Command("/bin/true", ["a\0b"], environment: [:]))
                    == "cannot run /bin/true with a zero byte in an argument or variable: invalid argument")
        }
    }

    @Test("how a process ended is said in words")
    func words() throws {
        #expect(try run(shell("kill -9 $$")).status == .signalled(9))
        #expect(ExitStatus.signalled(9).description == "ended by signal 9 (killed)")
        #expect(ExitStatus.exited(1).description == "exited with code 1")
    }

    @Test("a child that is dropped is killed and reaped; no descriptor and no zombie stays")
    func nothingLeaks() async {
        await #expect(processExitsWith: .success) {
            // What the first run opens for good, and the collector's own, is not a leak.
            _ = try runCommand(Command("/bin/true", environment: [:]), deadline: .after(.seconds(20)))
            let before = try ProcessFigures.openDescriptors()
            for round in 0..<20 {
                switch round % 5 {
                case 0: _ = try ChildProcess(Command("/bin/sleep", ["60"], environment: [:]), input: .pipe)
                case 1: _ = try? ChildProcess(Command("/no/such", environment: [:]), input: .pipe)
                case 2:
                    _ = try runCommand(
                        Command("/bin/sleep", ["60"], environment: [:]), input: [1], deadline: .after(.milliseconds(20))
                    )
                case 3: _ = try runCommand(Command("/bin/true", environment: [:]), deadline: .after(.seconds(20)))
                default: _ = try ChildConversation(Command("/bin/cat", environment: [:]))
                }
            }
            let after = try ProcessFigures.openDescriptors()
            // ECHILD: there is no child left, not even a zombie.
            let reaped = waitpid(-1, nil, WNOHANG)
            if reaped != -1 || errno != ECHILD { exit(2) }
            // Each kind of run came four times; the runtime may open one or two of its own meanwhile.
            exit(after < before + 4 ? 0 : 3)
        }
    }

    @Test("orphans are reaped, own children are left to whoever waits for them")
    func orphans() async {
        await #expect(processExitsWith: .success) {
            let own = try ChildProcess(Command("/bin/sh", ["-c", "exit 5"], environment: [:]))
            // A child that nobody here knows about, as orphans are for PID 1.
            var orphan: Int32 = 0
            var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("/bin/true"), nil]
            if unsafe posix_spawn(&orphan, "/bin/true", nil, nil, &arguments, nil) != 0 { exit(4) }
            // The own child must be waited for first: the system shows only the first zombie.
            guard try own.wait(.after(.seconds(20))) == .exited(5) else { exit(2) }
            let deadline = Deadline.after(.seconds(20))
            while reapOrphans() == 0 {
                if deadline.remaining == .zero { exit(3) }
                try deadline.pause(.milliseconds(5))
            }
            exit(0)
        }
    }
}
