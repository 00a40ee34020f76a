import GitObjects
import Posix
import Testing

@testable import Deployment

@Suite("Retention")
struct RetentionTests {
    private let now = Timestamp(seconds: 10_000)
    private func c(_ number: Int) -> ObjectID { World.commit(number) }
    private func release(_ number: Int) -> PublishedRelease {
        PublishedRelease(CommitInfo(commit: c(number), reference: "main", subject: ""), time: now)
    }

    private func retention(_ timeout: Duration = .zero, _ change: (inout DeploymentState) -> Void = { _ in })
        -> Retention
    {
        var state = DeploymentState()
        state.live = LiveRelease(release(5), isConfirmed: true)
        state.lastGood = release(5)
        state.retired = [
            RetiredRelease(commit: c(4), time: now.adding(.seconds(-10))),
            RetiredRelease(commit: c(3), time: now.adding(.seconds(-100))),
            RetiredRelease(commit: c(2), time: now.adding(.seconds(1_000_000))),
        ]
        change(&state)
        var settings = DeploymentSettings()
        settings.staleTimeout = timeout
        settings.keepReleases = 2
        return Retention(state, settings)
    }

    @Test("a replaced release goes at once, where nothing holds it")
    func gone() {
        #expect(retention().hold(on: c(5), at: now) == .live)
        #expect(retention().hold(on: c(4), at: now) == nil)
        #expect(retention().hold(on: c(9), at: now) == nil)
    }

    @Test("the way back and what is about to be published stay")
    func held() {
        let retention = retention { state in
            state.lastGood = release(3)
            state.intent = Intent(release(7).info)
        }
        #expect(retention.hold(on: c(3), at: now) == .lastGood)
        #expect(retention.hold(on: c(7), at: now) == .intended)
        let plan = retention.plan(at: now)
        #expect(plan.directories.keys.sorted() == [c(3), c(7)])
        #expect(plan.directories[c(3)] == .some(nil))
    }

    @Test("the one before stays until the files of the live one are on the disk")
    func notDurable() {
        let retention = retention { $0.live?.isDurable = false }
        #expect(retention.hold(on: c(4), at: now) == .successorNotDurable)
        #expect(retention.hold(on: c(3), at: now) == nil)
    }

    @Test("a directory stays for its time, and a clock that was set back does not keep it for years")
    func timed() {
        let retention = retention(.seconds(60))
        #expect(retention.hold(on: c(4), at: now) == .timed(until: now.adding(.seconds(50))))
        #expect(retention.hold(on: c(3), at: now) == nil)
        #expect(retention.hold(on: c(2), at: now) == .timed(until: now.adding(.seconds(60))))
        #expect(retention.plan(at: now).directories[c(4)] == .some(now.adding(.seconds(50))))
    }

    @Test("so many commits can be gone back to, the last good one among them, and none that failed")
    func commits() {
        #expect(retention().plan(at: now).commits == [c(4), c(3)])
        let withBad = retention { state in
            state.lastGood = release(1)
            state.heldBack = [
                HeldBack(commit: c(4), stage: .confirm, reason: "", output: "", time: now),
                HeldBack(commit: c(3), stage: .publish, reason: "", output: "", time: now),
            ]
        }
        #expect(withBad.plan(at: now).commits == [c(3), c(2), c(1)])
    }
}
