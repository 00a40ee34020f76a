import Posix
import TestSupport
import Testing

@Suite("The webhook", .endToEnd, .timeLimit(.minutes(5)))
struct WebhookTests {
    private static func answer(_ status: String) -> [ScriptedServer.Step] { [.receiveHead, .answer(status)] }

    @Test("it is an empty POST with the hash in a header, after publishing")
    func request() throws {
        try withScriptedServer(Self.answer("200 OK")) { server in
            let site = try Site()
            let run = try site.sync("--webhook-url=http://127.0.0.1:\(server.port)/path?x=1")
            #expect(run.status == 0)
            let request = try #require(server.receivedText.first)
            #expect(request.hasPrefix("POST /path?x=1 HTTP/1.1\r\n"))
            #expect(request.lowercased().contains("\r\ngitsync-hash: \(try site.tip)\r\n"))
            #expect(request.hasSuffix("\r\n\r\n"))
            #expect(run.log.with("hook ran").last?["hook"] == "webhook")
        }
    }

    @Test("its method can be chosen")
    func method() throws {
        try withScriptedServer(Self.answer("200 OK")) { server in
            let site = try Site()
            let url = "--webhook-url=http://127.0.0.1:\(server.port)/"
            #expect(try site.sync(url, "--webhook-method=PUT").status == 0)
            #expect(server.receivedText.first?.hasPrefix("PUT / HTTP/1.1\r\n") == true)
        }
    }

    @Test("another status than the wanted one is a failure, unless any will do", arguments: [("200", 1), ("0", 0)])
    func status(wanted: String, code: Int32) throws {
        try withScriptedServer(Self.answer("500 Internal Server Error")) { server in
            let site = try Site()
            let url = "http://127.0.0.1:\(server.port)/"
            let run = try site.sync("--webhook-url=\(url)", "--webhook-success-status=\(wanted)")
            #expect(run.status == code)
            #expect(site.read("file") == "one")
            if code == 1 {
                #expect(
                    run.log.with("hook failed").last?.error?.hasSuffix("answered 500 instead of 200") == true)
            }
        }
    }

    @Test("it is sent again after the backoff until it succeeds")
    func retried() throws {
        try withScriptedServer(Self.answer("503 No"), Self.answer("404 No"), Self.answer("200 OK")) { server in
            let site = try Site()
            let sidecar = try site.start(
                "--webhook-url=http://127.0.0.1:\(server.port)/", "--webhook-backoff=20ms", "--verbose=1")
            try sidecar.waitFor("hook ran")
            #expect(server.connectionCount == 3)
            try sidecar.waitFor("waiting", count: sidecar.log.with("waiting").count + 5)
            #expect(server.connectionCount == 3)
            #expect(try sidecar.stop() == 0)
        }
    }

    @Test("its timeout ends it, and the loop goes on")
    func timeout() throws {
        try withScriptedServer([.staySilent]) { server in
            let site = try Site()
            let sidecar = try site.start(
                "--webhook-url=http://127.0.0.1:\(server.port)/", "--webhook-timeout=100ms", "--webhook-backoff=20ms")
            try sidecar.waitFor("hook failed", count: 2)
            let next = try site.repository.commit(["file": "two"])
            try site.waitUntilLive(next)
            #expect(try sidecar.stop() == 0)
        }
    }

    @Test("it is sent for each release, and once more at the start")
    func eachRelease() throws {
        try withScriptedServer(Self.answer("200 OK")) { server in
            let site = try Site()
            let parameter = "--webhook-url=http://127.0.0.1:\(server.port)/"
            let sidecar = try site.start(parameter)
            try sidecar.waitFor("hook ran")
            try site.repository.commit(["file": "two"])
            try sidecar.waitFor("hook ran", count: 2)
            #expect(try sidecar.stop() == 0)
            let again = try site.start(parameter)
            try again.waitFor("hook ran")
            #expect(server.connectionCount == 3)
            #expect(server.receivedText.last?.contains(try site.tip) == true)
            #expect(try again.stop() == 0)
        }
    }

    @Test("a redirect is not followed")
    func redirect() throws {
        try withScriptedServer([.receiveHead, .answer("302 Found", headers: ["Location: /elsewhere"])]) { server in
            let site = try Site()
            #expect(try site.sync("--webhook-url=http://127.0.0.1:\(server.port)/").status == 1)
            #expect(server.connectionCount == 1)
        }
    }
}
