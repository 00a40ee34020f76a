import GitProtocol
import GitStore
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
    private func rules(for url: String, _ password: PasswordSource) throws -> CredentialRules {
        CredentialRules([.init(prefix: try RemoteURL(parsing: url), username: "deploy", password: password)])
    }

    @Test("every status says what it means and what to do", arguments: Refusal.all)
    func status(refusal: Refusal) throws {
        let answer = ScriptedServer.Step.answer(
            refusal.status, headers: refusal.headers, body: Array(refusal.body.utf8))
        try withScriptedServer([.receiveHead, answer]) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let way = try Way.direct.with {
                if refusal.credential { $0.credentials = try rules(for: url, .value(Secret("hunter2-secret"))) }
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

    @Test("a refused connection names the place, over http")
    func refusedHTTP() throws {
        let url = "http://127.0.0.1:\(try freePort())/app.git"
        let error = try failure(of: .direct, url)
        #expect(error.kind == .unreachable)
        #expect(error.description.hasPrefix("cannot resolve main at \(url): failed to connect to 127.0.0.1 port "))
        #expect(error.description.hasSuffix("; check host and port in --repo, and that the server runs"))
    }

    @Test("a refused connection names the place, over ssh")
    func refusedSSH() throws {
        let port = try freePort()
        let url = "ssh://git@127.0.0.1:\(port)/app.git"
        let error = try failure(of: .direct, url)
        #expect(error.kind == .unreachable)
        #expect(
            error.description == """
                cannot reach \(url): ssh: connect to host 127.0.0.1 port \(port): Connection refused; check host and port in \
                --repo, and that the server runs
                """)
    }

    @Test("a host that no name server knows is named", arguments: ["http", "https", "ssh"])
    func unknownHost(scheme: String) throws {
        let error = try failure(of: .direct, "\(scheme)://no-such-host.invalid/app.git")
        #expect(error.kind == .unreachable)
        #expect(error.message.contains("no-such-host.invalid"))
        #expect(error.hint == "check the host in --repo, and the name servers")
    }

    @Test("a redirection to another server is refused, and the credential stays at home")
    func redirect() throws {
        try withScriptedServer([.receiveHead, .answer("200 OK")]) { other in
            let location = "Location: http://127.0.0.1:\(other.port)/app.git/info/refs?service=git-upload-pack"
            try withScriptedServer([.receiveHead, .answer("302 Found", headers: [location])]) { server in
                let url = "http://127.0.0.1:\(server.port)/app.git"
                let way = try Way.direct.with { $0.credentials = try rules(for: url, .value(Secret("hunter2-secret"))) }
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

    @Test("a redirection on the same server is followed, for the later requests too")
    func movedOnSameServer() throws {
        try GitFixture(at: "\(Scratch.directory)/served/new.git").commit(["a": "1\n"])
        let options = GitHTTPServer.Options {
            $0.nginxConfiguration = "rewrite ^/old.git/(.*)$ /new.git/$1 permanent;"
        }
        try withGitHTTPServer(serving: "\(Scratch.directory)/served", options) { server in
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let remote = try Way.direct.remote(server.url("old.git"))
            for _ in 1...3 { try remote.sync("main", depth: 1, into: store) }
            let posts = try server.exchanges().filter { $0.method == "POST" }
            #expect(posts.count == 4)
            #expect(posts.allSatisfy { $0.target == "/new.git/git-upload-pack" && $0.status == 200 })
        }
    }

    @Test("a repository that moves while we poll is found again at the next attempt")
    func movedMeanwhile() throws {
        let tip = String(repeating: "1", count: 40)
        let offer = Wire.line("# service=git-upload-pack") + Wire.flush + Wire.offer
        let first: [ScriptedServer.Step] = [
            .receiveHead, .answer("200 OK", body: offer), .receive { $0.suffix(4) == Wire.flush[...] },
            .answer("200 OK", body: Wire.listing(tip)),
            .receive {
                String(decoding: $0, as: UTF8.self).components(of: "POST ") == 2 && $0.suffix(4) == Wire.flush[...]
            },
            .answer("301 Moved Permanently", headers: ["Location: /moved/git-upload-pack", "Connection: close"]),
        ]
        let second: [ScriptedServer.Step] = [.receiveHead, .answer("404 Not Found")]
        try withScriptedServer(first, second) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let remote = try Way.direct.remote(url)
            let found = try remote.resolve(RefQuery("main"), .after(.seconds(10)))
            #expect(found.id.description == tip)
            let moved = #expect(throws: RemoteError.self) { try remote.resolve(RefQuery("main"), .after(.seconds(10))) }
            #expect(
                moved?.description == """
                    cannot reach \(url): the server redirects us in the middle of a conversation (301); give the address \
                    that it redirects to as --repo
                    """)
            #expect(throws: RemoteError.self) { try remote.resolve(RefQuery("main"), .after(.seconds(10))) }
            #expect(server.receivedText[1].hasPrefix("GET /app.git/info/refs?service=git-upload-pack "))
        }
    }

    @Test("the right credential is sent at once, and only where its address says")
    func basic() throws {
        try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
        let options = GitHTTPServer.Options { $0.users = ["deploy": "right"] }
        try withGitHTTPServer(serving: "\(Scratch.directory)/served", options) { server in
            let url = server.url("app.git")
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let way = try Way.direct.with { $0.credentials = try rules(for: url, .value(Secret("right"))) }
            try way.remote(url).sync("main", depth: 1, into: store)
            #expect(try server.exchanges().allSatisfy { $0.status == 200 && $0.user == "deploy" })
            let elsewhere = try Way.direct.with {
                $0.credentials = try rules(for: server.url("other.git"), .value(Secret("right")))
            }
            #expect(try failure(of: elsewhere, url).kind == .authentication)
            let inside = url.replacing("http://", with: "http://deploy:right@")
            try Way.direct.remote(inside).sync("main", depth: 1, into: store)
        }
    }

    @Test("a wrong password is tried once, and never shown")
    func wrongPassword() throws {
        try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
        let options = GitHTTPServer.Options { $0.users = ["deploy": "right"] }
        try withGitHTTPServer(serving: "\(Scratch.directory)/served", options) { server in
            let url = server.url("app.git")
            let way = try Way.direct.with { $0.credentials = try rules(for: url, .value(Secret("wrong-one"))) }
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
            let remote = try Way.direct.with { $0.credentials = try rules(for: url, .file(file)) }.remote(url)
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
            let old = try Way.direct.with {
                $0.credentials = try rules(for: "https://git.invalid", .value(Secret("right")))
            }
            #expect(try failure(of: old, url).message.contains("none is configured"))
            let new = try Way.direct.with { $0.credentials = try rules(for: base, .value(Secret("right"))) }
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            try new.remote(url).sync("main", depth: 1, into: store)
        }
    }

    @Test("a proxy is asked for the repository, and is not for the hosts in no_proxy")
    func proxy() throws {
        let source = try PackSource()
        let answer = Wire.packSection + Wire.band(try source.pack()) + Wire.flush
        try Script(tip: source.tip, answer: answer).play(on: .http) { way, url in
            let proxy = String(url.dropLast("/app.git".count))
            let through = way.with { $0.proxy = ProxySettings(environment: ["http_proxy": proxy]) }
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let result = try through.remote("http://git.invalid/app.git").sync("main", depth: 1, into: store)
            #expect(result.commit.description == source.tip)
            let past = way.with {
                $0.proxy = ProxySettings(environment: ["http_proxy": proxy, "no_proxy": "git.invalid"])
            }
            #expect(try failure(of: past, "http://git.invalid/app.git").message.contains("git.invalid"))
        }
    }

    @Test("a proxy that refuses, or is not there, is told from the server")
    func proxyFails() throws {
        try withScriptedServer([.receiveHead, .answer("407 Proxy Authentication Required")]) { proxy in
            let way = Way.direct.with {
                $0.proxy = ProxySettings(environment: [
                    "https_proxy": "http://user:hunter2-secret@127.0.0.1:\(proxy.port)",
                    "http_proxy": "http://127.0.0.1:\(proxy.port)",
                ])
            }
            let tunnel = try failure(of: way, "https://git.invalid/app.git")
            #expect(
                tunnel.description == """
                    cannot resolve main at https://git.invalid/app.git: the proxy answers 407 to the request for a tunnel to \
                    https://git.invalid:443; give the proxy's URL a user and a password that it accepts
                    """)
            #expect(!tunnel.description.contains("hunter2"))
            let plain = try failure(of: way, "http://git.invalid/app.git")
            #expect(plain.kind == .authentication)
            #expect(
                plain.description == """
                    cannot reach http://git.invalid/app.git: the proxy asks for a credential (407); give the proxy's URL a \
                    user and a password that it accepts
                    """)
        }
        let nobody = "http://127.0.0.1:\(try freePort())"
        let way = Way.direct.with { $0.proxy = ProxySettings(environment: ["http_proxy": nobody]) }
        let error = try failure(of: way, "http://git.invalid/app.git")
        #expect(error.kind == .unreachable)
        #expect(error.hint == "check http_proxy, https_proxy and http.proxy")
    }

    @Test("a repository on this machine that is not there is told from a broken one")
    func missingLocal() throws {
        let error = try failure(of: .direct, "file:///nowhere/app.git")
        #expect(error.kind == .notFound)
        #expect(error.hint == "check --repo")
    }
}
