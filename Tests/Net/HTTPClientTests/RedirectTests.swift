import HTTPClient
import Posix
import Testing

@Suite("Redirections", .timeLimit(.minutes(1)))
struct RedirectTests {
    /// Redirects `/302/x` to `/x` with that status, `/to/URL` to that URL; answers anything else with the request.
    static func redirecting() throws -> ScriptedServer {
        try ScriptedServer { connection in
            while let head = connection.readHead() {
                let words = head.split(separator: " ")
                let path = words.count > 1 ? words[1] : ""
                let length = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                let body = connection.read(count: length.flatMap { Int($0.dropFirst(16)) } ?? 0) ?? ""
                if path.hasPrefix("/to/") {
                    connection.answer("302 Found", ["Location: \(path.dropFirst(4))"], body: "moved")
                } else if let status = Int(path.dropFirst().prefix(3)) {
                    connection.answer("\(status) Moved", ["Location: \(path.dropFirst(4))"], body: "moved")
                } else {
                    connection.answer(body: head + body)
                }
            }
        }
    }

    @Test("a redirection to the same server is followed, with credential and on the same connection")
    func sameServer() throws {
        let server = try RedirectTests.redirecting()
        let request = HTTPRequest(
            server.url + "/302/301/307/308/303/end", own: .basic(username: "a", password: Secret("b")))
        let (response, text) = try client().ask(request)
        #expect(response.status == 200)
        #expect(response.url == server.url + "/end")
        #expect(text.hasPrefix("GET /end HTTP/1.1\r\n"))
        #expect(text.contains("Authorization: Basic YTpi\r\n"))
        #expect(server.connections == 1)
    }

    @Test("a sixth redirection is refused")
    func tooMany() throws {
        let server = try RedirectTests.redirecting()
        let url = server.url + "/302/302/302/302/302/302/end"
        let client = try client()
        let error = try failure { _ = try client.get(url) }
        #expect(error.code == .redirectRefused)
        #expect(error.description == "cannot GET \(url): it was redirected more than 5 times")
    }

    @Test("a redirection to another server is refused, names both, and the other server hears nothing")
    func otherServer() throws {
        let other = try ScriptedServer { $0.answerAll() }
        let server = try RedirectTests.redirecting()
        let request = HTTPRequest(
            "\(server.url)/to/\(other.url)/x?token=secret", own: .basic(username: "a", password: Secret("b")))
        let client = try client()
        let error = try failure { _ = try client.ask(request) }
        #expect(error.code == .redirectRefused)
        #expect(
            error.description
                == "cannot GET \(server.url)/to/\(other.url)/x?token=***: \(server.url) redirects to \(other.url), "
                + "which is not the same server; if that is right, use \(other.url)/x?token=*** instead")
        #expect(other.connections == 0)
    }

    @Test(
        "a redirection to another host or scheme is refused",
        arguments: ["http://localhost/", "ftp://127.0.0.1/", "file:///etc/passwd", "http://evil@example.org/"])
    func otherScheme(location: String) throws {
        let server = try RedirectTests.redirecting()
        let client = try client()
        let error = try failure { _ = try client.get("\(server.url)/to/\(location)") }
        #expect(error.code == .redirectRefused)
        #expect(!error.description.contains("instead") || !error.hint.debugDescription.contains("evil"))
    }

    @Test("a redirection from http to https on the same host is followed, the way back is not")
    func upgrade() throws {
        let certificates = try Certificates()
        let secure = try Nginx(
            "ssl", try certificates.make("server"),
            location: "if ($uri = /back) { return 302 http://localhost:1/; } return 200 secure;")
        let server = try ScriptedServer {
            $0.answerAll("301 Moved", ["Location: https://localhost:\(secure.port)/x"], body: "moved")
        }
        let client = try client(tls: TLSSettings(additionalFile: certificates.authority))
        let (response, text) = try client.get("http://localhost:\(server.port)/x")
        #expect(text == "secure")
        #expect(response.url == "https://localhost:\(secure.port)/x")
        let error = try failure { _ = try client.get("https://localhost:\(secure.port)/back") }
        #expect(error.code == .redirectRefused)
    }

    @Test("nothing that is for one scheme or port goes to another, though the redirection there is followed")
    func secretsStay() throws {
        let certificates = try Certificates()
        let secure = try Nginx(
            "ssl",
            try certificates.make("server")
                + " ssl_client_certificate \(certificates.authority); ssl_verify_client optional;",
            location: "return 200 \"[$http_authorization$http_cookie$http_x_one$http_x_two$ssl_client_s_dn]\";")
        try certificates.make("client")
        let scratch = try Scratch()
        let server = try ScriptedServer {
            $0.answerAll("301 Moved", ["Location: https://localhost:\(secure.port)/"], body: "moved")
        }
        let secrets = ServerSecrets(
            headers: [HTTPHeader("X-One", "1")],
            cookieFile: try scratch.write("cookies", "localhost\tFALSE\t/\tFALSE\t0\ta\tb\n"),
            certificateFile: certificates.certificate("client"), keyFile: certificates.key("client"))
        func answer(_ url: String, _ target: String) throws -> String {
            let client = try client(
                tls: TLSSettings(additionalFile: certificates.authority), secrets: ForOrigin(secrets, serverOf: url))
            return try client.ask(
                HTTPRequest(
                    target, secretHeaders: ForOrigin([HTTPHeader("X-Two", "2")], serverOf: url),
                    credential: ForOrigin(.basic(username: "a", password: Secret("b")), serverOf: url))
            ).text
        }
        let plain = "http://localhost:\(server.port)/"
        #expect(try answer(plain, plain) == "[]")
        let own = "https://localhost:\(secure.port)"
        #expect(try answer(own, own + "/x") == "[Basic YTpia=b12CN=client]")
    }

    @Test("secrets go by what libcurl connects to, not by what a URL looks like")
    func disguised() throws {
        let server = try RedirectTests.redirecting()
        let good = "http://good.test"
        let secrets = ForOrigin(ServerSecrets(headers: [HTTPHeader("X-One", "secret")]), serverOf: good)
        let client = try client(secrets: secrets)
        let request = HTTPRequest(
            "\(good)@127.0.0.1:\(server.port)/x",
            credential: ForOrigin(.basic(username: "a", password: Secret("b")), serverOf: good))
        let text = try client.ask(request).text
        #expect(text.hasPrefix("GET /x"))
        #expect(!text.contains("secret") && !text.contains("Authorization"))
    }

    @Test("a body is sent again after 307 and 308, and never silently lost")
    func body() throws {
        let server = try RedirectTests.redirecting()
        let client = try client()
        func post(_ status: Int) throws -> String {
            try client.ask(HTTPRequest("\(server.url)/\(status)/end", method: "POST", body: Array("body".utf8))).text
        }
        for status in [307, 308] {
            let text = try post(status)
            #expect(text.hasPrefix("POST /end") && text.hasSuffix("body"))
        }
        #expect(try post(303).hasPrefix("GET /end"))
        let error = try failure { _ = try post(302) }
        #expect(error.code == .redirectRefused)
        #expect(
            error.description
                == "cannot POST \(server.url)/302/end: \(server.url) answers with redirection 302, "
                + "which would turn POST into GET; use \(server.url)/end instead")
    }

    @Test("where redirections are not wanted they are the answer")
    func notWanted() throws {
        let server = try RedirectTests.redirecting()
        let (response, text) = try client().ask(HTTPRequest(server.url + "/302/end", redirects: .none))
        #expect(response.status == 302)
        #expect(text == "moved")
    }

    @Test("a redirection without end is given up")
    func endless() throws {
        let server = try ScriptedServer { connection in
            guard connection.readHead() != nil else { return }
            connection.write("HTTP/1.1 302 Found\r\nLocation: http://example.org/\r\n\r\n")
            while connection.write([UInt8](repeating: 120, count: 65536)) {}
        }
        let client = try client()
        let error = try failure { _ = try client.get(server.url) }
        #expect(error.code == .redirectRefused)
    }
}
