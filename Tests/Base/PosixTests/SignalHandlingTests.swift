import Glibc
import Posix
import Testing

@Suite("What processes do with signals")
struct SignalHandlingTests {
    /// What a program does with signals once it has made the file that it gets as its last argument.
    private func handling(_ program: String, _ option: String, _ code: String) async throws -> SignalHandling {
        try await withScratch { directory in
            let ready = directory + "/ready"
            let child = try ChildProcess(
                Command(program, [option, code, ready], environment: ["PATH": "/usr/bin:/bin"]), input: .pipe,
                output: .null, error: .null)
            defer { child.close() }
            let deadline = Deadline.after(.seconds(10))
            while try Files.statusIfPresent(ready) == nil { try deadline.pause(.milliseconds(5)) }
            let found = try ProcessDirectory.open(child.processID)?.signalHandling()
            return try #require(found)
        }
    }

    @Test(
        "a process is ended by what it neither handles nor ignores, and by no signal that is gentle",
        arguments: [
            ("", [SIGHUP, SIGTERM, SIGUSR1], [SIGCHLD, SIGCONT, SIGWINCH, SIGSTOP, 0]),
            ("trap : HUP; ", [SIGUSR1], [SIGHUP]), ("trap '' HUP; ", [SIGUSR1], [SIGHUP]),
        ])
    func ends(trap: String, ended: [Int32], spared: [Int32]) async throws {
        let handling = try await handling("/bin/sh", "-c", #"\#(trap): > "$0"; read -r line"#)
        for signal in ended { #expect(handling.effect(of: signal) == .ends) }
        for signal in spared { #expect(handling.effect(of: signal) == .harmless) }
    }

    @Test("one that holds a signal back has it waiting")
    func waits() async throws {
        let code = """
            import signal, sys
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
            open(sys.argv[1], 'w')
            sys.stdin.read()
            """
        let handling = try await handling("python3", "-c", code)
        #expect(handling.effect(of: SIGHUP) == .waits)
        #expect(handling.effect(of: SIGUSR1) == .ends)
    }
}
