import GitObjects
import Posix
import TestSupport
import Testing

@testable import Remote

/// Git's protocol, written by hand so that it can be wrong.
enum Wire {
    static let flush = Array("0000".utf8)
    static let delimiter = Array("0001".utf8)

    static func packet(_ payload: [UInt8]) -> [UInt8] {
        let digits = String(payload.count + 4, radix: 16)
        return Array((String(repeating: "0", count: 4 - digits.count) + digits).utf8) + payload
    }

    static func line(_ text: String) -> [UInt8] { packet(Array((text + "\n").utf8)) }

    /// What a server of version 2 says first.
    static let offer =
        line("version 2") + line("agent=scripted/1") + line("ls-refs=unborn") + line("fetch=shallow filter")
        + line("object-format=sha1") + flush

    /// The answer to the question for references.
    static func listing(_ hash: String) -> [UInt8] { line("\(hash) refs/heads/main") + flush }

    /// The beginning of the answer to a fetch, up to the pack.
    static let packSection = line("packfile")

    /// A pack as it travels, in packets of band 1, without the flush that ends it.
    static func band(_ pack: [UInt8]) -> [UInt8] {
        stride(from: 0, to: pack.count, by: 60_000).flatMap { packet([1] + pack[$0..<min($0 + 60_000, pack.count)]) }
    }
}

/// A server that plays a git server's part from a script, over HTTP or in the place of the ssh program.
enum BrokenRoad: String, CaseIterable, Sendable {
    case http, ssh
}

/// What a scripted git server answers to the three questions of an attempt.
struct Script: Sendable {
    /// How it goes on after its last answer.
    enum End: Sendable {
        /// It ends the connection.
        case close
        /// It ends the connection although it promised more.
        case cut
        /// It promised more and says nothing.
        case silence
    }

    var offer = Wire.offer
    var listing: [UInt8]
    var answer: [UInt8] = []
    var end = End.close

    /// A server with the one branch `main`, at a commit.
    init(tip: String, answer: [UInt8] = []) {
        listing = Wire.listing(tip)
        self.answer = answer
    }

    /// Starts the server on a road and hands over how to reach its only repository.
    func play<Value>(on road: BrokenRoad, _ body: (TransportUse, String) throws -> Value) throws -> Value {
        switch road {
        case .http:
            let server = try ScriptedServer(scripts: [conversation])
            defer { server.stop() }
            return try body(.direct, "http://127.0.0.1:\(server.port)/app.git")
        case .ssh:
            let directory = try TestFiles.makeTemporaryDirectory("\(Scratch.directory)/script")
            for (name, bytes) in [("offer", offer), ("listing", listing), ("answer", answer)] {
                try TestFiles.write(bytes, to: "\(directory)/\(name)")
            }
            try TestFiles.write(Script.program, to: "\(directory)/program")
            let way = TransportUse.direct.with {
                $0.ssh.command = "perl \(directory)/program \(directory) \(end) \(silenceMark)"
            }
            return try body(way, "ssh://git@127.0.0.1/app.git")
        }
    }

    /// A file that is there as soon as the server is silent for good.
    var silenceMark: String { "\(Scratch.directory)/silent" }

    private var silence: ScriptedServer.Step {
        let mark = silenceMark
        return .receive { _ in
            try? TestFiles.write("", to: mark)
            return false
        }
    }

    private var conversation: [ScriptedServer.Step] {
        func asked(_ count: Int) -> ScriptedServer.Step {
            .receive { received in
                let text = String(decoding: received, as: UTF8.self)
                return text.hasSuffix("0000") && text.components(of: "POST ") == count
            }
        }
        func head(_ length: Int) -> ScriptedServer.Step {
            .send("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n")
        }
        let service = Wire.line("# service=git-upload-pack") + Wire.flush
        let last = answer.count + (end == .close ? 0 : 1000)
        return [
            .receiveHead, head(service.count + offer.count), .send(service + offer), asked(1), head(listing.count),
            .send(listing), asked(2), head(last), .send(answer), end == .silence ? silence : .pause(.zero),
        ]
    }

    /// Answers each request, which ends with a flush, with the next file.
    private static let program = #"""
        $| = 1; binmode STDIN; binmode STDOUT;
        my ($directory, $end, $mark) = @ARGV;
        sub give { local $/; open my $file, '<', "$directory/$_[0]"; binmode $file; print scalar <$file>; }
        sub asked { my $got = ''; until ($got =~ /0000\z/) { sysread(STDIN, $got, 65536, length $got) or exit; } }
        give('offer'); asked(); give('listing'); asked(); give('answer');
        if ($end eq 'silence') { open my $file, '>', $mark; sleep 60 }
        """#
}

extension String {
    /// How often a text occurs.
    func components(of text: String) -> Int {
        var rest = self[...]
        var count = 0
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}

/// Packs made by git from a small repository, to be broken.
struct PackSource {
    let fixture: GitFixture
    let tip: String

    init() throws {
        fixture = try GitFixture(at: "\(Scratch.directory)/source.git")
        tip = try fixture.commit([
            "a": .text(String(repeating: "some text\n", count: 200)), "b/c": "more\n", "b/d": "yet more\n",
        ])
    }

    /// A pack with everything that the tip needs.
    func pack() throws -> [UInt8] {
        let result = try runProgram(
            ["git", "--git-dir", fixture.path, "pack-objects", "--revs", "--stdout", "--quiet"],
            input: Array("\(tip)\n".utf8))
        return try result.succeeded().outputBytes
    }

    /// The bytes with their own SHA-1 behind them, as a pack ends.
    static func sealed(_ pack: [UInt8]) throws -> [UInt8] {
        let result = try runProgram(["openssl", "dgst", "-sha1", "-binary"], input: pack)
        return pack + (try result.succeeded().outputBytes)
    }
}
