import TestSupport
import Testing

@Suite("Scripted servers for tests", .timeLimit(.minutes(1)))
struct ScriptedServerTests {
    @Test("each connection gets its script, and what it sent is kept")
    func scripts() throws {
        try withScriptedServer(
            [.receiveHead, .answer("200 OK", body: Array("first".utf8))],
            [.receiveHead, .drip(Array("HTTP/1.0 200 OK\r\n\r\nslow".utf8), every: .milliseconds(1))]
        ) { server in
            let first = try download("http://127.0.0.1:\(server.port)/a")
            #expect(first.output == "first")
            let second = try download("http://127.0.0.1:\(server.port)/b")
            #expect(second.output == "slow")
            #expect(server.connectionCount == 2)
            #expect(server.receivedText[0].hasPrefix("GET /a HTTP/1.1\r\n"))
        }
    }

    @Test("a silent server ends when it is stopped, not before")
    func silence() throws {
        try withScriptedServer([.staySilent]) { server in
            let result = try download("http://127.0.0.1:\(server.port)/", "--max-time", "0.2")
            // What curl ends with when the time is up.
            #expect(result.status == 28)
        }
    }

    @Test("a reset reaches the client as one")
    func reset() throws {
        try withScriptedServer([.receiveHead, .send("HTTP/1.1 200 OK\r\n"), .reset]) { server in
            let result = try download("http://127.0.0.1:\(server.port)/", "--show-error")
            #expect(result.errors.contains("Connection reset by peer"))
        }
    }

    @Test("TLS in front of a script changes no byte")
    func tls() throws {
        try withScriptedServer([.receiveHead, .send("HTTP/1.0 200 OK\r\n\r\nhello")]) { server in
            try withTLSFront(to: server.port, versions: "TLSv1.3") { front in
                let authority = try TestCertificates.authority().certificatePath
                let url = "https://localhost:\(front.port)/"
                #expect(try download(url, "--cacert", authority).output == "hello")
                // What curl ends with when it cannot verify the server.
                let foreign = try TestCertificates.foreignAuthority().certificatePath
                #expect(try download(url, "--cacert", foreign).status == 60)
            }
        }
    }

    @Test("an expired certificate is expired")
    func expired() throws {
        try withScriptedServer([.receiveHead, .send("HTTP/1.0 200 OK\r\n\r\nhello")]) { server in
            try withTLSFront(to: server.port, certificate: try TestCertificates.expiredServer()) { front in
                let authority = try TestCertificates.authority().certificatePath
                let result = try download("https://localhost:\(front.port)/", "--show-error", "--cacert", authority)
                #expect(result.errors.contains("certificate has expired"))
            }
        }
    }

    private func download(_ arguments: String...) throws -> ProgramResult {
        try runProgram(["curl", "--silent"] + arguments)
    }
}
