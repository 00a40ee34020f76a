import GitObjects
import GitProtocol
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("Answers that are broken", .scratch, .timeLimit(.minutes(2)))
struct BrokenAnswerTests {
    @Test("a pack that is cut in the middle is told from a whole one", arguments: BrokenRoad.allCases)
    func cutPack(road: BrokenRoad) throws {
        let source = try PackSource()
        let half = Array(try source.pack().dropLast(100))
        let script = Script(tip: source.tip, answer: Wire.packSection + Wire.band(half))
        try script.play(on: road) { way, url in
            let error = try failure(of: way, url)
            #expect(error.kind == .malformed)
            #expect(
                error.description == """
                    cannot fetch refs/heads/main from \(url): the server closed the connection in the middle of the \
                    answer (\(half.count) bytes of pack received); when it happens again, the server's log says why
                    """)
        }
    }

    @Test("an answer that is shorter than its length says that the connection ended early")
    func cutTransfer() throws {
        let source = try PackSource()
        let half = Wire.packSection + Wire.band(Array(try source.pack().dropLast(100)))
        var script = Script(tip: source.tip, answer: half)
        script.end = .cut
        try script.play(on: .http) { way, url in
            let error = try failure(of: way, url)
            #expect(error.kind == .malformed)
            // In the words of libcurl 7 and 8.
            let words = [
                "transfer closed with 1000 bytes remaining to read", "end of response with 1000 bytes missing",
            ]
            #expect(words.map { "cannot fetch refs/heads/main from \(url): \($0)" }.contains(error.description))
        }
    }

    @Test("a pack whose bytes do not give its checksum is refused", arguments: BrokenRoad.allCases)
    func wrongChecksum(road: BrokenRoad) throws {
        let source = try PackSource()
        var pack = try source.pack()
        pack[pack.count - 1] ^= 1
        let script = Script(tip: source.tip, answer: Wire.packSection + Wire.band(pack) + Wire.flush)
        try script.play(on: road) { way, url in
            let error = try failure(of: way, url)
            #expect(error.kind == .malformed)
            #expect(
                error.description == """
                    cannot fetch refs/heads/main from \(url): the pack that came is damaged: packfile trailer mismatch; \
                    if it stays so, the server's repository or something between us and it is broken
                    """)
        }
    }

    @Test("an object whose bytes were changed on the way is refused", arguments: BrokenRoad.allCases)
    func damagedObject(road: BrokenRoad) throws {
        let source = try PackSource()
        var pack = try source.pack().dropLast(20)
        pack[pack.count / 2] ^= 0xFF
        let script = Script(
            tip: source.tip, answer: Wire.packSection + Wire.band(try PackSource.sealed(Array(pack))) + Wire.flush)
        try script.play(on: road) { way, url in
            let error = try failure(of: way, url)
            #expect(error.kind == .malformed)
            #expect(error.description.hasPrefix("cannot fetch refs/heads/main from \(url): the "))
        }
    }

    @Test("a packet that is larger than git allows ends the conversation", arguments: BrokenRoad.allCases)
    func oversizedPacket(road: BrokenRoad) throws {
        var script = Script(tip: String(repeating: "1", count: 40))
        script.listing = Array("fff9".utf8) + [UInt8](repeating: 97, count: 65_525)
        try script.play(on: road) { way, url in
            let error = try failure(of: way, url)
            #expect(error.kind == .limit)
            #expect(
                error.description == """
                    cannot resolve main at \(url): the server sent a packet of 65529 bytes, 65520 is the most that git \
                    allows
                    """)
        }
    }

    @Test("a pack that announces four thousand million objects takes no memory", arguments: BrokenRoad.allCases)
    func announcedBomb(road: BrokenRoad) throws {
        let header = Array("PACK".utf8) + [0, 0, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 64)
        let script = Script(
            tip: String(repeating: "1", count: 40), answer: Wire.packSection + Wire.band(header) + Wire.flush)
        try script.play(on: road) { way, url in
            let before = try ProcessState.now().residentBytes
            let error = try failure(of: way, url)
            #expect(try ProcessState.now().residentBytes < before + 200 << 20)
            #expect(error.kind == .limit)
            #expect(
                error.description == """
                    cannot fetch refs/heads/main from \(url): the pack is too large: it announces 4294967295 objects; \
                    50000000 are allowed
                    """)
        }
    }

    @Test("a pack of more bytes than allowed is stopped", arguments: BrokenRoad.allCases)
    func tooManyBytes(road: BrokenRoad) throws {
        let source = try PackSource()
        let script = Script(tip: source.tip, answer: Wire.packSection + Wire.band(try source.pack()) + Wire.flush)
        try script.play(on: road) { way, url in
            let error = try failure(of: way, url, maximumBytes: 100)
            #expect(error.kind == .limit)
            #expect(
                error.description == """
                    cannot fetch refs/heads/main from \(url): the pack is too large: it has more than the 100 bytes that \
                    are allowed
                    """)
        }
    }

    @Test("a server that sends a pack without the commit asked for is found out", arguments: BrokenRoad.allCases)
    func missingWant(road: BrokenRoad) throws {
        let source = try PackSource()
        let other = String(repeating: "12", count: 20)
        let script = Script(tip: other, answer: Wire.packSection + Wire.band(try source.pack()) + Wire.flush)
        try script.play(on: road) { way, url in
            let error = try failure(of: way, url)
            #expect(error.kind == .malformed)
            #expect(
                error.description
                    == "cannot fetch refs/heads/main from \(url): the server's pack does not hold \(other)")
        }
    }

    @Test("a commit that the server no longer has is explained", arguments: BrokenRoad.allCases)
    func refusedWant(road: BrokenRoad) throws {
        let tip = String(repeating: "12", count: 20)
        let script = Script(tip: tip, answer: Wire.packet(Array("ERR upload-pack: not our ref \(tip)".utf8)))
        try script.play(on: road) { way, url in
            let error = try failure(of: way, url)
            #expect(error.kind == .server)
            #expect(
                error.description == """
                    cannot fetch refs/heads/main from \(url): the server said: upload-pack: not our ref \(tip); the commit \
                    is no longer, or never was, the tip of a reference: allow it on the server with git config \
                    uploadpack.allowReachableSHA1InWant true, or uploadpack.allowAnySHA1InWant true, or name a branch \
                    or tag
                    """)
        }
    }

    @Test("a list of references that does not end takes neither our time nor our memory")
    func endlessList() throws {
        let line = Wire.line("\(String(repeating: "1", count: 40)) refs/heads/\(String(repeating: "n", count: 200))")
        let lines = (0..<200).flatMap { _ in line }
        let service = Wire.line("# service=git-upload-pack") + Wire.flush
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n\r\n"
        try withScriptedServer([.receiveHead, .send(Array(head.utf8) + service), .sendForever(lines)]) { server in
            let before = try ProcessState.now().residentBytes
            let error = try failure(of: .direct, "http://127.0.0.1:\(server.port)/app.git", deadline: .seconds(2))
            #expect(try ProcessState.now().residentBytes < before + 200 << 20)
            #expect(error.kind == .timeout || error.kind == .limit)
        }
    }

    @Test("a list of references that does not end takes neither our time nor our memory, over ssh")
    func endlessListSSH() throws {
        let line = Wire.line("\(String(repeating: "1", count: 40)) refs/heads/x")
        try TestFiles.write(
            "while (print '\(String(decoding: line, as: UTF8.self))') {}", to: "\(Scratch.directory)/list")
        let way = TransportUse.direct.with { $0.ssh.command = "perl \(Scratch.directory)/list" }
        let before = try ProcessState.now().residentBytes
        let error = try failure(of: way, "ssh://git@127.0.0.1/app.git", deadline: .seconds(2))
        #expect(try ProcessState.now().residentBytes < before + 200 << 20)
        #expect(error.kind == .timeout || error.kind == .limit)
    }

    @Test("a web page in the place of a repository is recognised")
    func webPage() throws {
        let page = Array("<!DOCTYPE html><html><body>Sign in</body></html>".utf8)
        try withScriptedServer([.receiveHead, .answer("200 OK", headers: ["Content-Type: text/html"], body: page)]) {
            server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: .direct, url)
            #expect(error.kind == .malformed)
            #expect(
                error.description == """
                    cannot resolve main at \(url): the server answered with a web page, not git; check the repository's \
                    address; a login page or a proxy may have answered
                    """)
        }
    }

    @Test("an empty answer is told from an empty repository")
    func emptyAnswer() throws {
        try withScriptedServer([.receiveHead, .answer("200 OK")]) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: .direct, url)
            #expect(error.kind == .malformed)
            #expect(
                error.description == "cannot resolve main at \(url): the server closed the connection without an answer"
            )
        }
    }

    @Test("a server that talks no HTTP is named")
    func noHTTP() throws {
        try withScriptedServer([.send("SSH-2.0-Other\r\n"), .staySilent]) { server in
            let error = try failure(of: .direct, "http://127.0.0.1:\(server.port)/app.git", deadline: .seconds(5))
            #expect(error.kind == .malformed)
        }
    }

    @Test("a connection that is reset says so")
    func reset() throws {
        try withScriptedServer([.receiveHead, .reset]) { server in
            let url = "http://127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: .direct, url)
            #expect(error.kind == .malformed)
            #expect(error.description == "cannot resolve main at \(url): recv failure: Connection reset by peer")
        }
    }
}
