import Posix
import TestSupport
import Testing

@Suite("Running commands", .timeLimit(.minutes(1)))
struct RunCommandTests {
    private func soon(_ seconds: Int = 20) -> Deadline { .after(.seconds(seconds)) }

    @Test("output, errors and exit code come back", arguments: [0, 3, 255])
    func result(code: Int) throws {
        let result = try runCommand(shell("echo out; echo err >&2; exit \(code)"), deadline: soon())
        #expect(result.status == .exited(Int32(code)))
        #expect(result.isSuccess == (code == 0))
        #expect(result.output.text == "out\n")
        #expect(result.errorOutput.text == "err\n")
        #expect(result.reason == "exited with code \(code)")
    }

    @Test("combined streams keep the order of writing")
    func combined() throws {
        let result = try runCommand(
            shell("echo 1; echo 2 >&2; echo 3; echo 4 >&2"), deadline: soon(), combined: true)
        #expect(result.output.text == "1\n2\n3\n4\n")
        #expect(result.errorOutput.total == 0)
    }

    @Test("input larger than any pipe goes through cat without a deadlock")
    func input() throws {
        let input = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var received: [UInt8] = []
        let result = try runCommand(
            Command("/bin/cat", environment: [:]), input: input, deadline: soon(),
            onOutput: { _, bytes in for index in bytes.indices { received.append(bytes[index]) } })
        #expect(result.isSuccess)
        #expect(received == input)
    }

    @Test("a command that does not read its input does not end us")
    func unreadInput() throws {
        let result = try runCommand(
            shell("exec <&-; echo done"), input: [UInt8](repeating: 1, count: 1_000_000), deadline: soon())
        #expect(result.output.text == "done\n")
        #expect(result.isSuccess)
    }

    @Test("lines come whole, the last one without its line end, too")
    func lines() throws {
        var lines: [String] = []
        _ = try runCommand(
            shell("printf 'one\\r\\ntw'; sleep 0.05; printf 'o\\n\\nlast'"), deadline: soon(),
            onLine: { stream, line in
                #expect(stream == .output)
                lines.append(line)
            })
        #expect(lines == ["one", "two", "", "last"])
    }

    @Test("at the deadline the whole group ends, grandchildren that ignore SIGTERM included")
    func timeoutKillsGrandchildren() throws {
        let clock = TestClock()
        var lines = 0
        let result = try runCommand(
            shell("trap '' TERM; (trap '' TERM; echo $$; sleep 60) & echo $!; sleep 60; sleep 60"),
            deadline: clock.deadline(.seconds(60)), grace: .milliseconds(200),
            onLine: { _, _ in
                lines += 1
                if lines == 2 { clock.advance(by: .seconds(60)) }
            })
        #expect(result.interruption == .timeout)
        #expect(result.status == .signalled(9))
        #expect(result.reason == "timed out")
        let processes = result.output.text.split(separator: "\n").compactMap { Int($0) }
        #expect(processes.count == 2)
        for process in processes { #expect(try eventually { !isAlive(process) }) }
    }

    @Test("a command that obeys SIGTERM may say its last words")
    func grace() throws {
        let clock = TestClock()
        let result = try runCommand(
            shell("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done"),
            deadline: clock.deadline(.seconds(60)), grace: .seconds(10),
            onLine: { _, _ in clock.advance(by: .seconds(60)) })
        #expect(result.interruption == .timeout)
        #expect(result.status == .exited(7))
        #expect(result.output.text == "ready\nbye\n")
    }

    @Test("a grandchild that keeps the pipe open does not hold us, and is killed")
    func heldPipe() throws {
        let result = try runCommand(shell("sleep 60 & echo $!"), deadline: soon())
        #expect(result.isSuccess)
        let process = try #require(Int(result.output.text.dropLast()))
        #expect(try eventually { !isAlive(process) })
    }

    @Test("a grandchild that keeps writing does not hold us either")
    func heldAndFlooded() throws {
        let result = try runCommand(shell("yes & exit 4"), deadline: soon(), outputLimit: 1000)
        #expect(result.status == .exited(4))
        #expect(result.interruption == nil)
    }

    @Test("calling off wakes the wait at once, from another thread")
    func cancelled() throws {
        let cancellation = try Cancellation()
        let canceller = try cancelSoon(cancellation)
        let result = try runCommand(
            Command("/bin/sleep", ["60"], environment: [:]),
            deadline: .after(.seconds(60), cancellation: cancellation))
        #expect(result.interruption == .cancelled)
        #expect(result.status == .signalled(15))
        #expect(result.reason == "was cancelled")
        canceller.join()
    }

    @Test("of 100 MB of output only the first and last parts are kept, with a mark")
    func flood() throws {
        let before = try ProcessFigures.current().residentBytes
        let result = try runCommand(
            shell("echo first; head -c 100000000 /dev/zero; echo last"), deadline: soon(50), outputLimit: 1000)
        let after = try ProcessFigures.current().residentBytes
        #expect(result.isSuccess)
        #expect(result.output.total == 100_000_011)
        #expect(result.output.leftOut == 100_000_011 - 1000)
        #expect(result.output.text.hasPrefix("first\n"))
        #expect(result.output.text.contains("\n… 99999011 bytes left out …\n"))
        #expect(result.output.text.hasSuffix("last\n"))
        #expect(result.output.bytes.count < 1100)
        #expect(after < before + 50_000_000)
    }

    @Test("an endless flood ends at the deadline")
    func endlessFlood() throws {
        let clock = TestClock()
        let result = try runCommand(
            Command("/usr/bin/yes", environment: [:]), deadline: clock.deadline(.seconds(60)), outputLimit: 100,
            onOutput: { _, bytes in clock.advance(by: .milliseconds(bytes.count)) })
        #expect(result.interruption == .timeout)
        #expect(result.output.total >= 60_000)
    }

    @Test("what runs long is told once, and goes on; what is over before, or at its deadline, is not")
    func longRun() throws {
        let directory = try TestFiles.makeTemporaryDirectory("run")
        defer { try? TestFiles.remove(directory) }
        // It waits for what only whoever is told does.
        var told = 0
        let waiting = shell("until [ -e \(directory)/go ]; do sleep 0.01; done; echo done")
        let result = try runCommand(
            waiting, deadline: soon(),
            longRun: (
                .milliseconds(20),
                {
                    told += 1
                    try? TestFiles.write("", to: directory + "/go")
                }
            ))
        #expect(result.output.text == "done\n")
        #expect(told == 1)
        _ = try runCommand(shell("true"), deadline: soon(), longRun: (.seconds(60), { told += 1 }))
        let clock = TestClock()
        let late = try runCommand(
            Command("/usr/bin/yes", environment: [:]), deadline: clock.deadline(.seconds(1)), outputLimit: 100,
            longRun: (.seconds(60), { told += 1 }),
            onOutput: { _, bytes in clock.advance(by: .milliseconds(bytes.count)) })
        #expect(late.interruption == .timeout)
        #expect(told == 1)
    }
}
