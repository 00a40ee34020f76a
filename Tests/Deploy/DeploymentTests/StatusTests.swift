import GitObjects
import Posix
import Telemetry
import Testing

@testable import Deployment

@Suite("Status")
struct StatusTests {
    private func c(_ number: Int) -> ObjectID { World.commit(number) }

    private func snapshot(_ change: (inout DeploymentState) -> Void) -> Status.Snapshot {
        var state = DeploymentState()
        state.live = LiveRelease(
            PublishedRelease(CommitInfo(commit: c(1), reference: "main", subject: ""), time: .now()), isConfirmed: true)
        state.remote = RemoteReport(commit: c(1), verified: .now())
        change(&state)
        let status = Status()
        status.take(.proved(c(1)), state, at: .now)
        return status.now
    }

    @Test("a person is told first what matters most")
    func conditions() {
        #expect(Status().now.condition == .empty)
        #expect(snapshot { _ in }.condition == .current)
        #expect(snapshot { $0.live?.isConfirmed = false }.condition == .unconfirmed)
        let stale = Running(commit: c(1), verdict: "stale", cause: "", time: .now())
        #expect(snapshot { $0.running = stale }.condition == .unconfirmed)
        #expect(snapshot { $0.isFailing = true }.condition == .stale)
        #expect(snapshot { $0.outage = "gone" }.condition == .stale)
        #expect(snapshot { $0.remote = nil }.condition == .stale)
        #expect(snapshot { $0.remote?.commit = c(2) }.condition == .stale)
        let held = HeldBack(commit: c(2), stage: .confirm, reason: "", output: "", time: .now())
        let heldBack = snapshot {
            $0.remote?.commit = c(2)
            $0.heldBack = [held]
        }
        #expect(heldBack.condition == .heldBack)
        let work = snapshot {
            $0.apply(.attemptBegan(1, isOrdered: false), at: .now)
            $0.apply(.commitFound(c(2), isNew: true), at: .now)
        }
        #expect(work.condition == .deploying)
    }

    @Test("the lag is counted from when the remote was ahead")
    func lag() {
        let now = ContinuousClock.now
        #expect(snapshot { _ in }.lag(at: now) == .zero)
        #expect(snapshot { $0.behindSince = now - .seconds(5) }.lag(at: now) == .seconds(5))
        #expect(snapshot { $0.behindSince = now + .seconds(5) }.lag(at: now) == .zero)
    }

    @Test("the next attempt and the progress of a stage are known until something else begins")
    func progress() {
        let status = Status()
        status.setNextAttempt(.now)
        status.setProgress(Status.Progress(done: 1, total: 2, unit: "objects"))
        #expect(status.now.nextAttempt != nil && status.read { $0.progress?.done } == 1)
        status.take(.stageBegan(.fetch, isPart: false), DeploymentState(), at: .now)
        #expect(status.now.progress == nil && status.now.nextAttempt != nil)
        status.take(.attemptBegan(1, isOrdered: false), DeploymentState(), at: .now)
        #expect(status.now.nextAttempt == nil)
        status.saveProblemChanged("full")
        #expect(status.now.saveProblem == "full")
    }

    @Test("a loop that breaks its word is overdue, and one that has a little more time is not")
    func heartbeat() {
        let heartbeat = Heartbeat(grace: .seconds(10))
        let now = SuspendingClock.now
        #expect(heartbeat.overdue(at: now) == nil)
        heartbeat.beat(until: .now)
        #expect(heartbeat.overdue(at: now + .seconds(5)) == nil)
        #expect(heartbeat.overdue(at: now + .seconds(100)).map { $0 > .seconds(90) } == true)
    }
}

@Suite("Log")
struct LogProjectionTests {
    @Test("each change has its line, and what stays as it is is said once")
    func lines() throws {
        let world = World()
        world.behaviours[World.commit(2)] = .fails
        world.behaviours[World.commit(4)] = .needsRestart
        world.invalid = [World.commit(3)]
        world.isVerifying = true
        let driver = Driver(world, "log")
        driver.run([
            .push(1), .settle, .push(2), .settle, .settle, .push(3), .settle, .push(4), .settle, .goBack(to: 1),
            .attempt(.resume(nil)), .settle, .change("foreign") { $0.link = .foreign }, .look, .look,
            .change("gone") { $0.link = .nothing }, .look,
        ])
        #expect(driver.problems == [])
        let messages = driver.session.log.messages
        func count(_ message: String) -> Int { messages.count { $0 == message } }
        #expect(count("rejected; what is live stays") == 1)
        #expect(count("the application does not run the new release; going back") == 1)
        #expect(count("rolled back") == 1)
        #expect(count("what the remote has is held back") == 2)
        #expect(count("nothing that can be served is at the link") == 1)
        for message in [
            "published", "confirmed", "fetched", "signature verified", "application told", "going back by hand",
            "the application was made to restart", "the application still uses an old release",
            "what was held back may be tried again", "a file was written as it is", "removed releases",
        ] { #expect(messages.contains(message), "\(message)") }
    }
}
