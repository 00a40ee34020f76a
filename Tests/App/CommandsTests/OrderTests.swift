import HTTPServer
import JSON
import Options
import Posix
import TestSupport
import Testing

@testable import Commands

@Suite("Orders", .scratch, .timeLimit(.minutes(1)))
struct OrderTests {
    private func stage(_ name: JSONValue, _ state: JSONValue, _ progress: JSONValue = .null) -> JSONValue {
        [
            "attempt": 18, "hash": .string(Hash.blue), "stage": name, "state": state, "seconds": JSONValue(0.2),
            "progress": progress, "message": "it broke",
        ]
    }

    private func end(_ attempt: JSONValue, _ outcome: JSONValue) -> JSONValue {
        ["attempt": attempt, "outcome": outcome, "hash": .string(Hash.red), "stage": "confirm", "message": "it broke"]
    }

    @Test("sync without --wait only asks")
    func ask() throws {
        let sidecar = try CannedSidecar(Scratch.directory) { _, _ in .json(202, #"{"attempt":18}"#) }
        let said = say("sync", root: sidecar.root)
        #expect(said.code == .success)
        #expect(said.output == "The remote is looked at now (attempt 18).\n")
        #expect(sidecar.posted.withLock { $0 } == ["/v1/sync "])
    }

    @Test("sync --wait shows each stage, and ends with the attempt that is ours")
    func follow() throws {
        let (begun, ended) = (stage("fetch", "started"), stage("fetch", "ended"))
        let (other, ours) = (end(17, "failed"), end(18, "deployed"))
        let sidecar = try CannedSidecar(Scratch.directory) { _, events in
            events.send("attempt", other)
            events.send("stage", begun)
            events.send("stage", ended)
            events.send("attempt", ours)
            return .json(202, #"{"attempt":18}"#)
        }
        let said = say("sync", "--wait", root: sidecar.root)
        #expect(said.code == .success)
        #expect(said.output == "Done: 1111111 \"Make it blue\" is live.\n")
        #expect(said.errors == "fetch    0.20 s\n")
    }

    @Test(
        "an attempt that does not go well ends with 1, and says why and what is live",
        arguments: [
            ("rejected", "Rejected: 2222222 failed at confirm; "),
            ("held-back", "Held back: 2222222 is not tried again; "), ("failed", "Failed at confirm: "),
        ])
    func failure(outcome: String, beginning: String) throws {
        let (failed, ours) = (stage("confirm", "failed"), end(18, .string(outcome)))
        let sidecar = try CannedSidecar(Scratch.directory) { _, events in
            events.send("stage", failed)
            events.send("attempt", ours)
            return .json(202, #"{"attempt":18}"#)
        }
        let said = say("sync", "--wait", root: sidecar.root)
        #expect(said.code == .failure)
        #expect(said.output == beginning + "1111111 \"Make it blue\" is live.\n  it broke\n")
        #expect(said.errors == "confirm  failed after 0.20 s: it broke\n")
    }

    @Test("rollback and resume name what they do")
    func others() throws {
        let ours = end(18, "chosen")
        let sidecar = try CannedSidecar(Scratch.directory) { path, events in
            events.send("attempt", ours)
            let more = path == "/v1/resume" ? #""released":["\#(Hash.red)"]"# : #""hash":"\#(Hash.blue)""#
            return .json(202, #"{"attempt":18,\#(more)}"#)
        }
        #expect(say("rollback", "1111", root: sidecar.root).errors == "going back to 1111111\n")
        #expect(say("resume", root: sidecar.root).errors == "held back no more: 2222222\n")
        #expect(sidecar.posted.withLock { $0 } == ["/v1/rollback {\"hash\":\"1111\"}", "/v1/resume "])
    }

    @Test("what the sidecar refuses is said in its words, with its hint")
    func refused() throws {
        let sidecar = try CannedSidecar(Scratch.directory) { _, _ in
            .json(409, #"{"error":{"message":"nothing is published yet","hint":"push something"}}"#)
        }
        let said = say("rollback", root: sidecar.root)
        #expect(said.code == .failure)
        #expect(said.errors == "git-sidecar: nothing is published yet; push something\n")
    }

    @Test("a sidecar that ends meanwhile is reported, not waited for")
    func ended() throws {
        let sidecar = try CannedSidecar(Scratch.directory) { _, _ in .json(202, #"{"attempt":18}"#) }
        let watch = try NativeThread("end") {
            try? waitUntil("it was asked") { !sidecar.posted.withLock { $0.isEmpty } }
            sidecar.stop()
        }
        let said = say("sync", "--wait", root: sidecar.root)
        watch.join()
        #expect(said.code == .failure)
        #expect(said.errors.hasPrefix("git-sidecar: "), "\(said.errors)")
    }
}

@Suite("Reaching a sidecar", .scratch, .timeLimit(.minutes(1)))
struct ReachTests {
    @Test("--json prints what the sidecar answers, and status ends with 1 when nothing is published")
    func json() throws {
        let full = try CannedSidecar(Scratch.directory + "/full")
        #expect(say("status", "--json", root: full.root).output == status().text + "\n")
        #expect(say("status", root: full.root).code == .success)
        #expect(say("releases", "--json", root: full.root).output == "{\"releases\":[],\"deployments\":[]}\n")
        let empty = try CannedSidecar(
            Scratch.directory + "/empty", status: status(["condition": "empty", "published": .null]))
        #expect(say("status", root: empty.root).code == .failure)
    }

    @Test("a root with a path of any length is reached")
    func long() throws {
        let sidecar = try CannedSidecar(Scratch.directory + "/" + String(repeating: "long", count: 50))
        let said = say("status", root: sidecar.root)
        #expect(said.code == .success, "\(said.errors)")
    }

    @Test("no sidecar, a wrong root and a left socket are told apart, each with what to do")
    func absent() throws {
        func error(_ root: String) -> String {
            let said = say("status", root: root)
            #expect(said.code == .failure)
            return said.errors
        }
        let root = Scratch.directory
        #expect(
            error(root + "/none")
                == "git-sidecar: cannot reach the sidecar on \(root)/none: there is no such directory; check --root\n")
        #expect(
            error(root)
                == "git-sidecar: cannot reach the sidecar on \(root): none runs there; start one, or give the --root of "
                + "the one that runs\n")
        let sidecar = try CannedSidecar(root)
        try Files.rename(root + "/.git-sidecar/control.sock", to: root + "/.git-sidecar/kept")
        sidecar.stop()
        try Files.rename(root + "/.git-sidecar/kept", to: root + "/.git-sidecar/control.sock")
        #expect(error(root).contains("its socket was left behind; start it again"))
    }
}
