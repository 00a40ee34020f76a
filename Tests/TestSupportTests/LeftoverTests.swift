import TestSupport
import Testing

@Suite("What tests leave behind", .timeLimit(.minutes(1)))
struct LeftoverTests {
    @Test("servers that were stopped leave no process, descriptor or thread")
    func stopped() async {
        await #expect(processExitsWith: .success) {
            // What is made once and kept: certificates and keys.
            _ = try (TestCertificates.server(), GitSSHServer.clientKeyPath())
            let before = try ProcessState.now()
            try withGitHTTPServer(serving: "/tmp") { _ = try $0.exchanges() }
            try withGitSSHServer(serving: "/tmp") { _ in }
            try withScriptedServer([.staySilent]) { server in
                try withTLSFront(to: server.port) { _ in }
            }
            try before.waitUntilNothingIsLeft()
        }
    }

    @Test("servers of a test run that is killed end with it")
    func killed() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardOutputContent]) {
            let http = try GitHTTPServer(serving: "/tmp")
            let ssh = try GitSSHServer(serving: "/tmp")
            print("ports \(http.port) \(ssh.port) end")
            try runProgram(["sh", "-c", "kill -KILL $PPID"])
        }
        let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
        let ports = output.split(separator: " ").compactMap { UInt16($0) }
        try #require(ports.count == 2)
        for port in ports {
            try waitUntil("nobody listens on \(port)") {
                // What curl ends with when nobody listens.
                try runProgram(["curl", "--silent", "--max-time", "1", "telnet://127.0.0.1:\(port)"]).status == 7
            }
        }
    }
}
