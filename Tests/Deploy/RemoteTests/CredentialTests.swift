import GitObjects
import GitProtocol
import GitStore
import HTTPClient
import Posix
import TestSupport
import Testing

@testable import Remote

/// A rule that gives an address the user `deploy` and a password.
func deployRule(for url: String, _ password: PasswordSource) throws -> CredentialRules {
    CredentialRules([.init(prefix: try RemoteURL(parsing: url), username: "deploy", password: password)])
}

@Suite("Credentials at work", .scratch, .timeLimit(.minutes(1)))
struct CredentialTests {
    @Test("the right credential is sent at once, and only where its address says")
    func basic() throws {
        try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
        let options = GitHTTPServer.Options { $0.users = ["deploy": "right"] }
        try withGitHTTPServer(serving: "\(Scratch.directory)/served", options) { server in
            let url = server.url("app.git")
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let way = try TransportUse.direct.with {
                $0.credentials = try deployRule(for: url, .value(Secret("right")))
            }
            try way.remote(url).sync("main", depth: 1, into: store)
            #expect(try server.exchanges().allSatisfy { $0.status == 200 && $0.user == "deploy" })
            let elsewhere = try TransportUse.direct.with {
                $0.credentials = try deployRule(for: server.url("other.git"), .value(Secret("right")))
            }
            #expect(try failure(of: elsewhere, url).kind == .authentication)
            let inside = url.replacing("http://", with: "http://deploy:right@")
            try TransportUse.direct.remote(inside).sync("main", depth: 1, into: store)
        }
    }

    @Test("a wrong password is tried once, and never shown")
    func wrongPassword() throws {
        try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
        let options = GitHTTPServer.Options { $0.users = ["deploy": "right"] }
        try withGitHTTPServer(serving: "\(Scratch.directory)/served", options) { server in
            let url = server.url("app.git")
            let way = try TransportUse.direct.with {
                $0.credentials = try deployRule(for: url, .value(Secret("wrong-one")))
            }
            let error = try failure(of: way, url)
            #expect(error.kind == .authentication)
            #expect(
                error.description == """
                    cannot reach \(url): the server rejected the credential of deploy (401); check the password or token: \
                    it may have expired or been revoked
                    """)
            #expect(!"\(error) \(String(reflecting: error))".contains("wrong-one"))
            #expect(try server.exchanges().count == 1)
        }
    }

    @Test("a password file is read at each attempt")
    func rotated() throws {
        try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
        let file = "\(Scratch.directory)/password"
        let options = GitHTTPServer.Options { $0.users = ["deploy": "second"] }
        try withGitHTTPServer(serving: "\(Scratch.directory)/served", options) { server in
            let url = server.url("app.git")
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let remote = try TransportUse.direct.with { $0.credentials = try deployRule(for: url, .file(file)) }.remote(
                url)
            func attempt() -> String {
                do {
                    try remote.sync("main", depth: 1, into: store)
                    return "fetched"
                } catch {
                    return "\(error)"
                }
            }
            #expect(attempt() == "cannot read the password file \(file): no such file or directory")
            try TestFiles.write("first\n", to: file)
            #expect(attempt().contains("the server rejected the credential of deploy (401)"))
            try TestFiles.write("\n", to: file)
            #expect(attempt() == "cannot read the password file \(file): it is empty")
            try TestFiles.write("second\n", to: file)
            #expect(attempt() == "fetched")
        }
    }

    @Test("a rewritten address takes the credential of where it leads")
    func insteadOf() throws {
        try GitFixture(at: "\(Scratch.directory)/served/team/app.git").commit(["a": "1\n"])
        let options = GitHTTPServer.Options { $0.users = ["deploy": "right"] }
        try withGitHTTPServer(serving: "\(Scratch.directory)/served", options) { server in
            let base = server.url("team/")
            let url = InsteadOf.rewrite(
                "https://git.invalid/app.git", by: [InsteadOf(base: base, prefix: "https://git.invalid/")])
            let old = try TransportUse.direct.with {
                $0.credentials = try deployRule(for: "https://git.invalid", .value(Secret("right")))
            }
            #expect(try failure(of: old, url).message.contains("none is configured"))
            let new = try TransportUse.direct.with {
                $0.credentials = try deployRule(for: base, .value(Secret("right")))
            }
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            try new.remote(url).sync("main", depth: 1, into: store)
        }
    }

    @Test("a redirection to another server is refused, and the credential stays at home")
    func redirect() throws {
        try withScriptedServer([.receiveHead, .answer("200 OK")]) { other in
            let location = "Location: http://127.0.0.1:\(other.port)/app.git/info/refs?service=git-upload-pack"
            try withScriptedServer([.receiveHead, .answer("302 Found", headers: [location])]) { server in
                let url = "http://127.0.0.1:\(server.port)/app.git"
                let way = try TransportUse.direct.with {
                    $0.credentials = try deployRule(for: url, .value(Secret("hunter2-secret")))
                }
                let error = try failure(of: way, url)
                #expect(error.kind == .configuration)
                #expect(
                    error.description == """
                        cannot resolve main at \(url): http://127.0.0.1:\(server.port) redirects to \
                        http://127.0.0.1:\(other.port), which is not the same server; if that is right, use \
                        http://127.0.0.1:\(other.port)/app.git instead
                        """)
                #expect(other.connectionCount == 0)
                #expect(server.receivedText[0].contains("Authorization: Basic "))
            }
        }
    }
}
