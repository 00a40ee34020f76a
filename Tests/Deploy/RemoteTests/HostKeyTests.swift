import GitProtocol
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("Host keys", .scratch, .timeLimit(.minutes(1)))
struct HostKeyTests {
    @Test("an unknown host key is refused, and its fingerprint shown")
    func unknown() throws {
        try withSSH { server, way, url in
            let hosts = "\(Scratch.directory)/known_hosts"
            try TestFiles.write("", to: hosts)
            let error = try failure(of: way, url)
            #expect(error.kind == .identity)
            #expect(
                error.description == """
                    cannot reach \(url): the host key of 127.0.0.1 is not known: it offered ssh-ed25519 \
                    \(try server.hostKeyFingerprint()), \(hosts) has none for it; when that fingerprint is right, add the \
                    host to --ssh-known-hosts-file
                    """)
            #expect(try TestFiles.text(hosts).isEmpty)
            #expect(try server.sessions().isEmpty)
        }
    }

    @Test("a host key that changed is refused, and both fingerprints are shown")
    func changed() throws {
        try withSSH { server, way, url in
            let hosts = "\(Scratch.directory)/known_hosts"
            try TestFiles.write(try server.knownHostsWithAnotherKey(), to: hosts)
            let known = try runProgram(["ssh-keygen", "-l", "-f", try GitSSHServer.foreignKeyPath() + ".pub"])
                .succeeded().output.split(separator: " ")[1]
            let error = try failure(of: way, url)
            #expect(error.kind == .identity)
            #expect(
                error.description == """
                    cannot reach \(url): the host key of 127.0.0.1 has changed: it offered ssh-ed25519 \
                    \(try server.hostKeyFingerprint()), \(hosts) has ED25519 \(known); somebody may be between us and the \
                    server; when the change is right, replace the entry
                    """)
            #expect(try server.sessions().isEmpty)
        }
    }

    @Test("a known hosts file that is not there is no leave to go on")
    func noFile() throws {
        try withSSH { server, way, url in
            let way = way.with { $0.ssh.hostKeys = .knownHosts(file: "/nowhere/known_hosts") }
            let error = try failure(of: way, url)
            #expect(error.kind == .identity)
            #expect(error.message.contains("/nowhere/known_hosts has none for it"))
        }
    }

    @Test("with --ssh-known-hosts=false any key is taken, and none is remembered")
    func unchecked() throws {
        try withSSH { server, way, url in
            try expectSuccess(way.with { $0.ssh.hostKeys = .unchecked }, url)
            #expect(try server.sessions().count == 1)
        }
    }

    @Test("a file name with blanks and signs is the file of that name")
    func fileName() throws {
        try withSSH { server, way, url in
            let hosts = "\(Scratch.directory)/known 100%h hosts"
            try TestFiles.write(server.knownHosts, to: hosts)
            try expectSuccess(way.with { $0.ssh.hostKeys = .knownHosts(file: hosts) }, url)
        }
    }
}
