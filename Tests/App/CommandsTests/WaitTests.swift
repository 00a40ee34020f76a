import ControlAPI
import JSON
import Options
import Posix
import TestSupport
import Testing

@testable import Commands

@Suite("Waiting for a commit", .scratch, .timeLimit(.minutes(1)))
struct WaitTests {
    private func live(_ changes: [String: JSONValue] = [:]) -> WaitProgress.Verdict? {
        var progress = WaitProgress(String(Hash.blue.prefix(10)))
        progress.take(status: statusAnswer(changes))
        return progress.verdict
    }

    @Test("what is published and confirmed is live; what is not confirmed yet is waited for")
    func published() {
        #expect(
            live() == .live("1111111 \"Make it blue\", published 4 minutes ago, and runs (proved)"))
        #expect(live(["running": .null]) != nil)
        #expect(live(["condition": "unconfirmed"]) == nil)
        #expect(live(["condition": "deploying", "running": .null]) == nil)
        #expect(
            live(["condition": "deploying", "deployment": ["hash": .string(Hash.blue), "stage": "confirm"]]) == nil)
        #expect(live(["condition": "deploying", "deployment": ["hash": .string(Hash.red), "stage": "stage"]]) != nil)
        let other: JSONValue = ["hash": .string(Hash.red), "verdict": "proved", "cause": ""]
        #expect(live(["running": other]) == nil)
    }

    @Test("what is held back is not live, whatever it was before")
    func heldBack() {
        var progress = WaitProgress(Hash.red)
        progress.take(releases: ["releases": [], "deployments": [deployment(Hash.red, "deployed")]])
        #expect(progress.verdict == .live("2222222 \"Make it so\", after 1.2 s"))
        progress.take(status: statusAnswer(["quarantine": .array([heldRed])]))
        #expect(
            progress.verdict
                == .notLive("2222222 was taken back at confirm: the health check did not pass within 30 s: 500"))
    }

    @Test("what was confirmed once and then replaced counts as live")
    func replaced() {
        var progress = WaitProgress("2222")
        progress.take(releases: ["releases": [], "deployments": [deployment(Hash.red, "deployed")]])
        progress.take(status: statusAnswer())
        #expect(progress.verdict == .live("it was live, and 1111111 has replaced it"))
    }

    @Test("what was rejected before and is not held back any more is waited for")
    func resumed() {
        var progress = WaitProgress("2222")
        progress.take(releases: ["releases": [], "deployments": [deployment(Hash.red, "rejected")]])
        #expect(progress.verdict == nil)
    }

    @Test("digits that more than one commit begins with are refused")
    func ambiguous() throws {
        let twin = "11111112" + String(repeating: "0", count: 32)
        let sidecar = try CannedSidecar(
            Scratch.directory, releases: ["releases": [["hash": .string(twin)]], "deployments": []])
        let said = say("wait", "1111111", root: sidecar.root)
        #expect(said.code == .failure)
        #expect(
            said.errors == "git-sidecar: 1111111 may be 111111120000 or 1111111b1e00: give more digits\n")
    }

    @Test(
        "the end of a deployment ends the waiting",
        arguments: [
            ("deployed", "Live: 2222222 \"Make it so\", after 1.2 s\n"),
            ("rolled-back", "Not live: 2222222 was taken back at confirm: it did not start\n"),
            ("overtaken", "Not live: 2222222 was overtaken by a newer commit\n"),
        ])
    func event(outcome: String, words: String) throws {
        let isLive = outcome == "deployed"
        let sidecar = try CannedSidecar(Scratch.directory)
        let event = deployment(Hash.red, .string(outcome), isLive ? .null : "it did not start")
        let push = try NativeThread("push") {
            try? waitUntil("somebody listens") { sidecar.listeners > 0 }
            sidecar.send("deployment", event)
        }
        let said = say("wait", "2222222", "--timeout=20s", root: sidecar.root)
        push.join()
        #expect(said.code == (isLive ? .success : .failure))
        #expect(said.output == words)
    }

    @Test("a restart of the sidecar meanwhile does no harm")
    func restart() throws {
        let first = try CannedSidecar(Scratch.directory)
        let second = Locked<CannedSidecar?>(nil)
        let directory = Scratch.directory
        let stop = try NativeThread("stop") {
            try? waitUntil("somebody listens") { first.listeners > 0 }
            first.stop()
        }
        // The next one starts while the command waits before it tries again.
        let clock = TestClock { _ in
            second.withLock { sidecar in
                if sidecar != nil { return }
                let red: JSONValue = ["hash": .string(Hash.red), "subject": "Make it red"]
                sidecar = try? CannedSidecar(directory, status: status(["published": red, "running": .null]))
            }
        }
        let said = say("wait", Hash.red, "--timeout=1h", root: directory, on: clock)
        stop.join()
        #expect(said.code == .success, "\(said)")
        #expect(said.output == "Live: 2222222 \"Make it red\"\n")
        #expect(said.errors.hasSuffix("; trying again\n"), "\(said.errors)")
    }

    @Test("the time is up: it says what is known instead")
    func timeout() throws {
        let sidecar = try CannedSidecar(Scratch.directory)
        let clock = TestClock()
        // The releases are asked for when the status has come.
        let said = try clock.runAhead(by: .seconds(3600), while: { sidecar.wasAskedForReleases }) {
            say("wait", "abcd", "--timeout=1h", root: sidecar.root, on: clock)
        }
        #expect(said.code == .failure)
        #expect(said.output.hasPrefix("Not live: nothing was heard of abcd within 1h"), "\(said.output)")
        #expect(said.output.hasSuffix("; 1111111 is live\n"), "\(said.output)")
        #expect(say("wait", "branch", root: sidecar.root).errors.contains("it is no hash of a commit"))
    }
}
