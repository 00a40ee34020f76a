import Glibc
import HTTPServer
import Posix
import TestSupport
import Testing

@Suite("Listening", .timeLimit(.minutes(1)), .scratch)
struct ListenTests {
    @Test("a port that is taken is named, and so is why")
    func taken() throws {
        let server = try echoServer()
        let error = try #require(throws: SystemError.self) {
            _ = try echoServer(.port(host: "127.0.0.1", server.port))
        }
        #expect(error.description == "cannot listen on 127.0.0.1:\(server.port): address already in use")
    }

    @Test("an address that this machine does not have is named")
    func foreign() throws {
        let error = try #require(throws: SystemError.self) { _ = try echoServer(.port(host: "192.0.2.1", 0)) }
        #expect(error.description == "cannot listen on 192.0.2.1:0: cannot assign requested address")
    }

    @Test("a port is free again as soon as its server has stopped")
    func again() throws {
        let first = try echoServer()
        let client = try RawClient(port: first.port)
        _ = try client.exchange(request("GET", "/"))
        first.stop()
        let second = try echoServer(.port(host: "127.0.0.1", first.port))
        #expect(status(try RawClient(port: second.port).exchange(request("GET", "/"))) == 200)
    }

    @Test("a socket file is for its owner alone, and goes with the server")
    func mode() throws {
        let path = Scratch.directory + "/control.sock"
        let server = try echoServer(.file(path))
        #expect(try Files.status(path).permissions == 0o600)
        #expect(body(try RawClient(path: path).exchange(request("POST", "/echo", body: "x"))) == "local  x\n")
        server.stop()
        #expect(try Files.statusIfPresent(path) == nil)
    }

    @Test("a socket file that a dead process left is replaced")
    func dead() throws {
        let path = Scratch.directory + "/control.sock"
        try leaveSocketFile(path)
        let server = try echoServer(.file(path))
        #expect(status(try RawClient(path: path).exchange(request("GET", "/"))) == 200)
        server.stop()
    }

    @Test("a socket file on which somebody listens, and what is none, are left alone")
    func alive() throws {
        let path = Scratch.directory + "/control.sock"
        let server = try echoServer(.file(path))
        let error = try #require(throws: SystemError.self) { _ = try echoServer(.file(path)) }
        #expect(error.description == "cannot listen on \(path): address already in use")
        #expect(status(try RawClient(path: path).exchange(request("GET", "/"))) == 200)
        server.stop()
        try AtomicFile.write(Array("precious".utf8), to: path)
        #expect(throws: SystemError.self) { _ = try echoServer(.file(path)) }
        #expect(try Files.read(path, limit: 100) == Array("precious".utf8))
    }

    @Test("a socket file may have a longer path than fits into an address; its name alone has to fit")
    func long() throws {
        let directory = Scratch.directory + "/" + String(repeating: "x", count: 200)
        try Files.makeDirectory(directory)
        let server = try echoServer(.file(directory + "/control.sock"))
        #expect(try Files.status(directory + "/control.sock").permissions == 0o600)
        server.stop()
        #expect(try Files.statusIfPresent(directory + "/control.sock") == nil)
        let path = directory + "/" + String(repeating: "y", count: 200)
        let error = try #require(throws: SystemError.self) { _ = try echoServer(.file(path)) }
        #expect(error.description == "cannot listen on \(path): file name too long")
    }

    @Test("a server that has stopped leaves no thread and no descriptor")
    func leftovers() async {
        await #expect(processExitsWith: .success) {
            // The first use of some functions of the C library keeps things for good.
            try echoServer().stop()
            let before = try ProcessState.now()
            for _ in 0..<20 {
                let server = try echoServer()
                _ = try RawClient(port: server.port).exchange(request("GET", "/"))
                let open = try RawClient(port: server.port)
                open.send("GET / HTTP/1.1\r\n")
                server.stop()
            }
            // The pool of Swift's own tasks may have grown meanwhile; twenty servers would leave twenty.
            try before.waitUntilNothingIsLeft(sparingThreads: 4)
        }
    }

    private func leaveSocketFile(_ path: String) throws {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let descriptor = FileDescriptor(taking: number)
        #expect(bindToFile(descriptor.number, path) == 0)
    }
}
