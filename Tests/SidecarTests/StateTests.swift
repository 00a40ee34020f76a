import GitObjects
import JSON
import Posix
import Testing

@testable import Sidecar

@Suite("State")
struct StateTests {
    private let hash = String(repeating: "1", count: 40)

    @Test("everything survives being written and read")
    func roundTrip() throws {
        let commit = try #require(ObjectID(hash))
        // Half seconds are exact in every form.
        let time = Timestamp(seconds: 1_700_000_000, nanoseconds: 500_000_000)
        var state = State()
        state.current = State.Published(
            commit: commit, reference: "main", subject: "subject", time: time, isConfirmed: false, isChosen: true)
        state.running = State.Running(commit: commit, verdict: "proved", cause: "it says so", time: time)
        state.lastGood = commit
        state.quarantine = [
            State.Quarantined(commit: commit, stage: .publish, reason: "reason", output: "output", time: time)
        ]
        state.retired = [
            State.Retired(commit: commit, time: time, reference: "main", subject: "old", published: time),
            State.Retired(commit: commit, time: time),
        ]
        #expect(State(json: try JSONValue.read(state.json.text)) == state)
    }

    @Test("a file of the first version is read: nothing in it was chosen, and nothing is known of what it lacks")
    func first() throws {
        let state = State(
            json: try JSONValue.read(
                """
                {"version":1,"current":{"commit":"\(hash)","ref":"main","subject":"s","time":1.5,"confirmed":true},\
                "last_good":"\(hash)","quarantine":[],"retired":[{"commit":"\(hash)","time":1.5}]}
                """))
        #expect(state?.current?.isChosen == false)
        #expect(state?.running == nil)
        #expect(state?.retired.first?.subject == nil)
    }
}
