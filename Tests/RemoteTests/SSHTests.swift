import GitProtocol
import GitStore
import Posix
import TestSupport
import Testing

@testable import Remote

/// A real ssh server with one repository, and a way to it that works until a test breaks it.
private func withSSH<Value>(
    _ change: (inout GitSSHServer.Options) throws -> Void = { _ in },
    _ body: (GitSSHServer, Way, String) throws -> Value
) throws -> Value {
    try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
    let options = try GitSSHServer.Options(change)
    return try withGitSSHServer(serving: "\(Scratch.directory)/served", options) { server in
        let hosts = "\(Scratch.directory)/known_hosts"
        try TestFiles.write(server.knownHosts, to: hosts)
        let way = try Way.direct.with {
            $0.ssh.hostKeys = .knownHosts(file: hosts)
            $0.ssh.keyFiles = [try GitSSHServer.clientKeyPath()]
        }
        return try body(server, way, server.url("app.git"))
    }
}

private func expectSuccess(_ way: Way, _ url: String, location: SourceLocation = #_sourceLocation) throws {
    let store = try ObjectStore.open("\(Scratch.directory)/store")
    #expect(throws: Never.self, sourceLocation: location) {
        try way.remote(url).sync("main", depth: 1, into: store)
    }
}

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
            #expect(error.hint == "the server and this ssh have no algorithm in common")
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

@Suite("The ssh program and what is at its other end", .scratch, .timeLimit(.minutes(1)))
struct SSHProgramTests {
    @Test("core.sshCommand names the program, with arguments and quotes")
    func command() throws {
        try withSSH { _, way, url in
            let wrapper = "\(Scratch.directory)/my wrapper"
            let log = "\(Scratch.directory)/arguments"
            try TestFiles.write(
                "#!/bin/sh\nprintf '%s\\n' \"$@\" > '\(log)'\nshift\nexec ssh \"$@\"\n", to: wrapper, mode: 0o755)
            try expectSuccess(way.with { $0.ssh.command = "'\(wrapper)' 'first word'" }, url)
            let arguments = try TestFiles.text(log).split(separator: "\n")
            #expect(arguments.first == "first word")
            #expect(arguments.suffix(3).first == "--")
        }
    }

    @Test("core.sshCommand that does not exist, or has an open quote, is named")
    func badCommand() throws {
        let url = "ssh://git@127.0.0.1/app.git"
        let missing = try failure(of: Way.direct.with { $0.ssh.command = "/nowhere/ssh" }, url)
        #expect(
            missing.description == "cannot resolve main at \(url): cannot run /nowhere/ssh: no such file or directory")
        let open = try failure(of: Way.direct.with { $0.ssh.command = "ssh 'x" }, url)
        #expect(open.kind == .configuration)
        #expect(
            open.description == """
                cannot run core.sshCommand: it is empty or a quote in it is not closed; only words and quotes are \
                understood, no shell runs it
                """)
    }

    @Test(
        "what ssh could take for an option is refused before anything runs",
        arguments: [
            "ssh://-oProxyCommand=touch/app.git", "-oProxyCommand=touch:app.git", "ssh://-x@host/app.git",
            "git@-oProxyCommand=touch:app.git", "host:-oops", "ssh://git@host/",
        ])
    func options(address: String) {
        #expect(throws: InvalidURL.self) { try RemoteURL(parsing: address) }
    }

    @Test("a path is data to the shell at the other end")
    func quoted() throws {
        try withSSH { server, way, _ in
            let url = server.url("x'; touch \(Scratch.directory)/broken; '.git")
            let error = try failure(of: way, url)
            #expect(error.kind == .notFound)
            #expect(!TestFiles.exists("\(Scratch.directory)/broken"))
        }
    }

    @Test("a banner on standard output is shown, with who may have written it")
    func banner() throws {
        try withSSH {
            $0.beforeGit = "echo Welcome to this machine"
        } _: { _, way, url in
            let error = try failure(of: way, url)
            #expect(error.kind == .malformed)
            #expect(
                error.description.hasPrefix(
                    "cannot reach \(url): the server's answer is not git's protocol; it reads \"Welcome to this machine"
                ))
            #expect(
                error.hint == "a login script or a forced command on the server may write something before git does")
        }
    }

    @Test("a greeting on standard error does no harm")
    func greeting() throws {
        try withSSH {
            $0.beforeGit = "echo Welcome >&2"
        } _: { _, way, url in
            try expectSuccess(way, url)
        }
    }

    @Test("a repository that is not there is told in git's words")
    func noRepository() throws {
        try withSSH { server, way, _ in
            let url = server.url("other.git")
            let error = try failure(of: way, url)
            #expect(error.kind == .notFound)
            #expect(
                error.description == """
                    cannot reach \(url): fatal: '\(Scratch.directory)/served/other.git' does not appear to be a git \
                    repository; check the path in --repo, and that our key may read it
                    """)
        }
    }

    @Test("a server without git says so")
    func noGit() throws {
        try withSSH {
            $0.beforeGit = "echo 'sh: 1: git-upload-pack: not found' >&2; exit 127"
        } _: { _, way, url in
            let error = try failure(of: way, url)
            #expect(error.kind == .server)
            #expect(
                error.description
                    == "cannot reach \(url): sh: 1: git-upload-pack: not found; install git on the server")
        }
    }

    @Test("git that ends without a word says that the connection was closed")
    func mute() throws {
        try withSSH {
            $0.beforeGit = "exit 0"
        } _: { _, way, url in
            let error = try failure(of: way, url)
            #expect(error.kind == .malformed)
            #expect(
                error.description == "cannot resolve main at \(url): the server closed the connection without an answer"
            )
        }
    }

    @Test("secrets of ours are no part of what the program gets")
    func environment() throws {
        let log = "\(Scratch.directory)/environment"
        try TestFiles.write("env > \(log)", to: "\(Scratch.directory)/wrapper")
        let way = Way.direct.with { $0.ssh.command = "sh \(Scratch.directory)/wrapper" }
        _ = try failure(of: way, "ssh://git@127.0.0.1/app.git")
        let names = try TestFiles.text(log).split(separator: "\n").map { $0.prefix(while: { $0 != "=" }) }
        #expect(names.contains("PATH"))
        #expect(!names.contains("SSH_AUTH_SOCK"))
    }
}
