import Deployment
import GitObjects
import JSON
import Posix
import Telemetry
import TestSupport
import Testing

@testable import HTTPServer
@testable import Sidecar

@Suite("What event subscribers get")
final class ProgressReporterTests {
    private let status = Status()
    private let events: Events
    private let reporter: ProgressReporter
    private var state = DeploymentState()

    init() {
        events = Events(status, StatusReport(info: SidecarInfo()))
        reporter = ProgressReporter(events)
    }

    private func record(_ facts: Fact...) {
        for fact in facts {
            state.apply(fact, at: .now)
            status.take(fact, state, at: .now)
            reporter.take(fact, state, at: .now)
        }
    }

    private func run(_ stage: Stage, isPart: Bool = false) {
        record(.stageBegan(stage, isPart: isPart), .stageEnded(stage, after: .milliseconds(1), isPart: isPart))
    }

    private var commit: ObjectID {
        get throws { try #require(ObjectID(String(repeating: "1", count: 40))) }
    }

    /// The names of the events that a listener has not taken yet, those of stages with stage and state.
    private func heard(_ stream: EventStream) -> [String] {
        let text = unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 1) { buffer in
            unsafe String(decoding: buffer.prefix(stream.take(into: buffer) ?? 0), as: UTF8.self)
        }
        var names: [String] = []
        var name = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
            guard line.hasPrefix("data: "), let data = try? JSONValue.read(String(line.dropFirst(6))) else { continue }
            let stage = data["stage"]?.string.map { " \($0)" } ?? ""
            let state = data["state"]?.string.map { " \($0)" } ?? ""
            names.append(name == "stage" ? name + stage + state : name)
        }
        return names
    }

    @Test("an attempt that finds nothing is not heard of")
    func quiet() throws {
        let stream = try #require(events.listen())
        #expect(heard(stream) == ["status"])
        record(.attemptBegan(1, isOrdered: false))
        run(.resolve)
        record(.attemptEnded(.unchanged(try commit), after: .zero))
        #expect(heard(stream) == [])
        #expect(status.now.state.work == nil)
        #expect(status.now.state.attempt == 1)
    }

    @Test("an attempt that somebody asked for is heard of to its end, even when it finds nothing")
    func ordered() throws {
        let stream = try #require(events.listen())
        _ = heard(stream)
        record(.attemptBegan(1, isOrdered: true))
        run(.resolve)
        record(.attemptEnded(.unchanged(try commit), after: .zero))
        #expect(heard(stream).filter { $0 != "status" } == ["stage resolve started", "stage resolve ended", "attempt"])
    }

    @Test("when there is news, what was kept back is told first")
    func news() throws {
        let stream = try #require(events.listen())
        _ = heard(stream)
        record(.attemptBegan(1, isOrdered: false))
        run(.resolve)
        record(.commitFound(try commit, isNew: true))
        run(.fetch)
        // Parts that are not worth a word, unless they fail.
        run(.publish, isPart: true)
        let failure = StageError(.publish, Failure("no"))
        record(
            .stageBegan(.publish, isPart: true), .stageFailed(failure, after: .zero),
            .attemptEnded(.failed(failure), after: .zero))
        #expect(
            heard(stream).filter { $0 != "status" } == [
                "stage resolve started", "stage resolve ended", "stage fetch started", "stage fetch ended",
                "stage publish failed", "attempt",
            ])
    }

    @Test("work outside an attempt, such as looking after the live release, is not heard of")
    func outside() throws {
        let stream = try #require(events.listen())
        _ = heard(stream)
        run(.keep)
        #expect(heard(stream) == [])
    }

    @Test("the same status is not said twice, and a new listener hears it at once")
    func changes() throws {
        let first = try #require(events.listen())
        events.statusChanged()
        _ = heard(first)
        events.statusChanged()
        #expect(heard(first) == [])
        status.change { $0.failures = 1 }
        events.statusChanged()
        #expect(heard(first) == ["status"])
        let second = try #require(events.listen())
        #expect(heard(second) == ["status"])
    }

    @Test("progress is told a few times a second however often it is reported, and stands in the status")
    func progress() throws {
        let stream = try #require(events.listen())
        _ = heard(stream)
        record(.attemptBegan(1, isOrdered: true))
        record(.stageBegan(.fetch, isPart: false))
        let clock = TestClock(runs: false)
        let progress = StageProgress(
            .fetch, unit: "objects", logging: "fetching", status: status, events: events, logger: .silent,
            statusLine: nil, clock: clock)
        progress.report(1, of: 100)
        #expect(status.now.progress == nil, "what is over soon is not worth a word")
        var reports = 1
        while clock.elapsed < .milliseconds(700) {
            clock.advance(by: .milliseconds(1))
            reports += 1
            progress.report(reports, of: 1_000_000_000)
        }
        let told = heard(stream).count { $0 == "stage fetch progress" }
        #expect(told == 2, "\(told) of \(reports)")
        #expect(status.now.progress?.unit == "objects")
        record(.stageBegan(.stage, isPart: false))
        #expect(status.now.progress == nil)
    }
}
