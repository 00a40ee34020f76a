import Glibc
import HTTPClient
import Posix
import Testing

@Suite("Requests", .timeLimit(.minutes(1)))
struct RequestTests {
    /// Answers with the request itself.
    static func echo() throws -> ScriptedServer {
        try ScriptedServer { connection in
            while let head = connection.readHead() {
                let length = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                let count = length.flatMap { Int($0.dropFirst(16)) } ?? 0
                connection.answer(body: head + (connection.read(count: count) ?? ""))
            }
        }
    }

    @Test("a GET sends nothing but what it needs")
    func plain() throws {
        let server = try RequestTests.echo()
        let (response, text) = try client().get(server.url + "/a/b?c=d#e")
        #expect(
            text == """
                GET /a/b?c=d HTTP/1.1\r
                Host: 127.0.0.1:\(server.port)\r
                User-Agent: git-sidecar/test\r
                Accept: */*\r
                Accept-Encoding: deflate, gzip, br, zstd\r
                \r

                """)
        #expect(response.url == server.url + "/a/b?c=d")
        #expect(response.head.version == "1.1")
        #expect(response.bytesSent == text.utf8.count)
        #expect(response.bytesReceived > text.utf8.count)
        #expect(response.timings.total >= response.timings.firstByte)
        #expect(response.timings.firstByte > .zero)
    }

    @Test("a POST sends its body with its length, and no header of libcurl's own")
    func post() throws {
        let server = try RequestTests.echo()
        let request = HTTPRequest(
            server.url, method: "POST", headers: [HTTPHeader("Accept", "x/y"), HTTPHeader("Empty", "")],
            body: Array("body".utf8))
        #expect(
            try client().ask(request).text == """
                POST / HTTP/1.1\r
                Host: 127.0.0.1:\(server.port)\r
                User-Agent: git-sidecar/test\r
                Accept-Encoding: deflate, gzip, br, zstd\r
                Accept: x/y\r
                Empty:\r
                Content-Length: 4\r
                \r
                body
                """)
    }

    @Test(
        "any method is sent as it is",
        arguments: [("DELETE", nil), ("PURGE", nil), ("PUT", "Content-Length: 0"), ("POST", "Content-Length: 0")])
    func methods(method: String, length: String?) throws {
        let server = try RequestTests.echo()
        let (response, text) = try client().ask(HTTPRequest(server.url, method: method))
        #expect(response.status == 200)
        #expect(text.hasPrefix("\(method) / HTTP/1.1\r\n"))
        #expect(text.split(separator: "\r\n").first { $0.hasPrefix("Content-Length") }.map(String.init) == length)
    }

    @Test("a HEAD has no body, and the connection is good afterwards")
    func head() throws {
        let server = try ScriptedServer { connection in
            while connection.readHead() != nil { connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n") }
        }
        let client = try client()
        #expect(try client.ask(HTTPRequest(server.url, method: "HEAD")).text == "")
        #expect(try client.ask(HTTPRequest(server.url, method: "HEAD")).response.reusedConnection)
    }

    @Test("a large body is sent whole and at once")
    func largeBody() throws {
        let server = try ScriptedServer { connection in
            guard let head = connection.readHead() else { return }
            let body = connection.read(count: 3_000_000)
            connection.answer(body: "\(body?.utf8.count ?? 0) \(head.contains("Expect"))")
        }
        let request = HTTPRequest(server.url, method: "POST", body: [UInt8](repeating: 120, count: 3_000_000))
        #expect(try client().ask(request).text == "3000000 false")
    }

    @Test("user and password are sent with the first request")
    func basic() throws {
        let server = try RequestTests.echo()
        let request = HTTPRequest(
            server.url, own: .basic(username: "Aladdin", password: Secret("open sesame")))
        #expect(try client().ask(request).text.contains("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"))
    }

    @Test("user and password in a URL are decoded and sent, and seen nowhere else")
    func basicInURL() throws {
        let server = try RequestTests.echo()
        let url = "http://Aladdin:open%20sesame@127.0.0.1:\(server.port)/x"
        let (response, text) = try client().get(url)
        #expect(text.contains("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"))
        #expect(response.url == server.url + "/x")
    }

    @Test("a token is sent as a bearer's")
    func bearer() throws {
        let server = try RequestTests.echo()
        let request = HTTPRequest(server.url, own: .bearer(Secret("abc")))
        #expect(try client().ask(request).text.contains("Authorization: Bearer abc\r\n"))
        #expect(try !client().get(server.url).text.contains("Authorization"))
    }

    @Test("a credential of one request is not in the next")
    func credentialIsForgotten() throws {
        let server = try RequestTests.echo()
        let client = try client()
        _ = try client.ask(HTTPRequest(server.url, own: .basic(username: "a", password: Secret("b"))))
        _ = try client.ask(HTTPRequest(server.url, method: "POST", headers: [HTTPHeader("X", "y")], body: [1]))
        let text = try client.get(server.url).text
        #expect(!text.contains("Authorization"))
        #expect(!text.contains("X: y"))
        #expect(text.hasPrefix("GET / "))
    }

    @Test("a header field of the request replaces the one of the configuration")
    func extraHeaders() throws {
        let server = try RequestTests.echo()
        let secrets = ServerSecrets(headers: [HTTPHeader("X-One", "1"), HTTPHeader("X-Two", "2")])
        let client = try client(secrets: ForOrigin(secrets, serverOf: server.url))
        let text = try client.ask(HTTPRequest(server.url, headers: [HTTPHeader("x-two", "3")])).text
        #expect(text.contains("X-One: 1\r\n"))
        #expect(text.contains("x-two: 3\r\n"))
        #expect(!text.contains("X-Two: 2"))
    }

    @Test(
        "a line end or NUL in any part is refused before anything is sent",
        arguments: ["\r", "\n", "\0", "a\r\nX-Evil: 1"])
    func injection(poison: String) throws {
        let server = try ScriptedServer { $0.answerAll() }
        let client = try client()
        let requests = [
            HTTPRequest(server.url + "/" + poison),
            HTTPRequest(server.url, method: "GET" + poison),
            HTTPRequest(server.url, headers: [HTTPHeader("Name", poison)]),
            HTTPRequest(server.url, headers: [HTTPHeader("Name" + poison, "x")]),
            HTTPRequest(server.url, own: .bearer(Secret(poison))),
        ]
        for request in requests {
            let error = try failure { _ = try client.ask(request) }
            #expect(error.code == .invalid)
            #expect(error.description.utf8.allSatisfy { $0 >= 32 })
        }
        #expect(server.connections == 0)
    }

    @Test(
        "a URL that is not http or https is refused",
        arguments: [
            ("file:///etc/passwd", "the URL cannot be used: it is neither http nor https"),
            ("ftp://host/x", "the URL cannot be used: it is neither http nor https"),
            ("gopher://host/x", "the URL cannot be used: it is neither http nor https"),
            ("example.org/x", "the URL cannot be used: it is not a whole URL"),
            ("http://host:99999/", "the URL cannot be used: its port is no number from 1 to 65535"),
            ("http://ho st/", "the URL has a space or a control character in it"),
        ])
    func refusedURLs(url: String, message: String) throws {
        let client = try client()
        let error = try failure { _ = try client.get(url) }
        #expect(error.code == .invalid)
        #expect(error.message == message)
    }

    @Test("cookies of the file are sent; what the server sets is not kept, and the file is not written")
    func cookies() throws {
        let server = try ScriptedServer { connection in
            while let head = connection.readHead() { connection.answer("200 OK", ["Set-Cookie: b=2"], body: head) }
        }
        let scratch = try Scratch()
        func cookie(_ value: String) throws -> String {
            try scratch.write(
                "cookies", "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t\(value)\n")
        }
        let secrets = ServerSecrets(cookieFile: try cookie("1"))
        let client = try client(secrets: ForOrigin(secrets, serverOf: server.url))
        let before = entries(scratch.path)
        #expect(try client.get(server.url).text.contains("Cookie: a=1\r\n"))
        #expect(try client.get(server.url).text.contains("Cookie: a=1\r\n"))
        _ = try cookie("3")
        #expect(try client.get(server.url).text.contains("Cookie: a=3\r\n"))
        #expect(entries(scratch.path) == before)
    }

    @Test("a cookie file that is not there is an error")
    func noCookieFile() throws {
        let secrets = ServerSecrets(cookieFile: "/nowhere/cookies")
        let client = try client(secrets: ForOrigin(secrets, serverOf: "http://127.0.0.1:1"))
        let error = try failure { _ = try client.get("http://127.0.0.1:1/") }
        #expect(
            error.description == "cannot GET http://127.0.0.1:1/: the cookie file cannot be used: cannot open "
                + "/nowhere/cookies: no such file or directory")
    }

    @Test("interim answers and fields after the body are passed over")
    func interim() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write(
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n"
                    + "5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n")
        }
        let (response, text) = try client().get(server.url)
        #expect(response.status == 200)
        #expect(text == "hello")
        #expect(response.head.headers.map(\.name) == ["Transfer-Encoding", "A"])
        #expect(response.head.headers.value("a") == "b")
    }

    @Test("neither ~/.netrc, ~/.curlrc nor the process's proxy variables change what is sent")
    func noSurprises() async {
        await #expect(processExitsWith: .success) {
            let server = try RequestTests.echo()
            let scratch = try Scratch()
            try scratch.write(".netrc", "machine 127.0.0.1 login surprise password surprise\n")
            try scratch.write(".curlrc", "user-agent = surprise\n")
            unsafe setenv("HOME", scratch.path, 1)
            for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"] {
                unsafe setenv(name, "http://127.0.0.1:1", 1)
            }
            let text = try client().get(server.url).text
            #expect(text.hasPrefix("GET / HTTP/1.1\r\n"))
            #expect(!text.contains("Authorization"))
            #expect(text.contains("User-Agent: git-sidecar/test\r\n"))
        }
    }

    @Test(
        "Retry-After is read in seconds and as a date",
        arguments: [
            (["Retry-After: 120"], Duration.seconds(120)),
            (["Retry-After: -5"], .zero),
            (["Retry-After: 99999999999999999999999"], .seconds(86400)),
            (["Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", "Date: Fri, 31 Dec 1999 23:59:29 GMT"], .seconds(30)),
            (["Retry-After: Fri, 31 Dec 1999 23:59:59 GMT"], .zero),
            (["Retry-After: Friday, 31-Dec-99 23:59:59 GMT", "Date: Fri, 31 Dec 1999 23:59:29 GMT"], .seconds(30)),
            (["Retry-After: soon"], nil),
            ([], nil),
        ])
    func retryAfter(headers: [String], expected: Duration?) throws {
        let server = try ScriptedServer { $0.answerAll("429 Too Many Requests", headers) }
        let (response, _) = try client().get(server.url)
        #expect(response.status == 429)
        #expect(response.head.retryAfter == expected)
    }
}
