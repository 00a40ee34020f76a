import Posix
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Server-sent events", .timeLimit(.minutes(1)))
struct StreamTests {
    private func server(_ broadcast: EventBroadcast) throws -> HTTPServer {
        var router = Router()
        router.add("GET", "/events") { _ in
            broadcast.listen(first: [ServerSentEvent(name: "hello", data: "1")]).map { .events($0) }
                ?? .text(503, "too many")
        }
        router.add("GET", "/") { _ in .text(200, "hello") }
        let fixed = router
        return try HTTPServer(.port(host: "127.0.0.1", 0)) { fixed.answer($0) }
    }

    @Test("events reach everybody who listens, in their order, at once")
    func events() throws {
        let broadcast = EventBroadcast()
        let server = try server(broadcast)
        let clients = try (0..<3).map { _ in try RawClient(port: server.port) }
        for client in clients { client.send(request("GET", "/events")) }
        for client in clients {
            let head = try client.receive { $0.contains("data: 1\n\n") }
            #expect(head.contains("\r\nContent-Type: text/event-stream\r\n"))
        }
        broadcast.send(ServerSentEvent(id: "7", name: "stage", data: "fetch\nverify"))
        broadcast.send(ServerSentEvent(name: "stage", data: "stage"))
        for client in clients {
            let text = try client.receive { $0.contains("data: stage\n\n") }
            #expect(text.contains("id: 7\nevent: stage\ndata: fetch\ndata: verify\n\n"))
        }
    }

    @Test("listeners hold no thread: many of them, and others are served")
    func noThread() throws {
        let broadcast = EventBroadcast(listenerLimit: 100)
        let server = try server(broadcast)
        let clients = try (0..<100).map { _ in try RawClient(port: server.port) }
        for client in clients { client.send(request("GET", "/events")) }
        try waitUntil("all to listen") { broadcast.listenerCount == 100 }
        #expect(status(try RawClient(port: server.port).exchange(request("GET", "/"))) == 200)
        #expect(status(try RawClient(port: server.port).exchange(request("GET", "/events"))) == 503)
    }

    @Test("a listener that has gone is noticed and makes room")
    func gone() throws {
        let broadcast = EventBroadcast(listenerLimit: 1)
        let server = try server(broadcast)
        do {
            let client = try RawClient(port: server.port)
            client.send(request("GET", "/events"))
            _ = try client.receive { $0.contains("data: 1\n\n") }
        }
        try waitUntil("the listener to be forgotten") {
            server.core.sweep(.now + ServerLimits().eventInterval)
            return broadcast.listenerCount == 0
        }
        let client = try RawClient(port: server.port)
        client.send(request("GET", "/events"))
        #expect(status(try client.receive { $0.contains("data: 1\n\n") }) == 200)
    }

    @Test("a listener that hears nothing hears that we are there")
    func keptAlive() throws {
        let server = try server(EventBroadcast())
        let client = try RawClient(port: server.port)
        client.send(request("GET", "/events"))
        _ = try client.receive { $0.contains("data: 1\n\n") }
        server.core.sweep(.now + ServerLimits().eventInterval)
        let text = try client.receive { $0.contains(":\n\n") }
        #expect(text.contains(":\n\n"))
    }

    @Test("a listener that is too slow is dropped, and its queue with it")
    func slow() throws {
        let broadcast = EventBroadcast()
        let server = try server(broadcast)
        let client = try RawClient(port: server.port, receiveBuffer: 4096)
        client.send(request("GET", "/events"))
        try waitUntil("it to listen") { broadcast.listenerCount == 1 }
        let event = ServerSentEvent(name: "stage", data: String(repeating: "x", count: 10_000))
        try waitUntil("it to be dropped", within: .seconds(20)) {
            for _ in 0..<100 { broadcast.send(event) }
            return broadcast.listenerCount == 0
        }
    }

    @Test("a server with listeners stops, and tells them")
    func stops() throws {
        let broadcast = EventBroadcast()
        let server = try server(broadcast)
        let client = try RawClient(port: server.port)
        client.send(request("GET", "/events"))
        _ = try client.receive { $0.contains("data: 1\n\n") }
        // It waits for all connections to end: one that nobody told would hold it for good.
        server.stop()
        #expect(broadcast.listenerCount == 0)
        _ = try client.receive()
    }

    @Test("events from several threads do not break each other, while listeners come and go")
    func concurrency() throws {
        let broadcast = EventBroadcast()
        let server = try server(broadcast)
        let senders = try (0..<3).map { sender in
            try NativeThread("sender") {
                for number in 0..<300 {
                    broadcast.send(ServerSentEvent(name: "stage", data: "\(sender).\(number)"))
                }
            }
        }
        for _ in 0..<30 {
            let client = try RawClient(port: server.port)
            client.send(request("GET", "/events"))
            _ = try client.receive { $0.contains("data: 1\n\n") }
        }
        for sender in senders { sender.join() }
        #expect(status(try RawClient(port: server.port).exchange(request("GET", "/"))) == 200)
    }
}
