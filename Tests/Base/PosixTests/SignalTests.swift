import Glibc
import Posix
import Testing

@Suite("Signals", .timeLimit(.minutes(1)))
struct SignalTests {
    @Test("a pipe that nobody reads is an error and not the end of the process")
    func brokenPipe() async {
        await #expect(processExitsWith: .success) {
            ignoreBrokenPipes()
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
