import GitProtocol
import HTTPClient
import Posix
import TestSupport
import Testing

@testable import Remote

/// An answer that is no repository, and what is made of it.
struct Refusal: CustomTestStringConvertible, Sendable {
    let status: String
    var headers: [String] = []
    var body = ""
    var credential = false
    let kind: RemoteError.Kind
    let words: String
    var retryAfter: Duration?

    var testDescription: String { "\(status), \(credential ? "with" : "without") a credential, \(headers)" }

    static let all = [
        Refusal(
            status: "401 Unauthorized", kind: .authentication,
            words: """
                the server asks for a credential and none is configured (401); give --username with --password-file, \
                or --credential
                """),
        Refusal(
            status: "401 Unauthorized", headers: ["Content-Type: text/plain"], body: "Token\u{1b}[31m expired\n",
            credential: true, kind: .authentication,
            words: """
                the server rejected the credential of deploy (401): Token expired; check the password or token: it may \
                have expired or been revoked
                """),
        Refusal(
            status: "403 Forbidden", credential: true, kind: .forbidden,
            words: "the server refuses access (403); the credential is known but may not read this repository"),
        Refusal(
            status: "403 Forbidden", kind: .forbidden,
            words: """
                the server refuses access (403); it may want a credential: give --username with --password-file, or \
                --credential
                """),
        Refusal(
            status: "403 Forbidden", headers: ["Retry-After: 60"], kind: .rateLimited,
            words: """
                the server refuses access for now (403); raise --period, or let the server announce pushes \
                (--push-secret-file)
                """, retryAfter: .seconds(60)),
        Refusal(
            status: "404 Not Found", headers: ["Content-Type: text/html"], body: "<html>Oh no</html>", kind: .notFound,
            words: """
                there is no such repository (404); check --repo; servers also say so when a credential is missing
                """),
        Refusal(
            status: "404 Not Found", credential: true, kind: .notFound,
            words: """
                there is no such repository (404); check --repo; servers also say so when the credential may not read it
                """),
        Refusal(
            status: "429 Too Many Requests", headers: ["Retry-After: 7"], kind: .rateLimited,
            words: """
                the server asks us to slow down (429); raise --period, or let the server announce pushes \
                (--push-secret-file)
                """, retryAfter: .seconds(7)),
        Refusal(
            status: "429 Too Many Requests", kind: .rateLimited,
            words: """
                the server asks us to slow down (429); raise --period, or let the server announce pushes \
                (--push-secret-file)
                """),
        Refusal(status: "500 Internal Server Error", kind: .server, words: "the server failed with status 500"),
        Refusal(
            status: "502 Bad Gateway", headers: ["Content-Type: text/html"], body: "<html>nginx</html>", kind: .server,
            words: "the server failed with status 502"),
        Refusal(
            status: "503 Service Unavailable", headers: ["Retry-After: 120", "Content-Type: text/plain"],
            body: "Maintenance\nuntil noon", kind: .server,
            words: "the server failed with status 503: Maintenance until noon", retryAfter: .seconds(120)),
        Refusal(status: "418 I'm a teapot", kind: .server, words: "the server answered with status 418"),
    ]
}

@Suite("Servers that refuse", .scratch, .timeLimit(.minutes(1)))
struct RefusalTests {
    @Test("every status says what it means and what to do", arguments: Refusal.all)
    func status(refusal: Refusal) throws {
        let answer = ScriptedServer.Step.answer(
            refusal.status, headers: refusal.headers, body: Array(refusal.body.utf8))
        try withScriptedServer([.receiveHead, answer]) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let way = try TransportUse.direct.with {
                if refusal.credential { $0.credentials = try deployRule(for: url, .value(Secret("hunter2-secret"))) }
            }
            let error = try failure(of: way, url)
            #expect(error.description == "cannot reach \(url): \(refusal.words)")
            #expect(error.kind == refusal.kind)
            #expect(error.retryAfter == refusal.retryAfter)
            #expect(server.receivedText.joined().components(of: "GET ") == 1)
        }
    }

    @Test("a moment to come back at, in the place of a number of seconds, is understood")
    func retryDate() throws {
        let answer = ScriptedServer.Step.answer(
            "429 Too Many Requests", headers: ["Retry-After: Fri, 31 Dec 2100 23:59:59 GMT"])
        try withScriptedServer([.receiveHead, answer]) { server in
            let error = try failure(of: .direct, "http://127.0.0.1:\(server.port)/app.git")
            #expect(try #require(error.retryAfter) > .seconds(3600))
        }
    }
}
