import Posix
import Telemetry
import TestSupport
import Testing

@testable import Sidecar

@Suite("Progress on our own terminal", .scratch, .timeLimit(.minutes(1)))
struct MeterTests {
    private func report(_ line: StatusLine?, until condition: () -> Bool) throws -> [String] {
        let status = Status()
        let log = LogCollector()
        let narrator = Narrator(status, Events(status, StatusReport(facts: Facts())), Logger(log.sink), line)
        narrator.begin(1, isOrdered: false)
        let meter = narrator.meter(.fetch, unit: "objects", logging: "fetching")
        var done = 0
        try waitUntil("something is reported") {
            done += 1
            meter.report(done, of: 1_000_000)
            return condition()
        }
        narrator.end(.fetch, after: .seconds(1), nil, quietly: false)
        return log.messages
    }

    @Test("a long stage has a bar there, which goes at its end, and no lines in the log")
    func bar() throws {
        let path = Scratch.directory + "/terminal"
        let file = try FileDescriptor.open(path, .write, [.create])
        let messages = try report(StatusLine(file.number)) { (try? TestFiles.text(path))?.isEmpty == false }
        let text = try TestFiles.text(path)
        #expect(text.hasPrefix("\rfetch    [....................."), "\(text)")
        #expect(text.contains("of 1,000,000 objects"), "\(text)")
        #expect(text.hasSuffix("\r\u{1b}[K"))
        #expect(messages == [])
    }

    @Test("without a terminal there are lines in the log")
    func lines() throws {
        let start = ContinuousClock.now
        let messages = try report(nil) { ContinuousClock.now - start > .seconds(6) }
        #expect(messages == ["fetching"])
    }
}
