import Glibc
import Posix
import TestSupport
import Testing

@testable import Reload

@Suite("Health", .scratch, .timeLimit(.minutes(1)))
struct HealthTests {
    private static func answer(_ status: String, revision: String? = nil, body: String = "") -> [ScriptedServer.Step] {
        let headers = ["Connection: close"] + (revision.map { ["X-Revision: \($0)"] } ?? [])
        return [.receiveHead, .answer(status, headers: headers, body: Array(body.utf8))]
    }

    private func check(
        _ scripts: [[ScriptedServer.Step]], header: String? = nil, successes: Int = 2, timeout: Duration = .seconds(20),
        watch: Duration = .zero,
        runningAheadWhile condition: @escaping @Sendable (TestClock, ScriptedServer) -> Bool = { _, _ in false }
    ) throws -> (Result<Reload.ConfirmResult, ReloadError>, connections: Int) {
        let clock = TestClock()
        let server = try ScriptedServer(scripts: scripts)
        defer { server.stop() }
        let url = "http://127.0.0.1:\(server.port)/healthz"
        let health = HealthCheck(
            [.url(url, statuses: 200...399, revisionHeader: header)], timeout: timeout, interval: .seconds(1),
            successes: successes, watch: watch)
        let reloader = try reloader(health: health)
        do {
            let result = try clock.runAhead(by: .seconds(1), while: { condition(clock, server) }) {
                try reloader.confirm(anyChange(), deadline: clock.deadline(.seconds(3600)))
            }
            return (.success(result), server.connectionCount)
        } catch let error as ReloadError {
            return (.failure(error), server.connectionCount)
        }
    }

    private func failure(_ result: Result<Reload.ConfirmResult, ReloadError>) -> ReloadError? {
        if case .failure(let error) = result { error } else { nil }
    }

    @Test("an application that flaps is well only after enough good checks in a row")
    func flapping() throws {
        let good = HealthTests.answer("200 OK")
        let bad = HealthTests.answer("500 Oh")
        let (result, connections) = try check([good, bad, good, good, bad, good, good, good], successes: 3)
        #expect(try result.get().checks == 8)
        #expect(connections == 8)
        #expect(try result.get().evidence.verdict == .unknown)
    }

    @Test("the revision must be the new one, in full, whatever white space is around it")
    func revision() throws {
        let full = "\(hash(1))"
        let (result, connections) = try check(
            [
                HealthTests.answer("200 OK", revision: "\(hash(2))"), HealthTests.answer("200 OK"),
                HealthTests.answer("200 OK", revision: String(full.prefix(12))),
                HealthTests.answer("200 OK", revision: "  \(full)\t"),
            ], header: "X-Revision")
        #expect(connections == 5)
        #expect(try result.get().evidence.verdict == .proved)
    }

    @Test("the last failure is the reason, with what the server said")
    func reason() throws {
        let (result, _) = try check(
            [HealthTests.answer("500 Oh", body: "no database")])
        let error = try #require(failure(result))
        #expect(error.code == .unhealthy)
        #expect(error.message.hasSuffix("/healthz: the answer is 500, not 200-399"))
        #expect(error.output == "no database")
        let (second, _) = try check(
            [HealthTests.answer("200 OK", revision: "old")], header: "X-Revision")
        #expect(failure(second)?.message.hasSuffix("X-Revision is old, not \(hash(1))") == true)
    }

    @Test("a server that answers with failures is not waited for as long as one that is not there")
    func answered() throws {
        let (answered, _) = try check([HealthTests.answer("500 Oh")])
        let text = try #require(failure(answered)?.message)
        #expect(text.hasPrefix("10 checks in a row were answered with a failure: "), "\(text)")
        for status in ["502 Gone", "503 Soon", "504 Late"] {
            let (behindProxy, _) = try check([HealthTests.answer(status)])
            #expect(failure(behindProxy)?.message.hasPrefix("not healthy within 20") == true, "\(status)")
        }
        // One that is not there in between begins anew.
        let row = Array(repeating: HealthTests.answer("500 Oh"), count: 5)
        let proxy = [HealthTests.answer("503 Soon")]
        let (flapping, _) = try check(
            row + proxy + row + proxy + row + [HealthTests.answer("200 OK")], timeout: .seconds(60))
        #expect(try flapping.get().checks > 17)
    }

    @Test("answers that come faster than the interval count once in it, and any number may be allowed")
    func answeredSlowly() throws {
        for (failures, prefix) in [(3, "3 checks in a row"), (0, "not healthy within 20")] {
            let server = try ScriptedServer(scripts: [HealthTests.answer("500 Oh")])
            defer { server.stop() }
            let clock = TestClock()
            let health = HealthCheck(
                [.url("http://127.0.0.1:\(server.port)/", statuses: 200...399, revisionHeader: nil)],
                timeout: .seconds(20), interval: .seconds(1), failures: failures)
            do {
                _ = try reloader(health: health).confirm(anyChange(), deadline: clock.deadline(.seconds(3600)))
                Issue.record("it was healthy")
            } catch let error as ReloadError {
                #expect(error.message.hasPrefix(prefix), "\(error)")
            }
            #expect(clock.elapsed >= .seconds(failures == 0 ? 20 : 2))
            #expect(server.connectionCount > failures)
        }
    }

    @Test("a server that hangs does not take the time of the one that follows it")
    func hanging() throws {
        // The first check is given up after five seconds.
        let (result, _) = try check([[.staySilent], HealthTests.answer("200 OK")]) { clock, server in
            server.connectionCount == 1 && clock.elapsed < .seconds(6)
        }
        #expect(try result.get().checks == 3)
        let (second, connections) = try check([[.staySilent]]) { _, server in server.connectionCount > 0 }
        #expect(failure(second)?.code == .unhealthy)
        #expect(connections > 1)
    }

    @Test("a failure in the time of watching is one")
    func watching() throws {
        let good = HealthTests.answer("200 OK")
        let (result, _) = try check([good, good, good, HealthTests.answer("502 Gone"), good], watch: .seconds(60))
        #expect(failure(result)?.message.hasPrefix("it was healthy, but not for 60 s: ") == true)
        let (second, connections) = try check([good], watch: .seconds(10))
        #expect(try second.get().checks == connections)
        #expect(connections >= 3)
    }

    @Test("the check after the first good one follows within 5 ms, though checks are a second apart")
    func share() throws {
        let health = HealthCheck([], interval: .seconds(1))
        #expect(health.pause(afterEqual: 1, waited: .zero) == .milliseconds(5))
        // An application that takes its time is not asked all the time, and a slow one every second.
        #expect(health.pause(afterEqual: 5, waited: .milliseconds(400)) == .milliseconds(50))
        #expect(health.pause(afterEqual: 40, waited: .seconds(60)) == .seconds(1))
    }

    @Test("a port that opens later is waited for; one that never opens is a failure")
    func port() throws {
        let port = try freePort()
        let check = HealthCheck([.tcp(host: "localhost", port: port)], timeout: .seconds(20))
        #expect {
            try reloader(health: check).confirm(anyChange(), deadline: TestClock().deadline(.seconds(40)))
        } throws: { error in
            "\(error)".hasSuffix("cannot connect to localhost:\(port): connection refused")
        }
        var patient = check
        patient.timeout = .seconds(3600)
        let server = LateProgram.server(on: port)
        defer { server.stop() }
        let deadline = server.clock.deadline(.seconds(3600))
        #expect(try reloader(health: patient).confirm(anyChange(), deadline: deadline).checks > 2)
        #expect(server.isRunning)
    }

    @Test("a command says whether the application is well, and its output is the reason when it does not")
    func command() throws {
        let path = try script(uniqueName(), "#!/bin/sh\necho looking; test -e ready\n")
        let check = HealthCheck([.command(Program(path))], timeout: .seconds(20), interval: .seconds(5))
        #expect {
            try reloader(health: check).confirm(anyChange(), deadline: TestClock().deadline(.seconds(40)))
        } throws: { error in
            (error as? ReloadError)?.output == "looking\n"
        }
        try TestFiles.write("", to: "\(Scratch.directory)/ready")
        #expect(try reloader(health: check).confirm(anyChange(), deadline: within40Seconds).checks == 2)
    }

    @Test("being called off is not the application's fault")
    func cancelled() throws {
        let cancellation = try Cancellation()
        let port = try freePort()
        let check = HealthCheck([.tcp(host: "127.0.0.1", port: port)])
        let thread = try onceThisThreadWaits { cancellation.cancel() }
        defer { thread.join() }
        #expect {
            try reloader(health: check).confirm(
                anyChange(), deadline: .after(.seconds(30), cancellation: cancellation))
        } throws: { error in
            (error as? ReloadError)?.code == .cancelled
        }
    }

    @Test("a change that needs nothing does not have to show up as a revision")
    func leftAlone() throws {
        let server = try ScriptedServer(scripts: [HealthTests.answer("200 OK", revision: "\(hash(2))")])
        defer { server.stop() }
        let health = HealthCheck(
            [.url("http://127.0.0.1:\(server.port)/", statuses: 200...200, revisionHeader: "X-Revision")],
            timeout: .seconds(20))
        let reloader = try reloader(
            [.touch("\(Scratch.directory)/x")], rules: [ActionRule(["*.md"], .none)], health: health)
        let change = anyChange(["README.md"])
        #expect(try reloader.notify(change, deadline: within40Seconds) == [])
        #expect(try reloader.confirm(change, deadline: within40Seconds).evidence.verdict == .unknown)
    }
}
