import GitObjects
import GitProtocol
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("Servers that say nothing, or too little", .scratch, .timeLimit(.minutes(1)))
struct SilentServerTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"

    @Test("a server that accepts and never answers costs the idle timeout, over http")
    func silentHTTP() throws {
        try withScriptedServer([.staySilent]) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: TransportUse.direct.with { $0.idleTimeout = .seconds(1) }, url)
            #expect(error.kind == .timeout)
            #expect(error.description == "cannot resolve main at \(url): the server was silent for 1 s")
        }
    }

    @Test("the whole attempt ends at its deadline, over http")
    func deadlineHTTP() throws {
        try withScriptedServer([.staySilent]) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: .direct, url, deadline: .seconds(1))
            #expect(error.kind == .timeout)
            #expect(error.description == "cannot resolve main at \(url): it was not done when its time was up")
        }
    }

    @Test("a server that never begins TLS costs the connect timeout, over https")
    func silentHandshake() throws {
        try withScriptedServer([.staySilent]) { server in
            let url = "https://127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: TransportUse.direct.with { $0.connectTimeout = .seconds(1) }, url)
            #expect(error.kind == .timeout)
            #expect(error.description == "cannot resolve main at \(url): TLS or the proxy was not ready within 1 s")
        }
    }

    @Test("a server that is silent behind TLS costs the idle timeout, over https")
    func silentHTTPS() throws {
        try withScriptedServer([.staySilent]) { server in
            try withTLSFront(to: server.port) { front in
                let url = "https://127.0.0.1:\(front.port)/app.git"
                let error = try failure(of: TransportUse.direct.with { $0.idleTimeout = .seconds(1) }, url)
                #expect(error.kind == .timeout)
                #expect(error.description == "cannot resolve main at \(url): the server was silent for 1 s")
            }
        }
    }

    @Test("a server that accepts and never says that it is ssh costs the connect timeout")
    func silentSSH() throws {
        try withScriptedServer([.staySilent]) { server in
            let url = "ssh://git@127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: TransportUse.direct.with { $0.connectTimeout = .seconds(1) }, url)
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
            let error = try failure(of: .direct, url, deadline: .seconds(1))
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
        let options = GitSSHServer.Options { $0.beforeGit = "sleep 60" }
        try withGitSSHServer(serving: "\(Scratch.directory)/served", options) { server in
            let way = try TransportUse.direct.with {
                $0.ssh.keyFiles = [try GitSSHServer.clientKeyPath()]
                // Long enough for a login on a busy machine: silence is what comes after it.
                $0.idleTimeout = .seconds(3)
            }
            let url = server.url("app.git")
            let error = try failure(of: way, url)
            #expect(error.kind == .timeout)
            #expect(
                error.description == "cannot reach \(url): there was silence for 3 s: git on the server did not answer")
        }
    }

    @Test("ssh and everything that it started are gone when the deadline is")
    func wholeGroup() throws {
        let pids = "\(Scratch.directory)/pids"
        let script = "\(Scratch.directory)/wrapper"
        try TestFiles.write("sleep 60 & echo $$ $! > \(pids).new; mv \(pids).new \(pids); wait", to: script)
        let way = TransportUse.direct.with { $0.ssh.command = "sh '\(script)'" }
        let url = "ssh://git@127.0.0.1/app.git"
        let error = try failure(of: way, url, deadline: .seconds(1))
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

    @Test("a byte a second in the head of an answer does not keep us")
    func dripHead() throws {
        try withScriptedServer([.receiveHead, .drip(Array(Self.head.utf8), every: .seconds(1))]) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: .direct, url, deadline: .seconds(2))
            #expect(error.kind == .timeout)
            #expect(error.description == "cannot resolve main at \(url): it was not done when its time was up")
        }
    }

    @Test("a byte a second in the body of an answer does not keep us")
    func dripBody() throws {
        let body = Wire.line("# service=git-upload-pack") + Wire.flush + Wire.offer
        try withScriptedServer([.receiveHead, .send(Self.head), .drip(body, every: .seconds(1))]) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: .direct, url, deadline: .seconds(2))
            #expect(error.description == "cannot resolve main at \(url): it was not done when its time was up")
        }
    }

    @Test("a byte a second over ssh does not keep us")
    func dripSSH() throws {
        let script = #"$| = 1; for (split //, "000eversion 2\n0012agent=scripted") { print; sleep 1 }"#
        try TestFiles.write(script, to: "\(Scratch.directory)/drip")
        let way = TransportUse.direct.with { $0.ssh.command = "perl \(Scratch.directory)/drip" }
        let url = "ssh://git@127.0.0.1/app.git"
        let error = try failure(of: way, url, deadline: .seconds(2))
        #expect(error.kind == .timeout)
        #expect(error.description == "cannot reach \(url): it was not done when its time was up")
    }

    @Test("silence in the middle of a pack costs the idle timeout", arguments: BrokenRoad.allCases)
    func silentPack(road: BrokenRoad) throws {
        let source = try PackSource()
        var script = Script(
            tip: source.tip, answer: Wire.packSection + Wire.band(Array(try source.pack().dropLast(100))))
        script.end = .silence
        try script.play(on: road) { way, url in
            let error = try failure(of: way.with { $0.idleTimeout = .seconds(1) }, url)
            #expect(error.kind == .timeout)
            #expect(
                error.description
                    == (road == .http
                        ? "cannot fetch refs/heads/main from \(url): the server was silent for 1 s"
                        : "cannot reach \(url): there was silence for 1 s"))
        }
    }
}
