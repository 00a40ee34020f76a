import Glibc
import HTTPClient
import Posix
import Testing

@Suite("Answers that fail", .timeLimit(.minutes(1)))
struct FailureTests {
    @Test("an answer that ends too early is called cut")
    func cutBody() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
        }
        let client = try client()
        let error = try failure { _ = try client.get(server.url) }
        // In the words of libcurl 7 and 8.
        let words = ["transfer closed with 95 bytes remaining to read", "end of response with 95 bytes missing"]
        #expect(words.map { "cannot GET \(server.url): \($0)" }.contains(error.description))
        #expect(error.code == .cut)
    }

    @Test("a chunked answer that ends too early is called cut")
    func cutChunk() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        }
        let client = try client()
        let error = try failure { _ = try client.get(server.url) }
        #expect(error.code == .cut)
    }

    @Test("a connection that is closed or reset without an answer is called cut", arguments: [true, false])
    func noAnswer(reset: Bool) throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            if reset { connection.reset() }
        }
        let client = try client()
        let error = try failure { _ = try client.get(server.url) }
        #expect(error.code == .cut)
        #expect(
            error.message == (reset ? "recv failure: Connection reset by peer" : "empty reply from server"))
    }

    @Test("a port on which nobody listens is called refused")
    func refused() throws {
        let port = try freePort()
        let client = try client()
        let error = try failure { _ = try client.get("http://127.0.0.1:\(port)/x?token=secret") }
        #expect(error.code == .refused)
        #expect(
            error.description.hasPrefix(
                "cannot GET http://127.0.0.1:\(port)/x?token=***: nothing listens at 127.0.0.1:\(port)"))
    }

    @Test("a name that does not exist is called a failure of name lookup")
    func unknownName() throws {
        // A label of more than 63 letters cannot exist: no name server has to be asked.
        let host = String(repeating: "a", count: 70) + ".example"
        let client = try client()
        let error = try failure { _ = try client.get("http://\(host)/") }
        #expect(error.description == "cannot GET http://\(host)/: could not resolve host: \(host)")
        #expect(error.code == .dns)
    }

    @Test("an answer that is no HTTP is called that", arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "\u{1}\u{2}\u{3}\r\n"])
    func noHTTP(answer: String) throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write(answer)
        }
        let client = try client()
        let error = try failure { _ = try client.get(server.url) }
        #expect(error.code == .protocol)
    }

    @Test(
        "a header without end is given up",
        arguments: [String(repeating: "a", count: 70000) + ": b", "a: " + String(repeating: "b", count: 500), "a: b"])
    func hugeHeader(line: String) throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\n")
            while connection.write(line + "\r\n") {}
        }
        let client = try client()
        let error = try failure { _ = try client.get(server.url) }
        #expect(error.code == .tooLarge)
        #expect(error.message == "the answer's header has more than 65536 bytes or 256 fields")
    }

    @Test("a body that is larger than allowed is given up")
    func hugeBody() throws {
        let server = try ScriptedServer { $0.answerAll(body: String(repeating: "x", count: 1000)) }
        let client = try client()
        let error = try failure {
            _ = try client.fetch(HTTPRequest(server.url), limit: 999, deadline: .after(soon))
        }
        #expect(error.description == "cannot GET \(server.url): the answer has more than 999 bytes")
        #expect(error.code == .tooLarge)
        let (_, body) = try client.fetch(HTTPRequest(server.url), limit: 1000, deadline: .after(soon))
        #expect(body.count == 1000)
    }

    @Test("what the reader of the body throws comes out unchanged, and the client works on")
    func readerThrows() throws {
        struct Own: Error, Equatable { let number: Int }
        let server = try ScriptedServer { $0.answerAll(body: "hello") }
        let client = try client()
        #expect(throws: Own(number: 1)) {
            try client.send(HTTPRequest(server.url), deadline: .after(soon)) { _ in throw Own(number: 1) }
        }
        #expect(throws: Own(number: 2)) {
            try client.send(
                HTTPRequest(server.url), deadline: .after(soon), onHead: { _ in throw Own(number: 2) },
                onBody: { _ in Issue.record("a body after a header that was refused") })
        }
        #expect(try client.get(server.url).text == "hello")
    }

    @Test("no descriptor and no thread is left behind, whatever happened")
    func leavesNothing() async {
        await #expect(processExitsWith: .success) {
            let silent = try ScriptedServer { $0.waitForEnd() }
            let cutting = try ScriptedServer { connection in
                _ = connection.readHead()
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
            }
            let closed = try freePort()
            func everything() throws {
                let client = try client()
                let urls = [
                    silent.url, cutting.url, "http://localhost:\(closed)", "https://localhost:\(silent.port)",
                ]
                for url in urls {
                    _ = try failure {
                        try client.send(HTTPRequest(url), deadline: .after(.milliseconds(20))) { _ in }
                    }
                }
            }
            try everything()
            #expect(eventually { silent.active + cutting.active == 0 })
            let descriptors = entries("/proc/self/fd")
            let threads = entries("/proc/self/task")
            for _ in 0..<20 { try everything() }
            #expect(eventually { entries("/proc/self/fd") <= descriptors })
            #expect(eventually { entries("/proc/self/task") <= threads })
        }
    }

    @Test("a kept connection is closed in every program that we start")
    func socketsAreOurs() async {
        await #expect(processExitsWith: .success) {
            let server = try Nginx()
            // The test's own process may have left us some.
            let before = connections()
            let client = try client()
            _ = try client.get("http://127.0.0.1:\(server.port)/")
            let own = connections().subtracting(before)
            #expect(own.count == 1)
            #expect(own.allSatisfy { fcntl($0, F_GETFD) & FD_CLOEXEC != 0 })
            #expect(try client.get("http://127.0.0.1:\(server.port)/").response.reusedConnection)
        }
    }
}

/// The descriptors that are connected sockets of the internet's protocols.
private func connections() -> Set<Int32> {
    Set(
        (3..<256).filter { descriptor in
            var place = sockaddr()
            var length = socklen_t(MemoryLayout<sockaddr>.size)
            return unsafe getpeername(descriptor, &place, &length) == 0 && place.sa_family == AF_INET
        })
}
