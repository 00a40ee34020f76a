import ControlAPI
import Deployment
import GitObjects
import JSON
import Posix
import Testing

@testable import Sidecar

@Suite("Status report")
struct StatusReportTests {
    private let status = Status()
    private let report = StatusReport(info: SidecarInfo(repository: "https://example.com/app.git", reference: "main"))

    private func commit(_ digit: Int) throws -> ObjectID {
        try #require(ObjectID(String(repeating: "\(digit)", count: 40)))
    }

    private func publish(_ digit: Int) throws {
        status.publish(try commit(digit))
    }

    private var condition: Status.Snapshot.Condition { status.now.condition }

    @Test("the condition is what a person wants to know first")
    func conditions() throws {
        #expect(condition == .empty)
        let (one, two) = (try commit(1), try commit(2))
        try publish(1)
        // Nobody knows yet what the remote has.
        #expect(condition == .stale)
        status.apply(.remoteHas(one))
        #expect(condition == .current)
        status.apply(.attemptBegan(2, isOrdered: false))
        #expect(condition == .current, "a look at the remote is no deployment")
        status.apply(.remoteHas(two))
        status.change { $0.work?.isNew = true }
        #expect(condition == .deploying)
        let held = HeldBack(commit: two, stage: .validate, reason: "bad", output: "", time: .now())
        status.change { state in
            state.work = nil
            state.heldBack = [held]
        }
        #expect(condition == .heldBack)
        status.change { $0.isFailing = true }
        #expect(condition == .stale)
        status.change { $0.live?.isConfirmed = false }
        #expect(condition == .unconfirmed)
        status.change { state in
            state.live?.isConfirmed = true
            state.isFailing = false
            state.heldBack = []
            state.apply(.remoteHas(one), at: .now)
            state.running = Running(commit: one, verdict: "stale", cause: "old files", time: .now())
        }
        #expect(condition == .unconfirmed, "the application was seen to run another")
    }

    @Test("the lag counts from the first commit that is not live, and ends when the remote's is")
    func lag() throws {
        #expect(status.now.lag() == .zero)
        let (one, two, three) = (try commit(1), try commit(2), try commit(3))
        status.apply(.remoteHas(one))
        #expect(status.now.state.behindSince != nil)
        try publish(1)
        #expect(status.now.state.behindSince == nil)
        status.apply(.remoteHas(two))
        let since = try #require(status.now.state.behindSince)
        status.apply(.remoteHas(three))
        #expect(status.now.state.behindSince == since)
        #expect(status.now.lag(at: since.advanced(by: .seconds(3))) == .seconds(3))
        // What is not the newest any more does not end it.
        try publish(2)
        #expect(status.now.state.behindSince == since)
        try publish(3)
        #expect(status.now.state.behindSince == nil)
        #expect(report.answer(status.now).json["lag"]?.integer == 0)
    }

    @Test("every field that the contract names is there, null where nothing is known")
    func fields() throws {
        let json = report.answer(status.now).json
        let names = [
            "version", "started", "now", "repository", "ref", "root", "link", "period", "condition", "remote",
            "published", "running", "lag", "deployment", "quarantine", "postponed", "failures", "last_failure",
            "attempt", "next_attempt",
        ]
        guard case .object(let members) = json else {
            Issue.record("no object")
            return
        }
        #expect(members.map(\.name) == names)
        for name in ["remote", "published", "running", "deployment", "postponed", "last_failure", "next_attempt"] {
            #expect(json[name] == .null, "\(name)")
        }
    }

    @Test("a look that finds nothing is no news; what changes for people is")
    func news() throws {
        try publish(1)
        let one = try commit(1)
        status.apply(.remoteHas(one))
        let before = report.answer(status.now).news
        status.apply(.attemptBegan(7, isOrdered: false), .remoteHas(one))
        status.setNextAttempt(.now)
        #expect(report.answer(status.now).news == before)
        status.change { $0.work?.isNew = true }
        #expect(report.answer(status.now).news != before)
        status.change { $0.work = nil }
        #expect(report.answer(status.now).news == before)
        let two = try commit(2)
        status.apply(.remoteHas(two))
        #expect(report.answer(status.now).news != before)
    }

    @Test(
        "durations are seconds, to the microsecond",
        arguments: [
            (Duration.zero, "0"), (.seconds(3), "3"), (.milliseconds(1500), "1.5"),
            (.nanoseconds(1_234_567), "0.001235"),
        ])
    func seconds(duration: Duration, text: String) {
        #expect(JSONValue(seconds: duration).text == text)
    }

    @Test(
        "times are moved over the second in both directions",
        arguments: [(0.25, 1, 750_000_000), (0.75, 2, 250_000_000), (-0.75, 0, 750_000_000), (-1.5, 0, 0)])
    func times(seconds: Double, whole: Int64, nanoseconds: Int32) {
        let moved = Timestamp(seconds: 1, nanoseconds: 500_000_000).adding(.seconds(seconds))
        #expect(moved == Timestamp(seconds: whole, nanoseconds: nanoseconds))
    }
}
