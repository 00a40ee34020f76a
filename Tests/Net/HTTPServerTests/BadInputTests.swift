import Posix
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Bad input over a socket", .timeLimit(.minutes(1)))
struct BadInputTests {
    @Test(
        "what is no HTTP request is refused, and the next client is served",
        // With two statuses, the first is that of libmicrohttpd 0.9 and the second that of 1.0.
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", [400]),
            ("GET / HTTP/9.9\r\nHost: x\r\n\r\n", [505]),
            (request("POST", "/echo", ["Content-Length: x"]), [400]),
            (request("POST", "/echo", ["Content-Length: -1"]), [400]),
            (request("POST", "/echo", ["Content-Length: 1", "Content-Length: 2"]) + "x", [400]),
            (request("POST", "/echo", ["Content-Length: 5", "Transfer-Encoding: chunked"]) + "0\r\n\r\n", [400]),
            (request("POST", "/echo", ["Transfer-Encoding: gzip"]), [501, 400]),
            (request("POST", "/echo", ["Transfer-Encoding: chunked"]) + "zzz\r\n", [400]),
        ])
    func malformed(text: String, expected: [Int]) throws {
        let server = try echoServer()
        let client = try RawClient(port: server.port)
        client.send(text)
        client.endSending()
        #expect(expected.contains(try #require(status(try client.receive()))))
        #expect(status(try RawClient(port: server.port).exchange(request("GET", "/"))) == 200)
    }

    @Test("bytes that are no HTTP at all end the connection")
    func noise() throws {
        let server = try echoServer()
        let client = try RawClient(port: server.port)
        client.send("\u{16}\u{3}\u{1}\r\n\r\nnoise\r\n\r\n")
        client.endSending()
        let answer = try client.receive()
        #expect(answer.isEmpty || status(answer).map { 400...505 ~= $0 } == true)
        #expect(status(try RawClient(port: server.port).exchange(request("GET", "/"))) == 200)
    }

    @Test("a head that is too long is refused")
    func longHead() throws {
        let server = try echoServer()
        let field = "X-Long: " + String(repeating: "x", count: 100_000)
        #expect(status(try RawClient(port: server.port).exchange(request("GET", "/", [field]))) == 431)
        let fields = (0..<2000).map { "X-\($0): some value" }
        #expect(status(try RawClient(port: server.port).exchange(request("GET", "/", fields))) == 431)
        let path = "/" + String(repeating: "x", count: 100_000)
        #expect(status(try RawClient(port: server.port).exchange(request("GET", path))) == 414)
    }

    @Test("a body of exactly the limit is taken, and one more byte is not")
    func longBody() throws {
        let server = try echoServer()
        let limit = 1 << 20
        let whole = String(repeating: "x", count: limit)
        #expect(body(try RawClient(port: server.port).exchange(request("POST", "/count", body: whole))) == "\(limit)\n")
        let more = try RawClient(port: server.port).exchange(
            request("POST", "/count", ["Content-Length: \(limit + 1)"]))
        #expect(status(more) == 413)
        let huge = try RawClient(port: server.port).exchange(
            request("POST", "/count", ["Content-Length: 99999999999999999999999"]))
        #expect(status(huge) == 413)
    }

    @Test("a body in chunks has the same limit")
    func longChunks() throws {
        let server = try echoServer()
        let client = try RawClient(port: server.port)
        client.send(request("POST", "/count", ["Transfer-Encoding: chunked"]))
        let chunk = String(repeating: "x", count: 65536)
        for _ in 0..<20 { client.send("10000\r\n\(chunk)\r\n") }
        client.send("0\r\n\r\n")
        #expect(status(try client.receive()) == 413)
    }

    @Test("all bodies together are bounded, and room that was given back is there again")
    func allBodies() throws {
        var limits = ServerLimits()
        limits.allBodiesBytes = 100_000
        let server = try echoServer(.port(host: "127.0.0.1", 0), limits)
        let text = String(repeating: "x", count: 60_000)
        let waiting = try RawClient(port: server.port)
        waiting.send(request("POST", "/count", ["Content-Length: 60001"]) + text)
        try waitUntil("the first body to come in") { server.core.bodyBytesInMemory == 60_000 }
        #expect(status(try RawClient(port: server.port).exchange(request("POST", "/count", body: text))) == 503)
        waiting.send("x")
        #expect(body(try waiting.receive()) == "60001\n")
        #expect(status(try RawClient(port: server.port).exchange(request("POST", "/count", body: text))) == 200)
    }

    @Test("a request that is refused is one line in the log")
    func logged() throws {
        let lines = Locked<[String]>([])
        let server = try echoServer(log: { line in lines.withLock { $0.append(line) } })
        _ = try RawClient(port: server.port).exchange(request("POST", "/echo", ["Content-Length: 9999999"]))
        #expect(lines.withLock { $0 } == ["request refused: 413"])
        #expect(lines.withLock { $0.allSatisfy { !$0.contains("\n") } })
    }
}
