import Glibc
import Posix
import TestSupport
import Testing

@testable import Reload

@Suite("Actions", .scratch, .timeLimit(.minutes(1)))
struct ActionTests {
    private func notify(
        _ action: Action, on clock: TestClock = TestClock(), healthTimeout: Duration = .seconds(600),
        cancelling: Cancellation? = nil
    ) throws {
        let deadline = clock.deadline(.seconds(3600), cancellation: cancelling)
        try reloader([action], healthTimeout: healthTimeout).notify(anyChange(), deadline: deadline)
    }

    private func failure(
        _ action: Action, healthTimeout: Duration = .seconds(600),
        runningAheadWhile condition: @escaping @Sendable () -> Bool = { false }
    ) -> ReloadError? {
        do {
            let clock = TestClock()
            try clock.runAhead(by: .seconds(10), while: condition) {
                try notify(action, on: clock, healthTimeout: healthTimeout)
            }
            return nil
        } catch {
            return error as? ReloadError
        }
    }

    @Test("a server that is not ready yet is asked again, with the token that its file has by then")
    func notReady() throws {
        let headers = "\(Scratch.directory)/headers"
        try TestFiles.write("Authorization: Bearer first\n", to: headers)
        try withScriptedServer(
            [
                .receive(until: { received in
                    let isWhole = String(decoding: received, as: UTF8.self).contains("\r\n\r\n")
                    if isWhole { try? TestFiles.write("Authorization: Bearer second\n", to: headers) }
                    return isWhole
                }),
                .answer("503 Service Unavailable"),
            ], [.receiveHead, .answer("200 OK")]
        ) { server in
            try notify(.call(HTTPCall("http://127.0.0.1:\(server.port)/reload", headerFile: headers)))
            #expect(server.receivedText.count == 2)
            #expect(server.receivedText[0].hasPrefix("POST /reload HTTP/1.1\r\n"))
            #expect(server.receivedText[0].contains("Bearer first\r\n"))
            #expect(server.receivedText[1].contains("Bearer second\r\n"))
        }
    }

    @Test("a server that does not listen yet is waited for")
    func refusedAtFirst() throws {
        let port = try freePort()
        let server = LateProgram.server(on: port)
        defer { server.stop() }
        try notify(.call(HTTPCall("http://127.0.0.1:\(port)/", method: "GET")), on: server.clock)
        #expect(server.isRunning)
    }

    @Test("another answer is a failure at once, with what the server said")
    func wrongAnswer() throws {
        try withScriptedServer([.receiveHead, .answer("500 Oh", body: Array("bad config".utf8))]) { server in
            let error = failure(
                .call(HTTPCall("http://127.0.0.1:\(server.port)/x?token=secret")))
            #expect(error?.code == .request)
            #expect(error?.message == "the answer is 500, not 200-299")
            #expect(error?.output == "bad config")
            #expect(error?.description.contains("secret") == false)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("a server that never answers costs no more than the time limit")
    func silent() throws {
        try withScriptedServer([.staySilent]) { server in
            let call = HTTPCall("http://127.0.0.1:\(server.port)/", timeout: .seconds(20))
            let error = failure(.call(call)) { !(server.received.first ?? []).isEmpty }
            #expect(error?.code == .request)
            #expect(error?.message == "it was not done when its time was up")
            #expect(server.connectionCount == 1)
        }
    }

    @Test("a line of the header file that is none is refused without being shown")
    func headerFile() throws {
        let headers = "\(Scratch.directory)/headers"
        try TestFiles.write("my-secret\n", to: headers)
        let error = failure(.call(HTTPCall("http://127.0.0.1:1/", headerFile: headers)))
        #expect(error?.code == .invalid)
        #expect(error?.description.contains("my-secret") == false)
    }

    @Test("a command runs in the release with the environment that it is given")
    func command() throws {
        let path = try script(uniqueName(), "#!/bin/sh\npwd > out; echo $GITSYNC_HASH >> out\n")
        try notify(.run(Program(path)))
        #expect(try TestFiles.text("\(Scratch.directory)/out") == "\(Scratch.directory)\n\(hash(1))\n")
    }

    @Test("a command that fails, hangs or does not exist is a failure with its output")
    func failingCommand() throws {
        let failing = try script(uniqueName(), "#!/bin/sh\necho why; exit 3\n")
        let error = failure(.run(Program(failing)))
        #expect(error?.code == .command)
        #expect(error?.message == "it exited with code 3")
        #expect(error?.output == "why\n")
        let begun = "\(Scratch.directory)/begun"
        let hanging = try script(uniqueName(), "#!/bin/sh\nsleep 600 &\ntouch \(begun)\nwait\n")
        let late = failure(.run(Program(hanging, timeout: .seconds(60)))) { TestFiles.exists(begun) }
        #expect(late?.message == "it timed out")
        try waitUntil("its children are gone") {
            try !ProcessTable.read().processes.values.contains { $0.arguments.contains(hanging) }
        }
        #expect(failure(.run(Program("\(Scratch.directory)/missing")))?.code == .system)
    }

    @Test("a file is touched, and made when it is missing")
    func touch() throws {
        let path = "\(Scratch.directory)/touched"
        try notify(.touch(path))
        try runProgram(["touch", "-d", "1 hour ago", path]).succeeded()
        let before = try Files.status(path).modificationTime
        try notify(.touch(path))
        #expect(try Files.status(path).modificationTime > before + 3_000_000_000_000)
    }

    @Test("a target that is not up yet is waited for; one that was started after publishing is left alone")
    func waitsForTarget() throws {
        let path = try script(uniqueName(), "#!/bin/sh\nsleep 600\n")
        let change = anyChange()
        // Start times are known to a hundredth of a second.
        usleep(20_000)
        let notifier = try reloader([.signal(SIGTERM, [.commandLine(path)])], healthTimeout: .seconds(600))
        let late = LateProgram { try start([path]) }
        defer { late.stop() }
        let notices = try notifier.notify(change, deadline: late.clock.deadline(.seconds(3600)))
        #expect(notices.count == 1)
        #expect(notices.first?.outcome.hasSuffix("was started after publishing") == true)
        #expect(late.isRunning)
    }

    @Test("a target that never comes is a failure, and calling the wait off is another")
    func noTarget() throws {
        let action = Action.signal(SIGHUP, [.name(uniqueName())])
        #expect(failure(action, healthTimeout: .seconds(5))?.code == .noTarget)
        let cancellation = try Cancellation()
        cancellation.cancel()
        #expect {
            try notify(action, cancelling: cancellation)
        } throws: { error in
            (error as? ReloadError)?.code == .cancelled
        }
    }

    @Test("what would be signalled can be asked before anything is published")
    func check() throws {
        let path = try script(uniqueName(), "#!/bin/sh\nsleep 600\n")
        let program = try start([path])
        defer { program.stop() }
        let missing = Target.name(uniqueName())
        let reloader = try reloader([.signal(SIGHUP, [.commandLine(path), missing])])
        try waitUntil("it is found") { reloader.checkTargets()[0].problem == nil }
        let checks = reloader.checkTargets()
        #expect(checks[0].processes.map(\.processID) == [program.processID])
        #expect(checks[1].problem?.code == .noTarget)
        try reloader.checkPermission()
    }
}
