import GitObjects
import JSON
import Posix
import Telemetry
import Testing

@testable import HTTPServer
@testable import Sidecar

@Suite("What listeners hear")
struct NarratorTests {
    private let status = Status()
    private let events: Events
    private let narrator: Narrator

    init() {
        events = Events(status, StatusReport(facts: Facts()))
        narrator = Narrator(status, events, .silent)
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

    private func look() {
        narrator.begin(.resolve, quietly: false)
        narrator.end(.resolve, after: .milliseconds(1), nil, quietly: false)
    }

    @Test("an attempt that finds nothing is not heard of")
    func quiet() throws {
        let stream = try #require(events.listen())
        #expect(heard(stream) == ["status"])
        narrator.begin(1, isOrdered: false)
        look()
        narrator.end(.unchanged(try commit))
        #expect(heard(stream) == [])
        #expect(status.now.work == nil)
        #expect(status.now.attempt == 1)
    }

    @Test("an attempt that somebody asked for is heard of to its end, even when it finds nothing")
    func ordered() throws {
        let stream = try #require(events.listen())
        _ = heard(stream)
        narrator.begin(1, isOrdered: true)
        look()
        narrator.end(.unchanged(try commit))
        #expect(heard(stream).filter { $0 != "status" } == ["stage resolve started", "stage resolve ended", "attempt"])
    }

    @Test("when there is news, what was kept back is told first")
    func news() throws {
        let stream = try #require(events.listen())
        _ = heard(stream)
        narrator.begin(1, isOrdered: false)
        look()
        narrator.speak(of: try commit, isNews: true)
        narrator.begin(.fetch, quietly: false)
        narrator.end(.fetch, after: .zero, nil, quietly: false)
        // Parts that are not worth a word, unless they fail.
        narrator.begin(.publish, quietly: true)
        narrator.end(.publish, after: .zero, nil, quietly: true)
        narrator.begin(.publish, quietly: true)
        let failure = StageError(stage: .publish, cause: ChoiceError(description: "no"))
        narrator.end(.publish, after: .zero, failure, quietly: true)
        narrator.end("failed", nil, failure, isQuiet: false)
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
        narrator.begin(.keep, quietly: false)
        narrator.end(.keep, after: .zero, nil, quietly: false)
        #expect(heard(stream) == [])
    }

    @Test("the same status is not said twice, and a new listener hears it at once")
    func changes() throws {
        let first = try #require(events.listen())
        events.statusChanged()
        _ = heard(first)
        events.statusChanged()
        #expect(heard(first) == [])
        status.update { $0.failures = 1 }
        events.statusChanged()
        #expect(heard(first) == ["status"])
        let second = try #require(events.listen())
        #expect(heard(second) == ["status"])
    }

    @Test("progress is told a few times a second however often it is reported, and stands in the status")
    func progress() throws {
        let stream = try #require(events.listen())
        _ = heard(stream)
        narrator.begin(1, isOrdered: true)
        narrator.begin(.fetch, quietly: false)
        let meter = narrator.meter(.fetch, unit: "objects", logging: "fetching")
        meter.report(1, of: 100)
        #expect(status.now.work?.progress == nil, "what is over soon is not worth a word")
        let end = ContinuousClock.now.advanced(by: .milliseconds(700))
        var reports = 1
        while ContinuousClock.now < end {
            reports += 1
            meter.report(reports, of: 1_000_000_000)
        }
        let told = heard(stream).count { $0 == "stage fetch progress" }
        #expect(told >= 1 && told <= 2, "\(told) of \(reports)")
        #expect(status.now.work?.progress?.unit == "objects")
        narrator.begin(.stage, quietly: false)
        #expect(status.now.work?.progress == nil)
    }
}
