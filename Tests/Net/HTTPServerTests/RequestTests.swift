import HTTPServer
import Posix
import Testing

@Suite("Requests over a socket", .timeLimit(.minutes(1)))
struct RequestTests {
    @Test("a path that is known is answered, with what no cache and no browser may misunderstand")
    func known() throws {
        let server = try echoServer()
        let answer = try RawClient(port: server.port).exchange(request("GET", "/"))
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("\r\nCache-Control: no-store\r\n"))
        #expect(answer.contains("\r\nX-Content-Type-Options: nosniff\r\n"))
        #expect(body(answer) == "hello\n")
    }

    @Test("HEAD says how long the body of GET is, and sends none")
    func head() throws {
        let server = try echoServer()
        let answer = try RawClient(port: server.port).exchange(request("HEAD", "/"))
        #expect(status(answer) == 200)
        #expect(answer.contains("\r\nContent-Length: 6\r\n"))
        #expect(body(answer) == "")
    }

    @Test(
        "a method that a path does not have is answered with those that it has",
        arguments: [
            ("DELETE", "/", "GET, HEAD"), ("BREW", "/", "GET, HEAD"), ("GET", "/echo", "POST"),
            ("OPTIONS", "/echo", "POST"),
        ])
    func method(method: String, path: String, allowed: String) throws {
        let server = try echoServer()
        let answer = try RawClient(port: server.port).exchange(request(method, path))
        #expect(status(answer) == 405)
        #expect(answer.contains("\r\nAllow: \(allowed)\r\n"))
    }

    @Test(
        "a path that nobody added leads nowhere, however it is written",
        arguments: [
            "/missing", "/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "//", "/./", "/echo/",
            "//etc/passwd", "/ECHO",
        ])
    func unknown(path: String) throws {
        let server = try echoServer()
        #expect(status(try RawClient(port: server.port).exchange(request("GET", path))) == 404)
    }

    @Test(
        "a target that is no path is refused",
        arguments: ["missing", "/%", "/%zz", "/%00", "/%0d%0aX:1", "/%ff", "ftp://host/"])
    func target(path: String) throws {
        let server = try echoServer()
        #expect(status(try RawClient(port: server.port).exchange(request("GET", path))) == 400)
    }

    @Test("a whole URL means its path, as clients write it to proxies")
    func absolute() throws {
        let server = try echoServer()
        #expect(status(try RawClient(port: server.port).exchange(request("GET", "http://localhost/?x"))) == 200)
        #expect(status(try RawClient(port: server.port).exchange(request("GET", "http://localhost"))) == 200)
    }

    @Test("the handler gets body, query and the client's address")
    func parts() throws {
        let server = try echoServer()
        let answer = try RawClient(port: server.port).exchange(request("POST", "/echo?a=b&c", body: "some text"))
        #expect(body(answer) == "127.0.0.1 a=b&c some text\n")
    }

    @Test("a body in chunks is put together")
    func chunks() throws {
        let server = try echoServer()
        let head = request("POST", "/echo", ["Transfer-Encoding: chunked"])
        let answer = try RawClient(port: server.port).exchange(head + "5\r\nsome \r\n4\r\ntext\r\n0\r\n\r\n")
        #expect(body(answer) == "127.0.0.1  some text\n")
    }

    @Test("requests sent one behind the other without waiting are answered in their order")
    func pipelining() throws {
        let server = try echoServer()
        let client = try RawClient(port: server.port)
        let one = "POST /echo?1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
        let two = "GET /missing HTTP/1.1\r\nHost: x\r\n\r\n"
        let answer = try client.exchange(one + two + request("POST", "/echo?3", body: "three"))
        let statuses = answer.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect(statuses == ["200", "404", "200"])
        #expect(answer.contains("127.0.0.1 1 one\n"))
        #expect(answer.hasSuffix("127.0.0.1 3 three\n"))
    }

    @Test("nothing that a client sends adds a header to an answer")
    func injection() throws {
        let server = try echoServer()
        let client = try RawClient(port: server.port)
        let answer = try client.exchange(request("GET", "/injected?value=a%0d%0aSet-Cookie:%20b"))
        #expect(status(answer) == 200)
        #expect(!answer.contains("Set-Cookie"))
        let harmless = try RawClient(port: server.port).exchange(request("GET", "/injected?value=a%20b"))
        #expect(harmless.contains("\r\nX-Echo: a b\r\n"))
    }

    @Test("both kinds of addresses reach a server that was given none")
    func dualStack() throws {
        let server = try echoServer(.port(host: nil, 0))
        let text = request("POST", "/echo", body: "x")
        #expect(body(try RawClient(port: server.port).exchange(text)) == "127.0.0.1  x\n")
        #expect(body(try RawClient(port: server.port, isIPv6: true).exchange(text)) == "::1  x\n")
    }

    @Test("an IPv6 address is listened on alone")
    func ipv6() throws {
        let server = try echoServer(.port(host: "::1", 0))
        #expect(status(try RawClient(port: server.port, isIPv6: true).exchange(request("GET", "/"))) == 200)
        #expect(throws: SystemError.self) { _ = try RawClient(port: server.port) }
    }
}
