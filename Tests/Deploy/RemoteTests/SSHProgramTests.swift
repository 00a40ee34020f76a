import GitObjects
import GitProtocol
import GitStore
import Posix
import Staging
import Telemetry
import TestSupport
import Testing

@testable import Remote

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
        let missing = try failure(of: TransportUse.direct.with { $0.ssh.command = "/nowhere/ssh" }, url)
        #expect(
            missing.description == "cannot resolve main at \(url): cannot run /nowhere/ssh: no such file or directory")
        let open = try failure(of: TransportUse.direct.with { $0.ssh.command = "ssh 'x" }, url)
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

    @Test("what the server writes in pieces is whole again, without the tracing of ssh between them")
    func interrupted() {
        let report = SSHReport(
            """
            debug1: Authentication succeeded (publickey).
            sh: 3: debug1: client_input_channel_req: channel 0 rtype exit-status reply 0
            Bad substitution
            debug1: Exit status 2
            """)
        #expect(report.message == "sh: 3: Bad substitution")
        #expect(SSHReport("sh: 3: debug1: cut").message == "sh: 3:")
    }

    @Test(
        "a server of version 0 that keeps to its tips is not asked to leave files out, since they could not be had later"
    )
    func filterWithoutUnlistedObjects() throws {
        try withSSH {
            $0.passesGitProtocol = false
        } _: { _, way, url in
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let log = LogCollector()
            let remote = try way.with { $0.logger = Logger(log.sink) }.remote(url)
            defer { remote.close() }
            let deadline = Deadline.after(.seconds(30))
            let found = try remote.resolve(RefQuery("main"), deadline)
            let scope = FetchScope(depth: 1, filter: .withoutBlobs)
            let destination = try LocalJobs.destination(over: store)
            // Commit, tree and file.
            #expect(try remote.fetch(found, scope, into: destination, deadline).objects == 3)
            #expect(log.records.contains { $0.level == .warning && $0.message.contains("it has no effect") })
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
        let way = TransportUse.direct.with { $0.ssh.command = "sh \(Scratch.directory)/wrapper" }
        _ = try failure(of: way, "ssh://git@127.0.0.1/app.git")
        let names = try TestFiles.text(log).split(separator: "\n").map { $0.prefix(while: { $0 != "=" }) }
        #expect(names.contains("PATH"))
        #expect(!names.contains("SSH_AUTH_SOCK"))
    }
}
