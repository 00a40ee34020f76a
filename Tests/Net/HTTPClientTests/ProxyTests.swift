import Glibc
import HTTPClient
import Posix
import Testing

@Suite("Proxies", .timeLimit(.minutes(1)))
struct ProxyTests {
    /// A forward proxy: answers absolute-form requests with the request itself, and opens tunnels to the loopback.
    static func forwarding(allowed: @escaping @Sendable (String) -> Bool = { _ in true }) throws -> ScriptedServer {
        try ScriptedServer { connection in
            while let head = connection.readHead() {
                guard allowed(head) else {
                    connection.answer("407 Proxy Authentication Required", ["Proxy-Authenticate: Basic realm=x"])
                    continue
                }
                guard head.hasPrefix("CONNECT ") else {
                    connection.answer(body: "proxied " + head)
                    continue
                }
                let authority = head.split(separator: " ")[1]
                guard let port = authority.split(separator: ":").last.flatMap({ UInt16($0) }),
                    let target = connectToLoopback(port)
                else { return connection.answer("502 Bad Gateway") }
                connection.write("HTTP/1.1 200 Connection established\r\nProxy-Header: x\r\n\r\n")
                relay(connection.socket, target)
                close(target)
                return
            }
        }
    }

    @Test("http goes through http_proxy in absolute form, with the proxy's credential")
    func plain() throws {
        let proxy = try ProxyTests.forwarding()
        let settings = ProxySettings(environment: ["http_proxy": "http://us%40er:pass@127.0.0.1:\(proxy.port)"])
        let text = try client(proxy: settings).get("http://some.example/x").text
        #expect(text.hasPrefix("proxied GET http://some.example/x HTTP/1.1\r\n"))
        #expect(text.contains("Proxy-Authorization: Basic dXNAZXI6cGFzcw==\r\n"))
    }

    @Test("https goes through a tunnel, and the proxy sees neither request nor credential")
    func tunnel() throws {
        let certificates = try Certificates()
        let server = try Nginx("ssl", try certificates.make("server"), location: "return 200 $http_authorization;")
        let proxy = try ProxyTests.forwarding { head in
            !head.lowercased().contains("\r\nauthorization") && head.contains("Proxy-Authorization: Basic dTpw\r\n")
        }
        let client = try client(
            tls: TLSSettings(additionalFile: certificates.authority),
            proxy: ProxySettings(environment: ["HTTPS_PROXY": "http://u:p@127.0.0.1:\(proxy.port)"]))
        let request = HTTPRequest(
            "https://localhost:\(server.port)/", own: .basic(username: "a", password: Secret("b")))
        let (response, text) = try client.ask(request)
        #expect(text == "Basic YTpi")
        #expect(response.head.headers.value("Proxy-Header") == nil)
        #expect(try client.ask(request).response.reusedConnection)
        #expect(proxy.connections == 1)
    }

    @Test("a proxy that wants a credential is told apart, and its password is never shown")
    func refusedCredential() throws {
        let proxy = try ProxyTests.forwarding { _ in false }
        let client = try client(
            proxy: ProxySettings(environment: [:], explicit: Secret("http://user:hunter2@127.0.0.1:\(proxy.port)")))
        let error = try failure { _ = try client.get("https://some.example/") }
        #expect(
            error.description
                == "cannot GET https://some.example/: the proxy answers 407 to the request for a tunnel to "
                + "https://some.example; give the proxy's URL a user and a password that it accepts")
        #expect(error.code == .proxy)
        #expect(try client.get("http://some.example/").response.status == 407)
    }

    @Test("a proxy that is not there is told apart from a server that is not there", arguments: ["http://", ""])
    func absent(scheme: String) throws {
        let port = try freePort()
        let client = try client(
            proxy: ProxySettings(environment: ["all_proxy": "\(scheme)user:hunter2@127.0.0.1:\(port)"]))
        let error = try failure { _ = try client.get("http://some.example/") }
        #expect(error.code == .proxy)
        #expect(error.message == "nothing listens at 127.0.0.1:\(port)")
        #expect(!error.description.contains("hunter2"))
    }

    @Test(
        "no part of a proxy's URL that cannot be used is shown",
        arguments: ["http://user:hunter2@[", "nonsense://user:hunter2@host:1", "http://user:hunter2@host:port"])
    func unusable(url: String) throws {
        let client = try client(proxy: ProxySettings(environment: [:], explicit: Secret(url)))
        let error = try failure { _ = try client.get("http://some.example/") }
        #expect(error.code == .proxy)
        #expect(!"\(error)".contains("hunter2"))
    }

    @Test(
        "variables choose as curl's do",
        arguments: [
            (["http_proxy": "PROXY"], true),
            (["HTTP_PROXY": "PROXY"], false),
            (["ALL_PROXY": "PROXY"], true),
            (["http_proxy": "", "all_proxy": "PROXY"], true),
            (["https_proxy": "PROXY"], false),
            (["http_proxy": "PROXY", "no_proxy": "127.0.0.1"], false),
            (["http_proxy": "PROXY", "NO_PROXY": "other,127.0.0.0/8"], false),
            (["http_proxy": "PROXY", "no_proxy": "*"], false),
            (["http_proxy": "PROXY", "no_proxy": "some.example"], true),
        ])
    func variables(environment: [String: String], isProxied: Bool) throws {
        let proxy = try ProxyTests.forwarding()
        let server = try ScriptedServer { $0.answerAll(body: "direct") }
        let environment = environment.mapValues { $0 == "PROXY" ? proxy.url : $0 }
        let text = try client(proxy: ProxySettings(environment: environment)).get(server.url).text
        #expect(text.hasPrefix("proxied") == isProxied)
    }

    @Test("an explicit proxy goes before the variables, and an empty one means none")
    func explicit() throws {
        let proxy = try ProxyTests.forwarding()
        let server = try ScriptedServer { $0.answerAll(body: "direct") }
        let wrong = ["http_proxy": "http://127.0.0.1:1"]
        let through = ProxySettings(environment: wrong, explicit: Secret(proxy.url))
        #expect(try client(proxy: through).get(server.url).text.hasPrefix("proxied"))
        let none = ProxySettings(environment: wrong, explicit: Secret(""))
        #expect(try client(proxy: none).get(server.url).text == "direct")
    }
}

/// Carries bytes both ways until one side ends.
private func relay(_ one: Int32, _ other: Int32) {
    var bytes = [UInt8](repeating: 0, count: 65536)
    while true {
        var ready = [
            pollfd(fd: one, events: Int16(POLLIN), revents: 0), pollfd(fd: other, events: Int16(POLLIN), revents: 0),
        ]
        guard unsafe poll(&ready, 2, 10_000) > 0 else { return }
        for (index, from, to) in [(0, one, other), (1, other, one)] where ready[index].revents != 0 {
            let count = unsafe recv(from, &bytes, bytes.count, 0)
            guard count > 0, unsafe send(to, bytes, count, Int32(MSG_NOSIGNAL)) == count else { return }
        }
    }
}
