import GitObjects
import GitProtocol
import GitStore
import HTTPClient
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("Ways that lead nowhere, or elsewhere", .scratch, .timeLimit(.minutes(1)))
struct UnreachableTests {
    @Test("a refused connection names the place, over http")
    func refusedHTTP() throws {
        let url = "http://127.0.0.1:\(try freePort())/app.git"
        let error = try failure(of: .direct, url)
        #expect(error.kind == .unreachable)
        let place = url.dropFirst("http://".count).prefix { $0 != "/" }
        #expect(
            error.description == """
                cannot resolve main at \(url): nothing listens at \(place); check host and port in --repo, and that the \
                server runs
                """)
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

    @Test("a redirection on the same server is followed, for the later requests too")
    func movedOnSameServer() throws {
        try GitFixture(at: "\(Scratch.directory)/served/new.git").commit(["a": "1\n"])
        let options = GitHTTPServer.Options {
            $0.nginxConfiguration = "rewrite ^/old.git/(.*)$ /new.git/$1 permanent;"
        }
        try withGitHTTPServer(serving: "\(Scratch.directory)/served", options) { server in
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let remote = try TransportUse.direct.remote(server.url("old.git"))
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
            let remote = try TransportUse.direct.remote(url)
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
            let way = TransportUse.direct.with {
                $0.proxy = ProxySettings(environment: [
                    "https_proxy": "http://user:hunter2-secret@127.0.0.1:\(proxy.port)",
                    "http_proxy": "http://127.0.0.1:\(proxy.port)",
                ])
            }
            let tunnel = try failure(of: way, "https://git.invalid/app.git")
            #expect(
                tunnel.description == """
                    cannot resolve main at https://git.invalid/app.git: the proxy answers 407 to the request for a tunnel to \
                    https://git.invalid; give the proxy's URL a user and a password that it accepts
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
        let way = TransportUse.direct.with { $0.proxy = ProxySettings(environment: ["http_proxy": nobody]) }
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
