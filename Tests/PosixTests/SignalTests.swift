import Glibc
import Posix
import Testing

@Suite("Signals", .timeLimit(.minutes(1)))
struct SignalTests {
    @Test("signals reach the stream instead of ending the process, beside threads of our own")
    func stream() async {
        await #expect(processExitsWith: .success) {
            let executor = try ThreadExecutor(name: "idle")
            let stream = await SignalStream([.hangUp, .terminate, .user1])
            var expected: [Signal] = []
            var iterator = stream.signals.makeAsyncIterator()
            for round in 0..<300 {
                let signal = [Signal.hangUp, .terminate, .user1][round % 3]
                kill(getpid(), signal.number)
                expected.append(signal)
                if await iterator.next() != signal { exit(2) }
            }
            withExtendedLifetime(executor) {}
            exit(0)
        }
    }

    @Test("a pipe that nobody reads is an error and not the end of the process")
    func brokenPipe() async {
        await #expect(processExitsWith: .success) {
            _ = await SignalStream([.terminate])
            var ends: [Int32] = [0, 0]
            if unsafe pipe(&ends) != 0 { exit(2) }
            close(ends[0])
            let end = FileDescriptor(taking: ends[1])
            do throws(SystemError) {
                try end.writeAll([1])
            } catch {
                exit(error.code == EPIPE ? 0 : 3)
            }
            exit(4)
        }
    }

    @Test("a signal is known by its names", arguments: ["HUP", "hup", "SIGHUP", "sighup"])
    func names(name: String) {
        #expect(Signal(named: name) == .hangUp)
        #expect(Signal.hangUp.description == "SIGHUP")
    }

    @Test("what is no signal has no number", arguments: ["", "SIG", "HUPP", "1"])
    func unknown(name: String) {
        #expect(Signal(named: name) == nil)
    }
}
