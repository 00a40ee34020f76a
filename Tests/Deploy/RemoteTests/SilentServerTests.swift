import GitObjects
import GitProtocol
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("Servers that say nothing, or too little", .scratch, .timeLimit(.minutes(1)))
struct SilentServerTests {
    /// A limit that never comes.
    private static let never = Duration.seconds(10 * 86_400)

    /// A way on which only silence is limited.
    private var limitedSilence: TransportUse {
        .direct.with {
            $0.connectTimeout = Self.never
            $0.idleTimeout = .seconds(30)
        }
    }

    /// A way on which only the whole attempt is limited.
    private var unlimited: TransportUse {
        .direct.with {
            $0.connectTimeout = Self.never
            $0.idleTimeout = Self.never
        }
    }

    /// Fails as a server that was asked something, and stays silent, makes it fail on a clock that runs ahead.
    private func failure(
        of way: TransportUse, _ url: String, deadline: Duration = never, onceAsked server: ScriptedServer
    ) throws -> RemoteError {
        try RemoteTests.failure(
            of: way, url, deadline: deadline, runningAheadWhile: { server.received.contains { !$0.isEmpty } })
    }

    private static let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"

    @Test("a server that accepts and never answers costs the idle timeout, over http")
    func silentHTTP() throws {
        try withScriptedServer([.staySilent]) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: limitedSilence, url, onceAsked: server)
            #expect(error.kind == .timeout)
            #expect(error.description == "cannot resolve main at \(url): the server was silent for 30 s")
        }
    }

    @Test("the whole attempt ends at its deadline, over http")
    func deadlineHTTP() throws {
        try withScriptedServer([.staySilent]) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: unlimited, url, deadline: .seconds(60), onceAsked: server)
            #expect(error.kind == .timeout)
            #expect(error.description == "cannot resolve main at \(url): it was not done when its time was up")
        }
    }

    @Test("a server that never begins TLS costs the connect timeout, over https")
    func silentHandshake() throws {
        try withScriptedServer([.staySilent]) { server in
            let url = "https://127.0.0.1:\(server.port)/app.git"
            let way = unlimited.with { $0.connectTimeout = .seconds(15) }
            let error = try failure(of: way, url, onceAsked: server)
            #expect(error.kind == .timeout)
            #expect(error.description == "cannot resolve main at \(url): TLS or the proxy was not ready within 15 s")
        }
    }

    @Test("a server that is silent behind TLS costs the idle timeout, over https")
    func silentHTTPS() throws {
        try withScriptedServer([.staySilent]) { server in
            try withTLSFront(to: server.port) { front in
                let url = "https://127.0.0.1:\(front.port)/app.git"
                let error = try failure(of: limitedSilence, url, onceAsked: server)
                #expect(error.kind == .timeout)
                #expect(error.description == "cannot resolve main at \(url): the server was silent for 30 s")
            }
        }
    }

    @Test("a server that accepts and never says that it is ssh costs the connect timeout")
    func silentSSH() throws {
        try withScriptedServer([.staySilent]) { server in
            let url = "ssh://git@127.0.0.1:\(server.port)/app.git"
            // It is ssh that waits, by its own clock.
            let error = try RemoteTests.failure(of: TransportUse.direct.with { $0.connectTimeout = .seconds(1) }, url)
            #expect(error.kind == .timeout)
            #expect(
                error.description
                    == "cannot reach \(url): Connection timed out during banner exchange; Connection to 127.0.0.1 port \(server.port) timed out"
            )
        }
    }

    @Test("the whole attempt ends at its deadline, over ssh, and says how far it came")
    func deadlineSSH() throws {
        try withScriptedServer([.staySilent]) { server in
            let url = "ssh://git@127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: .direct, url, deadline: .seconds(10), onceAsked: server)
            #expect(error.kind == .timeout)
            #expect(
                error.description == """
                    cannot reach \(url): it was not done when its time was up: the server accepted the connection and \
                    said nothing
                    """)
        }
    }

    @Test("a login after which git says nothing costs the idle timeout, over ssh")
    func silentGit() throws {
        try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
        let begun = "\(Scratch.directory)/begun"
        let options = GitSSHServer.Options { $0.beforeGit = "touch '\(begun)'; sleep 60" }
        try withGitSSHServer(serving: "\(Scratch.directory)/served", options) { server in
            let way = try TransportUse.direct.with {
                $0.ssh.keyFiles = [try GitSSHServer.clientKeyPath()]
            }
            let url = server.url("app.git")
            let error = try RemoteTests.failure(
                of: way, url, deadline: Self.never, runningAheadWhile: { TestFiles.exists(begun) })
            #expect(error.kind == .timeout)
            #expect(
                error.description == "cannot reach \(url): there was silence for 30 s: git on the server did not answer"
            )
        }
    }

    @Test("ssh and everything that it started are gone when the deadline is")
    func wholeGroup() throws {
        let pids = "\(Scratch.directory)/pids"
        let script = "\(Scratch.directory)/wrapper"
        try TestFiles.write("sleep 60 & echo $$ $! > \(pids).new; mv \(pids).new \(pids); wait", to: script)
        let way = TransportUse.direct.with { $0.ssh.command = "sh '\(script)'" }
        let url = "ssh://git@127.0.0.1/app.git"
        let error = try RemoteTests.failure(
            of: way, url, deadline: .seconds(10), runningAheadWhile: { TestFiles.exists(pids) })
        #expect(error.kind == .timeout)
        #expect(error.description == "cannot reach \(url): it was not done when its time was up")
        let started = try TestFiles.text(pids).split(whereSeparator: \.isWhitespace)
        #expect(started.count == 2)
        for pid in started {
            try waitUntil("process \(pid) is gone") {
                // Who lost its parent may be a zombie until init has looked at it.
                let status = (try? TestFiles.text("/proc/\(pid)/stat")) ?? ""
                return status.isEmpty || status.contains(") Z ")
            }
        }
    }

    @Test("work that is called off ends at once", arguments: ["http", "ssh"])
    func cancelled(scheme: String) throws {
        try withScriptedServer([.staySilent]) { server in
            let url = "\(scheme)://127.0.0.1:\(server.port)/app.git"
            let remote = try TransportUse.direct.remote(url)
            let cancellation = try Cancellation()
            let thread = try NativeThread("cancel") {
                // It is called off while the attempt waits; that it comes too early changes only what is tested.
                try? waitUntil("somebody asks") { server.connectionCount > 0 }
                cancellation.cancel()
            }
            defer { thread.join() }
            let error = #expect(throws: RemoteError.self) {
                try remote.resolve(RefQuery("main"), .after(.seconds(30), cancellation: cancellation))
            }
            #expect(error?.kind == .cancelled)
            #expect(error?.message == "it was called off")
        }
    }

    @Test("a byte now and then in the head of an answer does not keep us")
    func dripHead() throws {
        try withScriptedServer([.receiveHead, .drip(Array(Self.head.utf8), every: .milliseconds(20))]) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let error = try RemoteTests.failure(of: .direct, url, deadline: .milliseconds(300))
            #expect(error.kind == .timeout)
            #expect(error.description == "cannot resolve main at \(url): it was not done when its time was up")
        }
    }

    @Test("a byte now and then in the body of an answer does not keep us")
    func dripBody() throws {
        let body = Wire.line("# service=git-upload-pack") + Wire.flush + Wire.offer
        try withScriptedServer([.receiveHead, .send(Self.head), .drip(body, every: .milliseconds(20))]) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let error = try RemoteTests.failure(of: .direct, url, deadline: .milliseconds(300))
            #expect(error.description == "cannot resolve main at \(url): it was not done when its time was up")
        }
    }

    @Test("a byte now and then over ssh does not keep us")
    func dripSSH() throws {
        let script = #"""
            $| = 1;
            for (split //, "000eversion 2\n0012agent=scripted") { print; select(undef, undef, undef, 0.02) }
            sleep 60
            """#
        try TestFiles.write(script, to: "\(Scratch.directory)/drip")
        let way = TransportUse.direct.with { $0.ssh.command = "perl \(Scratch.directory)/drip" }
        let url = "ssh://git@127.0.0.1/app.git"
        let error = try RemoteTests.failure(of: way, url, deadline: .milliseconds(300))
        #expect(error.kind == .timeout)
        #expect(error.description == "cannot reach \(url): it was not done when its time was up")
    }

    @Test("silence in the middle of a pack costs the idle timeout", arguments: BrokenRoad.allCases)
    func silentPack(road: BrokenRoad) throws {
        let source = try PackSource()
        var script = Script(
            tip: source.tip, answer: Wire.packSection + Wire.band(Array(try source.pack().dropLast(100))))
        let silent = script.silenceMark
        script.end = .silence
        try script.play(on: road) { way, url in
            let error = try RemoteTests.failure(
                of: way.with { $0.idleTimeout = limitedSilence.idleTimeout }, url, deadline: Self.never,
                runningAheadWhile: { TestFiles.exists(silent) })
            #expect(error.kind == .timeout)
            #expect(
                error.description
                    == (road == .http
                        ? "cannot fetch refs/heads/main from \(url): the server was silent for 30 s"
                        : "cannot reach \(url): there was silence for 30 s"))
        }
    }
}
