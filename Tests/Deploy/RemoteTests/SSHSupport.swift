import GitObjects
import GitProtocol
import GitStore
import Posix
import TestSupport
import Testing

@testable import Remote

/// A real ssh server with one repository, and a way to it that works until a test breaks it.
func withSSH<Value>(
    _ change: (inout GitSSHServer.Options) throws -> Void = { _ in },
    _ body: (GitSSHServer, TransportUse, String) throws -> Value
) throws -> Value {
    try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
    let options = try GitSSHServer.Options(change)
    return try withGitSSHServer(serving: "\(Scratch.directory)/served", options) { server in
        let hosts = "\(Scratch.directory)/known_hosts"
        try TestFiles.write(server.knownHosts, to: hosts)
        let way = try TransportUse.direct.with {
            $0.ssh.hostKeys = .knownHosts(file: hosts)
            $0.ssh.keyFiles = [try GitSSHServer.clientKeyPath()]
        }
        return try body(server, way, server.url("app.git"))
    }
}

func expectSuccess(_ way: TransportUse, _ url: String, location: SourceLocation = #_sourceLocation) throws {
    let store = try ObjectStore.open("\(Scratch.directory)/store")
    #expect(throws: Never.self, sourceLocation: location) {
        try way.remote(url).sync("main", depth: 1, into: store)
    }
}
