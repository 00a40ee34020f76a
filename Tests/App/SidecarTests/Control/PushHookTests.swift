import HTTPServer
import Posix
import Telemetry
import TestSupport
import Testing

@testable import Sidecar

@Suite("Push webhooks", .scratch)
struct PushHookTests {
    private func secretFile(_ secret: String, _ name: String = "secret") throws -> String {
        let path = Scratch.directory + "/" + name
        try AtomicFile.write(Array(secret.utf8), to: path)
        return path
    }

    private let accepted = #"202 {"status":"accepted"}"#
    private let unauthorized = #"401 {"error":"the signature is missing or wrong"}"#

    @Test("a push to our branch wakes the loop", arguments: Forge.allCases)
    func push(forge: Forge) throws {
        let test = try TestHook([secretFile("s3cret\n")])
        #expect(test.answer(forge.delivery("s3cret")) == accepted)
        #expect(test.wakeCount == 1)
    }

    @Test("a wrong secret, a changed body and a missing signature wake nobody", arguments: Forge.allCases)
    func unsigned(forge: Forge) throws {
        let test = try TestHook([secretFile("s3cret")])
        #expect(test.answer(forge.delivery("s3cret!")) == unauthorized)
        #expect(test.answer(forge.delivery("")) == unauthorized)
        var changed = forge.delivery("s3cret")
        if forge != .gitlab {
            changed.body[5] ^= 1
            #expect(test.answer(changed) == unauthorized)
        }
        var bare = forge.delivery("s3cret")
        bare.headers.removeAll { $0.name.contains("Signature") || $0.name.contains("Token") }
        #expect(test.answer(bare) == unauthorized)
        #expect(test.wakeCount == 0)
    }

    @Test("every secret counts, and a changed file counts at once")
    func rotation() throws {
        let old = try secretFile("old", "old")
        let new = try secretFile("new", "new")
        let test = try TestHook([old, new])
        #expect(test.answer(Forge.github.delivery("old", id: "1")) == accepted)
        #expect(test.answer(Forge.github.delivery("new", id: "2")) == accepted)
        _ = try secretFile("newest", "old")
        #expect(test.answer(Forge.github.delivery("old", id: "3")) == unauthorized)
        #expect(test.answer(Forge.github.delivery("newest", id: "4")) == accepted)
        try Files.remove(old)
        #expect(test.answer(Forge.github.delivery("new", id: "5")) == accepted)
    }

    @Test("an empty file is no secret: without another nothing is accepted", arguments: Forge.allCases)
    func emptySecret(forge: Forge) throws {
        let test = try TestHook([secretFile("\n")])
        #expect(test.answer(forge.delivery("")) == #"503 {"error":"no secret can be read"}"#)
        #expect(test.wakeCount == 0)
    }

    @Test("a delivery that came before is ignored, and says so", arguments: Forge.allCases)
    func replay(forge: Forge) throws {
        let test = try TestHook([secretFile("s")])
        _ = test.answer(forge.delivery("s", id: "a"))
        #expect(test.answer(forge.delivery("s", id: "a")) == #"200 {"status":"ignored","reason":"delivered before"}"#)
        #expect(test.answer(forge.delivery("s", id: "b")) == accepted)
        #expect(test.wakeCount == 2)
    }

    @Test("only so many deliveries are remembered")
    func memory() throws {
        let test = try TestHook([secretFile("s")])
        for number in 0...PushHook.memory { _ = test.answer(Forge.github.delivery("s", id: "\(number)")) }
        #expect(test.answer(Forge.github.delivery("s", id: "0")) == accepted)
        #expect(test.answer(Forge.github.delivery("s", id: "\(PushHook.memory)")).contains("delivered before"))
    }

    @Test("a push to another branch or repository is ignored with the reason", arguments: Forge.allCases)
    func foreign(forge: Forge) throws {
        let test = try TestHook([secretFile("s")])
        #expect(
            test.answer(forge.delivery("s", branch: "other"))
                == #"200 {"status":"ignored","reason":"another reference: refs/heads/other"}"#)
        #expect(test.answer(forge.delivery("s", path: "team/other")).contains(#""reason":"another repository: "#))
        #expect(test.wakeCount == 0)
    }

    @Test(
        "a reference is matched as it would be resolved",
        arguments: [
            ("main", "refs/heads/main", true), ("main", "refs/heads/mai", false), ("v1", "refs/tags/v1", true),
            ("refs/heads/main", "refs/heads/main", true), ("refs/heads/main", "refs/tags/main", false),
            ("HEAD", "refs/heads/main", true), ("HEAD", "refs/heads/other", false), ("HEAD", "refs/tags/main", false),
            ("0123456789012345678901234567890123456789", "refs/heads/any", true),
        ])
    func reference(ref: String, pushed: String, concernsUs: Bool) throws {
        let test = try TestHook([secretFile("s")], ref: ref)
        let body = """
            {"ref": "\(pushed)", "repository": {"clone_url": "https://example.com/team/app", "default_branch": "main"}}
            """
        _ = test.answer(Forge.github.request(body, "s", event: "push"))
        #expect(test.wakeCount == (concernsUs ? 1 : 0))
    }

    @Test(
        "a ping is answered and wakes nobody",
        arguments: [(Forge.github, "ping"), (.bitbucketDataCenter, "diagnostics:ping")])
    func ping(forge: Forge, event: String) throws {
        let test = try TestHook([secretFile("s")])
        #expect(test.answer(forge.request(#"{"zen": "x"}"#, "s", event: event)) == #"200 {"status":"pong"}"#)
        #expect(test.wakeCount == 0)
    }

    @Test("an event that is no push is ignored")
    func otherEvent() throws {
        let test = try TestHook([secretFile("s")])
        #expect(
            test.answer(Forge.github.request("{}", "s", event: "issues"))
                == #"200 {"status":"ignored","reason":"not a push: issues"}"#)
    }

    @Test(
        "a payload that cannot be understood is refused with the reason",
        arguments: [
            ("", "the payload is no JSON: expected a value at byte 1"),
            ("{\"ref\": ", "the payload is no JSON: expected a value at byte 9"),
            ("[]", "the payload names no repository and reference"),
            ("{\"ref\": 1, \"repository\": []}", "the payload names no repository and reference"),
            ("{\"ref\": \"refs/heads/main\"}", "the payload names no repository and reference"),
            (String(repeating: "[", count: 1000), "the payload is no JSON: too many levels at byte 34"),
        ])
    func malformed(body: String, reason: String) throws {
        let test = try TestHook([secretFile("s")])
        #expect(test.answer(Forge.github.request(body, "s", event: "push")) == "400 {\"error\":\"\(reason)\"}")
        #expect(test.wakeCount == 0)
    }

    @Test("a payload in a form is read too")
    func form() throws {
        let test = try TestHook([secretFile("s")])
        let json =
            "%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%2C+%22repository%22%3A%7B%22ssh_url%22%3A%22git%40example.com%3Ateam%2Fapp.git%22%7D%7D"
        var request = Forge.github.request("payload=" + json, "s", event: "push")
        request.headers.removeAll { $0.name == "Content-Type" }
        request.headers.append(HeaderField("Content-Type", "application/x-www-form-urlencoded"))
        #expect(test.answer(request) == accepted)
    }

    @Test("too many deliveries are told to wait, and strangers cannot use up what others have")
    func rateLimit() throws {
        let test = try TestHook(
            [secretFile("s")], deliveries: RateLimit(burst: 2, perSecond: 0.01),
            failures: RateLimit(burst: 1, perSecond: 0.01))
        #expect(test.answer(Forge.github.delivery("wrong")) == unauthorized)
        for _ in 0..<50 { #expect(test.hook.answer(Forge.github.delivery("wrong")).status == 429) }
        #expect(test.answer(Forge.github.delivery("s", id: "1")) == accepted)
        #expect(test.answer(Forge.github.delivery("s", id: "2")) == accepted)
        let third = test.hook.answer(Forge.github.delivery("s", id: "3"))
        #expect(third.status == 429)
        #expect(third.header("Retry-After") == "100")
    }

    @Test("refusals are few lines in the log, which count the others and show no secret")
    func logged() throws {
        let test = try TestHook([secretFile("s3cret")])
        for _ in 0..<100 { _ = test.answer(Forge.gitlab.delivery("gu3ss")) }
        #expect(
            test.log.messages == [
                "push delivery refused: no valid signature", "push delivery refused: no valid signature",
            ])
        #expect(test.log.records.first?.fields["peer"] == "192.0.2.1")
        #expect(!"\(test.log.records)".contains("gu3ss"))
        #expect(!"\(test.log.records)".contains("s3cret"))
    }
}
