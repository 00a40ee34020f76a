import Glibc
import Posix
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Clients that take their time", .timeLimit(.minutes(1)), .serialized)
struct LoadTests {
    private func limits() -> ServerLimits {
        var limits = ServerLimits()
        limits.requestTimeout = .milliseconds(200)
        limits.idleTimeout = .milliseconds(200)
        return limits
    }

    @Test("a client that says nothing is sent away")
    func silent() throws {
        let server = try echoServer(.port(host: "127.0.0.1", 0), limits())
        let client = try RawClient(port: server.port)
        #expect(try client.receive(within: .seconds(30)) == "")
    }

    @Test("a client that drips its request is sent away, though it is never idle", arguments: ["head", "body"])
    func dripping(part: String) throws {
        let server = try echoServer(.port(host: "127.0.0.1", 0), limits())
        let client = try RawClient(port: server.port)
        client.send(
            part == "head"
                ? "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " : request("POST", "/count", ["Content-Length: 100000"]))
        try waitUntil("the client to be sent away", within: .seconds(30)) { !client.send("x") }
    }

    @Test("a client that does not take its answer is sent away")
    func notReading() throws {
        let server = try echoServer()
        let client = try RawClient(port: server.port, receiveBuffer: 4096)
        client.send(request("GET", "/large"))
        try waitUntil("the client to be sent away", within: .seconds(30)) {
            // An idle client would have more time.
            server.core.sweep(.now + ServerLimits().answerTimeout + .seconds(1))
            return server.connectionCount == 0
        }
    }

    @Test("a client that stays within its time keeps its connection")
    func keptAlive() throws {
        let server = try echoServer()
        let client = try RawClient(port: server.port)
        for _ in 0..<5 {
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.receive { $0.hasSuffix("hello\n") }.hasSuffix("hello\n"))
        }
        #expect(server.connectionCount == 1)
    }

    @Test("10,000 idle connections cost little memory, and everybody else is served")
    func idleCrowd() throws {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(7), &limit)
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(7), &limit)
        let count = min(10_000, Int(clamping: limit.rlim_cur) - 1500)
        if count < 10_000 { print("only \(count) connections: the limit of descriptors is \(limit.rlim_cur)") }
        let server = try echoServer()
        _ = try RawClient(port: server.port).exchange(request("GET", "/"))
        let before = try ProcessFigures.current().residentBytes
        var crowd: [RawClient] = []
        for number in 0..<count {
            crowd.append(try RawClient(port: server.port))
            if number % 1000 == 0 {
                #expect(status(try RawClient(port: server.port).exchange(request("GET", "/"))) == 200)
            }
        }
        #expect(status(try RawClient(port: server.port).exchange(request("GET", "/"))) == 200)
        #expect(server.connectionCount <= ServerLimits().connections + 64)
        let after = try ProcessFigures.current().residentBytes
        print("\(count) idle connections: \((Int(after) - Int(before)) / 1024) KiB more in memory")
        #expect(Int(after) - Int(before) < 16 << 20)
        crowd = []
        try waitUntil("the server to notice that all have gone") { server.connectionCount == 0 }
    }

    @Test("who has too many connections loses the one that has been idle for longest, and nobody else does")
    func perPeer() throws {
        var limits = ServerLimits()
        limits.connectionsPerPeer = 2
        let server = try echoServer(.port(host: nil, 0), limits)
        let stranger = try RawClient(port: server.port, isIPv6: true)
        let first = try RawClient(port: server.port)
        try waitUntil("both to be accepted") { server.connectionCount == 2 }
        let second = try RawClient(port: server.port)
        let third = try RawClient(port: server.port)
        #expect(try first.receive() == "")
        #expect(status(try second.exchange(request("GET", "/"))) == 200)
        #expect(status(try third.exchange(request("GET", "/"))) == 200)
        #expect(status(try stranger.exchange(request("GET", "/"))) == 200)
    }
}
