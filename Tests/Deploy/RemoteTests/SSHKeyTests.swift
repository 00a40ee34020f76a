import GitProtocol
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("Keys and algorithms of ssh", .scratch, .timeLimit(.minutes(1)))
struct SSHKeyTests {
    @Test("client keys of every kind log in", arguments: ["ed25519", "ecdsa", "rsa"])
    func clientKeys(type: String) throws {
        try withSSH { _, way, url in
            try expectSuccess(try way.with { $0.ssh.keyFiles = [try GitSSHServer.clientKeyPath(type: type)] }, url)
        }
    }

    @Test(
        "servers of narrow taste are spoken to",
        arguments: [
            ("aes256-ctr", "hmac-sha2-256-etm@openssh.com"),
            ("chacha20-poly1305@openssh.com", "hmac-sha2-512-etm@openssh.com"),
        ])
    func narrow(cipher: String, mac: String) throws {
        try withSSH {
            $0.ciphers = cipher
            $0.macs = mac
        } _: { _, way, url in
            try expectSuccess(way, url)
        }
    }

    @Test("a server with whom nothing can be agreed says what it offers")
    func nothingInCommon() throws {
        try withSSH {
            $0.ciphers = "aes256-ctr"
        } _: { _, way, url in
            let error = try failure(of: way.with { $0.ssh.command = "ssh -o Ciphers=aes128-ctr" }, url)
            #expect(error.kind == .identity)
            #expect(error.message.contains("no matching cipher found"))
            #expect(
                error.hint == """
                    the server and this ssh have no algorithm in common: update the server, or allow what it offers, for \
                    example --git-config='core.sshCommand:ssh -o KexAlgorithms=+NAME'
                    """)
        }
    }

    @Test("a key that the server does not take is named")
    func foreignKey() throws {
        try withSSH { server, way, url in
            let key = try GitSSHServer.foreignKeyPath()
            let error = try failure(of: way.with { $0.ssh.keyFiles = [key] }, url)
            #expect(error.kind == .authentication)
            #expect(
                error.description == """
                    cannot reach \(url): the server rejected our key (\(key)): \(server.user)@127.0.0.1: Permission denied \
                    (publickey); add its public half to the server, with leave to read \
                    \(Scratch.directory)/served/app.git
                    """)
        }
    }

    @Test("no key at all is told from a wrong one")
    func noKey() throws {
        try withSSH { server, way, url in
            let error = try failure(of: way.with { $0.ssh.keyFiles = [] }, url)
            #expect(error.kind == .authentication)
            #expect(
                error.description == """
                    cannot reach \(url): the server asks for a key and none is configured: \(server.user)@127.0.0.1: \
                    Permission denied (publickey); give --ssh-key-file
                    """)
        }
    }

    @Test("a key that others can read is not used, and the mode to give it is said")
    func openKey() throws {
        try withSSH { _, way, url in
            let key = "\(Scratch.directory)/key"
            try TestFiles.write(try TestFiles.read(try GitSSHServer.clientKeyPath()), to: key, mode: 0o644)
            let error = try failure(of: way.with { $0.ssh.keyFiles = [key] }, url)
            #expect(error.kind == .authentication)
            #expect(
                error.description == """
                    cannot reach \(url): ssh does not use a private key that others can read (\(key)); it refuses them \
                    when its own user is their owner: give the file mode 0400 or another owner (Kubernetes: as root \
                    defaultMode 0400 without fsGroup, as another user with fsGroup)
                    """)
        }
    }

    @Test("a key file that is missing, or no key, is told from a key that the server rejects")
    func unusableKey() throws {
        try withSSH { _, way, url in
            let missing = try failure(of: way.with { $0.ssh.keyFiles = ["/nowhere/key"] }, url)
            #expect(missing.kind == .authentication)
            #expect(missing.message.contains("/nowhere/key not accessible: No such file or directory"))
            let key = "\(Scratch.directory)/key"
            try TestFiles.write("no key\n", to: key, mode: 0o400)
            let broken = try failure(of: way.with { $0.ssh.keyFiles = [key] }, url)
            #expect(broken.kind == .authentication)
            #expect(broken.message.hasPrefix("ssh cannot use our key: Load key \"\(key)\": "))
            #expect(broken.hint == "check --ssh-key-file: it must be a private key without a passphrase")
        }
    }
}
