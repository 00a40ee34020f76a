import Glibc
import HTTPClient
import Posix
import TestSupport
import Testing

@Suite("Silence and slowness", .timeLimit(.minutes(1)))
struct SilenceTests {
    @Test("a server that accepts and never answers is given up after the idle time")
    func neverAnswers() throws {
        let server = try ScriptedServer { $0.waitForEnd() }
        let client = try client()
        let clock = TestClock()
        let error = try failure {
            try clock.runAhead(by: .seconds(10), while: { server.connections > 0 }) {
                let request = HTTPRequest(server.url)
                try client.send(request, deadline: clock.deadline(never), idle: .seconds(30), connect: never) { _ in }
            }
        }
        #expect(error.description == "cannot GET \(server.url): the server was silent for 30 s")
        #expect(error.code == .timeoutIdle)
    }

    @Test("a server that drips its answer is given up when the whole time is up", arguments: [true, false])
    func drips(header: Bool) throws {
        let clock = TestClock()
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\n" + (header ? "" : "Content-Length: 1000\r\n\r\n"))
            // Fewer than the header may have fields.
            for index in 0..<200 {
                guard connection.write(header ? "a\(index): b\r\n" : "x") else { return }
                clock.advance(by: .seconds(10))
                usleep(1000)
            }
            connection.waitForEnd()
        }
        let client = try client()
        let error = try failure {
            let request = HTTPRequest(server.url)
            try client.send(request, deadline: clock.deadline(.seconds(600)), idle: never, connect: never) { _ in }
        }
        #expect(error.description == "cannot GET \(server.url): it was not done when its time was up")
        #expect(error.code == .timeoutTotal)
    }

    @Test("a server that floods is given up when the whole time is up, even with a slow reader")
    func floods() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            while connection.write([UInt8](repeating: 0, count: 1 << 20)) {}
        }
        let client = try client()
        let clock = TestClock()
        let error = try failure {
            try client.send(HTTPRequest(server.url), deadline: clock.deadline(.seconds(600)), idle: never) { _ in
                clock.advance(by: .seconds(100))
            }
        }
        #expect(error.code == .timeoutTotal)
    }

    @Test("a server that accepts and never speaks TLS is given up after the time for connecting")
    func neverSpeaksTLS() throws {
        let server = try ScriptedServer { $0.waitForEnd() }
        let client = try client()
        let clock = TestClock()
        let url = "https://127.0.0.1:\(server.port)"
        let error = try failure {
            try clock.runAhead(by: .seconds(10), while: { server.connections > 0 }) {
                _ = try client.send(HTTPRequest(url), deadline: clock.deadline(never), connect: .seconds(30)) { _ in }
            }
        }
        #expect(error.description == "cannot GET \(url): TLS or the proxy was not ready within 30 s")
        #expect(error.code == .timeoutConnect)
    }

    @Test("a host that answers nothing at all is given up after the time for connecting")
    func blackHole() throws {
        // The queue of a listener that never accepts is full after two connections: the next one gets no answer.
        let (listener, port) = try listenOnLoopback(SOCK_STREAM)
        defer { close(listener) }
        listen(listener, 0)
        let waiting = [connectToLoopback(port)].compactMap { $0 }
        defer { waiting.forEach { close($0) } }
        let client = try client()
        let clock = TestClock()
        let url = "http://127.0.0.1:\(port)"
        let error = try failure {
            try clock.runAhead(by: .seconds(10), while: { isBeingConnected(port) }) {
                _ = try client.send(HTTPRequest(url), deadline: clock.deadline(never), connect: .seconds(30)) { _ in }
            }
        }
        #expect(error.description == "cannot GET \(url): nobody accepted a connection within 30 s")
        #expect(error.code == .timeoutConnect)
    }

    @Test("calling off from another thread ends a transfer at once")
    func cancelled() throws {
        let server = try ScriptedServer { $0.waitForEnd() }
        let client = try client()
        let cancellation = try Cancellation()
        onThread {
            _ = eventually { server.connections == 1 }
            cancellation.cancel()
        }
        let deadline = Deadline.after(soon, cancellation: cancellation)
        let error = try failure { try client.send(HTTPRequest(server.url), deadline: deadline) { _ in } }
        #expect(error.description == "cannot GET \(server.url): it was called off")
        #expect(error.code == .cancelled)
        let again = try failure { try client.send(HTTPRequest(server.url), deadline: deadline) { _ in } }
        #expect(again.code == .cancelled)
        #expect(server.connections == 1)
    }

    @Test("a client works again after a transfer that timed out")
    func worksAgain() throws {
        let silent = try ScriptedServer { $0.waitForEnd() }
        let server = try ScriptedServer { $0.answerAll(body: "hello") }
        let client = try client()
        let clock = TestClock()
        let error = try failure {
            try clock.runAhead(by: .seconds(10), while: { silent.connections > 0 }) {
                _ = try client.send(HTTPRequest(silent.url), deadline: clock.deadline(.seconds(10))) { _ in }
            }
        }
        #expect(error.code == .timeoutTotal)
        #expect(try client.get(server.url).text == "hello")
    }

    @Test("a name server that never answers does not hold us beyond the deadline", .enabled(if: mayUnshareMounts))
    func silentNameServer() async {
        await #expect(processExitsWith: .success) {
            // A name server of our own that says nothing, in a mount namespace where it is the only one.
            let (listener, _) = try listenOnLoopback(SOCK_DGRAM, address: 0x7f00_004d, port: 53)
            defer { close(listener) }
            let scratch = try Scratch()
            let file = try scratch.write("resolv.conf", "nameserver 127.0.0.77\noptions timeout:30\n")
            try require(unshareMounts())
            try require(unsafe mount(file, "/etc/resolv.conf", nil, UInt(MS_BIND), nil) == 0)
            let client = try client()
            // The resolver itself would wait for a minute, and then say that there is no such host.
            let error = try failure {
                try client.send(
                    HTTPRequest("http://some.host.example/"), deadline: .after(never), connect: .milliseconds(200)
                ) { _ in }
            }
            #expect(
                error.description
                    == "cannot GET http://some.host.example/: the host's name was not resolved within 0.2 s")
            #expect(error.code == .timeoutConnect)
            let late = try failure {
                let request = HTTPRequest("http://other.host.example/")
                try client.send(request, deadline: .after(.milliseconds(200)), connect: never) { _ in }
            }
            #expect(late.code == .timeoutTotal)
        }
    }
}

/// Whether this machine lets us have mounts of our own, which takes a root with all its powers.
private let mayUnshareMounts = (try? run(["unshare", "--mount", "true"])) != nil

/// Gives this thread, and those that it starts, mounts of their own.
private func unshareMounts() -> Bool {
    // Glibc shows unshare(2) only to those who ask for GNU extensions, which Swift does not.
    guard let found = unsafe dlsym(nil, "unshare") else { return false }
    let unshare = unsafe unsafeBitCast(found, to: (@convention(c) (Int32) -> Int32).self)
    guard unshare(0x0002_0000) == 0 else { return false }
    return unsafe mount(nil, "/", nil, UInt(MS_REC | MS_PRIVATE), nil) == 0
}

/// Whether somebody tries to connect to a port of the loopback and was not answered yet.
private func isBeingConnected(_ port: UInt16) -> Bool {
    let place = "0100007F:" + String(UInt32(port) + 0x1_0000, radix: 16, uppercase: true).dropFirst()
    let table = (try? TestFiles.text("/proc/self/net/tcp")) ?? ""
    return table.split(separator: "\n").contains { line in
        let fields = line.split(separator: " ")
        return fields.count > 3 && fields[2] == place && fields[3] == "02"
    }
}
