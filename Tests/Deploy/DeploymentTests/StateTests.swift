import GitObjects
import JSON
import Layout
import Posix
import TestSupport
import Testing

@testable import Deployment

@Suite("State", .scratch)
struct StateTests {
    private let hash = String(repeating: "1", count: 40)
    // Half seconds are exact in every form.
    private let time = Timestamp(seconds: 1_700_000_000, nanoseconds: 500_000_000)

    private func full() throws -> DeploymentState {
        let commit = try #require(ObjectID(hash))
        let info = CommitInfo(commit: commit, reference: "main", subject: "subject")
        var state = DeploymentState()
        state.live = LiveRelease(
            PublishedRelease(info, time: time), isConfirmed: false, isChosen: true, isInJournal: true, isDurable: false)
        state.intent = Intent(info, isChosen: true, goesBackFrom: World.commit(2))
        state.running = Running(commit: commit, verdict: "proved", cause: "it says so", time: time)
        state.lastGood = PublishedRelease(
            CommitInfo(commit: World.commit(3), reference: "main", subject: "good"), time: time)
        state.heldBack = [HeldBack(commit: commit, stage: .publish, reason: "reason", output: "output", time: time)]
        state.postponed = Postponed(
            commit: World.commit(4), stage: .notify, reason: "reason", output: "output", time: time, fingerprint: "f")
        state.retired = [
            RetiredRelease(commit: commit, time: time, reference: "main", subject: "old", published: time),
            RetiredRelease(commit: commit, time: time),
        ]
        state.interruption = Interruption(commit: commit, count: 2, time: time)
        state.unwrittenLines = [
            DeploymentRecord(
                info, .rejected, at: .validate, time: Timestamp(seconds: 1_700_000_000), reason: "reason",
                output: "output", durations: [StageDuration(stage: .stage, duration: .milliseconds(1500))])
        ]
        return state
    }

    private func read(_ text: String) throws -> DeploymentState {
        try DeploymentState(json: try JSONValue.read(text))
    }

    @Test("everything survives being written and read")
    func roundTrip() throws {
        let state = try full()
        #expect(try read(state.json.text) == state)
        #expect(try read(DeploymentState().json.text) == DeploymentState())
    }

    @Test("a file of the first version is read: nothing in it was chosen, and nothing is known of what it lacks")
    func first() throws {
        let state = try read(
            """
            {"version":1,"current":{"commit":"\(hash)","ref":"main","subject":"s","time":1.5,"confirmed":true},\
            "last_good":"\(hash)","quarantine":[],"retired":[{"commit":"\(hash)","time":1.5}]}
            """)
        let live = try #require(state.live)
        #expect(!live.isChosen && live.isConfirmed && live.isInJournal && live.isDurable)
        #expect(state.lastGood == live.release)
        #expect(state.running == nil && state.intent == nil)
        #expect(state.retired.first?.subject == nil)
    }

    @Test("the last good release of the first version is known by its commit alone, or by what was retired")
    func firstLastGood() throws {
        let other = String(repeating: "2", count: 40)
        let retired = #"[{"commit":"\#(other)","time":2.5,"ref":"main","subject":"old","published":1.5}]"#
        let known = try read(#"{"version":1,"last_good":"\#(other)","retired":\#(retired)}"#)
        #expect(known.lastGood?.info.subject == "old")
        #expect(known.lastGood?.time == Timestamp(seconds: 1, nanoseconds: 500_000_000))
        let bare = try read(#"{"version":1,"current":null,"last_good":"\#(other)"}"#)
        #expect(bare.lastGood?.commit.description == other)
        #expect(bare.live == nil)
    }

    @Test("the first version can read what is written now")
    func names() throws {
        let json = try full().json
        #expect(json["version"]?.integer == 1)
        #expect(json["current"]?["commit"]?.string == hash)
        #expect(json["current"]?["confirmed"]?.flag == false)
        #expect(json["last_good"]?.string == World.commit(3).description)
        #expect(json["quarantine"]?.elements?.first?["stage"]?.string == "publish")
        #expect(json["retired"]?.elements?.first?["published"]?.double == 1_700_000_000.5)
    }

    @Test("what a later version added survives being rewritten")
    func unknown() throws {
        let state = try read(#"{"version":1,"canary":{"share":0.1},"quarantine":[],"weight":5}"#)
        let json = try JSONValue.read(state.json.text)
        #expect(json["canary"]?["share"]?.double == 0.1)
        #expect(json["weight"]?.integer == 5)
    }

    @Test("what a later version said of a commit stays with what is said of it, and goes with it")
    func unknownNested() throws {
        let other = String(repeating: "b", count: 40)
        var state = try read(
            """
            {"version":1,"current":{"commit":"\(hash)","time":1,"confirmed":true,"weight":3},"quarantine":[
            {"commit":"\(hash)","stage":"confirm","time":1,"lines":["x"]},
            {"commit":"\(other)","stage":"confirm","time":1,"lines":["y"]}]}
            """)
        let json = try JSONValue.read(state.json.text)
        #expect(json["current"]?["weight"]?.integer == 3)
        #expect(json["quarantine"]?.elements?.map { $0["lines"] } == [.array(["x"]), .array(["y"])])
        state.heldBack.removeFirst()
        state.live = nil
        let rewritten = try JSONValue.read(state.json.text)
        #expect(rewritten["current"] == nil)
        #expect(rewritten["quarantine"]?.elements?.map { $0["lines"] } == [.array(["y"])])
    }

    @Test("the form of a newer version is refused, and so is what says nothing that can be understood")
    func refused() throws {
        #expect(throws: DeploymentState.Unreadable.newer(version: 2)) { try read(#"{"version":2}"#) }
        #expect(throws: DeploymentState.Unreadable.self) { try read("{}") }
        #expect(throws: DeploymentState.Unreadable.self) { try read(#"{"version":1,"current":{"commit":"x"}}"#) }
    }

    @Test("an entry that cannot be understood does not take the others with it")
    func entries() throws {
        let good = #"{"commit":"\#(hash)","stage":"confirm","time":1}"#
        let state = try read(
            """
            {"version":1,"quarantine":[{"commit":"x"},{"commit":"\(hash)","stage":"dance","time":1},\(good)],\
            "retired":[{"commit":"\(hash)"},{"commit":"\(hash)","time":1e300}],"running":{"commit":"\(hash)"},\
            "intent":{"commit":"no"}}
            """)
        #expect(state.heldBack.map(\.stage) == [.confirm])
        #expect(state.retired.isEmpty && state.running == nil && state.intent == nil)
    }

    @Test("a file is written and read, and none at all is an empty state")
    func file() throws {
        let file = StateFile(try Place(resolving: Scratch.directory + "/state.json"))
        #expect(file.load().state == DeploymentState())
        #expect(file.load().problem == nil)
        let state = try full()
        try file.save(state)
        #expect(file.load().state == state)
        #expect(file.load().problem == nil)
        #expect(throws: Failure.self) {
            try StateFile(try Place(resolving: Scratch.directory + "/none/state.json")).save(state)
        }
    }

    @Test("a file that cannot be used is an empty state and said; one of a newer version is kept beside")
    func unusable() throws {
        let path = Scratch.directory + "/state.json"
        let file = StateFile(try Place(resolving: Scratch.directory + "/state.json"))
        for text in ["", "{\"version\":1", "{\"version\":1,\"current\":5}"] {
            try TestFiles.write(text, to: path)
            #expect(file.load().state == DeploymentState())
            #expect(file.load().problem != nil)
        }
        try TestFiles.write("{\"version\":7}", to: path)
        #expect(file.load().problem?.contains("it is kept as \(path).version-7") == true)
        #expect(try TestFiles.text(path + ".version-7") == "{\"version\":7}")
        #expect(file.load().problem == nil)
        try TestFiles.makeDirectory(path)
        #expect(file.load().problem != nil)
    }
}
