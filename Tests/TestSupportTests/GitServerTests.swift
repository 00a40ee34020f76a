import TestSupport
import Testing

@Suite("Git servers for tests", .scratch, .timeLimit(.minutes(1)))
struct GitServerTests {
    @Test("git clones over http in the version that the server passes on", arguments: [true, false])
    func http(passesGitProtocol: Bool) throws {
        let fixture = try GitFixture(at: "\(Scratch.directory)/a.git")
        let hash = try fixture.commit(["hello.txt": "hello\n"])
        try withGitHTTPServer(serving: Scratch.directory, .init { $0.passesGitProtocol = passesGitProtocol }) {
            server in
            let trace = try clone(server.url("a.git"), expecting: hash)
            #expect(trace.contains("< version 2") == passesGitProtocol)
            let exchanges = try server.exchanges()
            #expect(exchanges.first?.target == "/a.git/info/refs?service=git-upload-pack")
            #expect(exchanges.count == (passesGitProtocol ? 3 : 2))
            #expect(Set(exchanges.map(\.connection)).count == 1)
            #expect(exchanges.allSatisfy { $0.status == 200 })
            #expect(exchanges.first?.gitProtocol == "version=2")
        }
    }

    @Test("git clones over TLS 1.3 and HTTP/2 with a client certificate and a password")
    func https() throws {
        let fixture = try GitFixture(at: "\(Scratch.directory)/a.git")
        let hash = try fixture.commit(["hello.txt": "hello\n"])
        let options = try GitHTTPServer.Options {
            $0.certificate = try TestCertificates.server()
            $0.requiresClientCertificate = true
            $0.tlsVersions = "TLSv1.3"
            $0.http2 = true
            $0.users = ["somebody": "pass:word@/"]
        }
        let client = try TestCertificates.client()
        try withGitHTTPServer(serving: Scratch.directory, options) { server in
            let url = server.url("a.git", host: "somebody:pass%3Aword%40%2F@localhost")
            let environment = [
                "GIT_SSL_CAINFO": try TestCertificates.authority().certificatePath,
                "GIT_SSL_CERT": client.certificatePath, "GIT_SSL_KEY": client.keyPath,
            ]
            try clone(url, expecting: hash, environment: environment)
            let served = try server.exchanges().filter { $0.status == 200 }
            #expect(served.count == 3)
            #expect(served.allSatisfy { $0.version == "HTTP/2.0" && $0.user == "somebody" })
            #expect(throws: ProgramFailure.self) {
                try clone(url, expecting: hash, environment: ["GIT_SSL_CAINFO": environment["GIT_SSL_CAINFO"] ?? ""])
            }
        }
    }

    @Test("git clones over ssh in the version that the server accepts", arguments: [true, false])
    func ssh(passesGitProtocol: Bool) throws {
        let fixture = try GitFixture(at: "\(Scratch.directory)/a.git")
        let hash = try fixture.commit(["hello.txt": "hello\n"])
        let options = GitSSHServer.Options {
            $0.passesGitProtocol = passesGitProtocol
            $0.ciphers = "chacha20-poly1305@openssh.com"
            $0.macs = "hmac-sha2-256-etm@openssh.com"
        }
        try withGitSSHServer(serving: Scratch.directory, options) { server in
            let trace = try clone(
                server.url("a.git"), expecting: hash,
                environment: try sshEnvironment(key: GitSSHServer.clientKeyPath(type: "rsa"), server.knownHosts))
            #expect(trace.contains("< version 2") == passesGitProtocol)
            let session = try #require(try server.sessions().first)
            #expect(session.command == "git-upload-pack '\(Scratch.directory)/a.git'")
            #expect(session.gitProtocol == (passesGitProtocol ? "version=2" : ""))
        }
    }

    @Test("ssh refuses a server whose key has changed, and the server a key that it does not know")
    func sshKeys() throws {
        let fixture = try GitFixture(at: "\(Scratch.directory)/a.git")
        let hash = try fixture.commit(["hello.txt": "hello\n"])
        try withGitSSHServer(serving: Scratch.directory) { server in
            let changed = try sshEnvironment(
                key: GitSSHServer.clientKeyPath(), server.knownHostsWithAnotherKey())
            let failure = try #require(throws: ProgramFailure.self) {
                try clone(server.url("a.git"), expecting: hash, environment: changed)
            }
            #expect(failure.description.contains("REMOTE HOST IDENTIFICATION HAS CHANGED"))
            #expect(failure.description.contains(try server.hostKeyFingerprint()))
            let foreign = try sshEnvironment(key: GitSSHServer.foreignKeyPath(), server.knownHosts)
            #expect(throws: ProgramFailure.self) {
                try clone(server.url("a.git"), expecting: hash, environment: foreign)
            }
            #expect(try server.sessions().isEmpty)
        }
    }

    /// Clones, checks that HEAD is the expected commit, and returns the packets that git saw.
    @discardableResult
    private func clone(_ url: String, expecting hash: String, environment: [String: String] = [:]) throws -> String {
        let target = "\(try TestFiles.makeTemporaryDirectory("\(Scratch.directory)/clone"))/a"
        let variables = try hermeticEnvironment(
            adding: environment.merging(["GIT_TRACE_PACKET": "1"]) { old, _ in old })
        let result = try runProgram(["git", "clone", "--quiet", url, target], environment: variables).succeeded()
        #expect(try runProgram(["git", "-C", target, "rev-parse", "HEAD"]).succeeded().output == hash)
        #expect(try TestFiles.text("\(target)/hello.txt") == "hello\n")
        return result.errors
    }

    private func sshEnvironment(key: String, _ knownHosts: String) throws -> [String: String] {
        let file = "\(Scratch.directory)/known_hosts"
        try TestFiles.write(knownHosts, to: file)
        return [
            "GIT_SSH_COMMAND":
                "ssh -F none -i \(key) -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile=\(file)"
        ]
    }
}
