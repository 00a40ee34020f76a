import GitObjects
import JSON
import Posix
import Testing

@testable import Deployment

@Suite("Recorder")
struct RecorderTests {
    /// Keeps in order what it is told.
    private final class Log: StateStorage, JournalStorage, Projection, Deployment.Clock, @unchecked Sendable {
        let lines = Locked<[String]>([])
        let failures = Locked(0)
        let saved = Locked<DeploymentState?>(nil)
        let isFull = Locked(false)
        let journal = Locked<[DeploymentRecord]>([])

        func append(_ record: DeploymentRecord) throws(Failure) {
            if isFull.withLock({ $0 }) { throw Failure("no space for the journal") }
            lines.withLock { $0.append("written") }
            journal.withLock { $0.append(record) }
        }

        func save(_ state: DeploymentState) throws(Failure) {
            let fails = failures.withLock { count in
                defer { count = max(0, count - 1) }
                return count > 0
            }
            lines.withLock { $0.append(fails ? "not saved" : "saved") }
            if fails { throw Failure("no space") }
            saved.withLock { $0 = state }
        }

        func take(_ fact: Fact, _ state: DeploymentState, at moment: Moment) {
            let name = String(describing: fact).prefix { $0 != "(" }
            lines.withLock { $0.append("\(name) \(state.heldBack.count) \(state.intent == nil ? "-" : "intent")") }
        }

        func saveProblemChanged(_ problem: String?) { lines.withLock { $0.append(problem ?? "no problem") } }

        var now: Moment { .now }
        func deadline(_ limit: Duration) -> Deadline { .after(limit) }
        var isCancelled: Bool { false }
        var told: [String] { lines.withLock { $0 } }
    }

    private let info = CommitInfo(commit: World.commit(1), reference: "main", subject: "")

    private func recorder(_ log: Log) -> Recorder {
        Recorder(DeploymentState(), storage: log, journal: log, projections: [log], clock: log)
    }

    private var heldBack: Fact {
        .heldBack(HeldBack(commit: info.commit, stage: .confirm, reason: "", output: "", time: .now()))
    }

    @Test("what must survive is on the disk before anybody is told; nothing else is written")
    func order() {
        let log = Log()
        let recorder = recorder(log)
        recorder.record(.intended(Intent(info)))
        recorder.record(.remoteHas(info.commit))
        #expect(log.told == ["saved", "intended 0 intent", "remoteHas 0 intent"])
        #expect(log.saved.withLock { $0 }?.intent == Intent(info))
    }

    @Test("a verdict is in the journal before the state forgets that it is to come, and several facts are saved as one")
    func verdict() {
        let log = Log()
        let recorder = recorder(log)
        let record = DeploymentRecord(info, .rejected, at: .validate, time: .now())
        recorder.record(.deploymentEnded(record), heldBack, .intended(Intent(info)))
        #expect(
            log.told == [
                "deploymentEnded 0 -", "heldBack 1 -", "intended 1 intent", "written", "journaled 1 intent", "saved",
            ])
    }

    @Test("a failed deployment is told and changes nothing that is kept")
    func failed() {
        let log = Log()
        recorder(log).record(.deploymentEnded(DeploymentRecord(info, .failed, at: .confirm, time: .now())))
        #expect(log.told == ["deploymentEnded 0 -", "written", "journaled 0 -"])
    }

    @Test("a state that could not be written is written again, and everybody is told once")
    func retry() {
        let log = Log()
        log.failures.withLock { $0 = 3 }
        let recorder = recorder(log)
        recorder.record(.abandoned(info.commit))
        #expect(log.told == ["not saved", "no space", "abandoned 0 -"])
        recorder.retrySaving()
        #expect(throws: Failure.self) { try recorder.makeDurable() }
        #expect(log.told.suffix(2) == ["not saved", "not saved"])
        recorder.retrySaving()
        #expect(log.told.suffix(2) == ["saved", "no problem"])
        let count = log.told.count
        recorder.retrySaving()
        #expect(log.told.count == count)
    }

    @Test("lines that cannot be written outlive the process, and are in the journal once and in their order later")
    func unwrittenLines() throws {
        let log = Log()
        log.isFull.withLock { $0 = true }
        let recorder = recorder(log)
        let records = (1...3).map { number in
            DeploymentRecord(
                CommitInfo(commit: World.commit(number), reference: "main", subject: "s"), .rejected, at: .validate,
                time: Timestamp(seconds: 1_700_000_000), reason: "why", output: "words",
                durations: [StageDuration(stage: .stage, duration: .milliseconds(1500))])
        }
        recorder.record(.deploymentEnded(records[0]))
        recorder.record(.deploymentEnded(records[1]))
        #expect(log.told.filter { $0 == "no space for the journal" }.count == 1)
        #expect(log.journal.withLock { $0 }.isEmpty)

        // The process ends here, and another begins with what is on the disk.
        let kept = try #require(log.saved.withLock { $0 })
        let next = Recorder(
            try DeploymentState(json: JSONValue.read(kept.json.text)), storage: log, journal: log, projections: [log],
            clock: log)
        next.retrySaving()
        log.isFull.withLock { $0 = false }
        next.record(.deploymentEnded(records[2]))
        #expect(log.journal.withLock { $0 } == records)
        #expect(log.told.last == "saved" && log.told.contains("no problem"))
        #expect(log.saved.withLock { $0 }?.unwrittenLines == [])
        next.retrySaving()
        #expect(log.journal.withLock { $0 } == records)
    }

    @Test("a line that is written at last is not written again by the next process")
    func writtenOnce() throws {
        let log = Log()
        log.isFull.withLock { $0 = true }
        let recorder = recorder(log)
        recorder.record(.deploymentEnded(DeploymentRecord(info, .rejected, at: .validate, time: .now())))
        #expect(log.saved.withLock { $0 }?.unwrittenLines.count == 1)
        log.isFull.withLock { $0 = false }
        // Of this one alone a restart need not know.
        recorder.record(.deploymentEnded(DeploymentRecord(info, .failed, at: .confirm, time: .now())))
        #expect(log.journal.withLock { $0 }.count == 2)
        #expect(log.saved.withLock { $0 }?.unwrittenLines == [])
    }

    @Test("lines that cannot be written do not fill the memory")
    func unwrittenBound() {
        let log = Log()
        log.isFull.withLock { $0 = true }
        let recorder = recorder(log)
        for _ in 1...(DeploymentState.mostUnwrittenLines + 5) {
            recorder.record(.deploymentEnded(DeploymentRecord(info, .failed, at: .confirm, time: .now())))
        }
        #expect(recorder.state.unwrittenLines.count == DeploymentState.mostUnwrittenLines)
    }

    @Test("an intent is on the disk when that is asked for, written beside the work or again")
    func begin() throws {
        for failures in 0...1 {
            let log = Log()
            log.failures.withLock { $0 = failures }
            let recorder = recorder(log)
            recorder.begin(Intent(info))
            try recorder.makeDurable()
            #expect(log.saved.withLock { $0 }?.intent == Intent(info))
            #expect(log.told.count { $0 == "saved" } == 1)
        }
        let log = Log()
        log.failures.withLock { $0 = 2 }
        let recorder = recorder(log)
        recorder.begin(Intent(info))
        #expect(throws: Failure("cannot remember what is about to be published: no space; make room on the volume")) {
            try recorder.makeDurable()
        }
    }
}
