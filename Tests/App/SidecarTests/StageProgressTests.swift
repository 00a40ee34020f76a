import Deployment
import Posix
import Telemetry
import TestSupport
import Testing

@testable import Sidecar

@Suite("Progress on our own terminal", .scratch, .timeLimit(.minutes(1)))
struct StageProgressTests {
    /// Reports once every 100 ms for a time, and then the end of the stage; returns what was logged.
    private func report(_ line: StatusLine?, for time: Duration) -> [String] {
        let clock = TestClock(runs: false)
        let status = Status()
        let log = LogCollector()
        let events = Events(status, StatusReport(info: SidecarInfo()))
        let reporter = ProgressReporter(events, line)
        var state = DeploymentState()
        state.apply(.attemptBegan(1, isOrdered: false), at: .now)
        reporter.take(.attemptBegan(1, isOrdered: false), state, at: .now)
        let progress = StageProgress(
            .fetch, unit: "objects", logging: "fetching", status: status, events: events, logger: Logger(log.sink),
            statusLine: line, clock: clock)
        var done = 0
        while clock.elapsed < time {
            clock.advance(by: .milliseconds(100))
            done += 1
            progress.report(done, of: 1_000_000)
        }
        reporter.take(.stageEnded(.fetch, after: .seconds(1), isPart: false), state, at: .now)
        return log.messages
    }

    @Test("a long stage has a bar there, which goes at its end, and no lines in the log")
    func bar() throws {
        let path = Scratch.directory + "/terminal"
        let file = try FileDescriptor.open(path, .write, [.create])
        let messages = report(StatusLine(file.number), for: .seconds(1))
        let text = try TestFiles.text(path)
        #expect(text.hasPrefix("\rfetch    [....................."), "\(text)")
        #expect(text.contains("of 1,000,000 objects"), "\(text)")
        #expect(text.hasSuffix("\r\u{1b}[K"))
        #expect(messages == [])
    }

    @Test("without a terminal there are lines in the log")
    func lines() {
        let messages = report(nil, for: .seconds(6))
        #expect(messages == ["fetching"])
    }
}
