import GitObjects
import GitProtocol
import Testing

@Suite("A server's first answer", .timeLimit(.minutes(1)))
struct AdvertisementTests {
    @Test("is understood on every route and however it is cut", arguments: Route.allCases, [1, 13, Int.max])
    func real(route: Route, chunk: Int) throws {
        let server = try TestRepository(commits: 3)
        try server.git("config uploadpack.allowFilter true")
        let offer = try Conversation(server: server, route: route, chunk: chunk).advertisement()
        #expect(offer.version.rawValue == route.version)
        #expect(offer.offersShallow)
        #expect(offer.offersFilter)
        #expect(offer.agent?.hasPrefix("git/") == true)
        #expect(offer.acceptsUnlistedWants == (route.version == 2))
        guard route.version != 2 else {
            #expect(offer.listing == ReferenceListing())
            return
        }
        #expect(
            offer.listing.references.map(\.name) == [
                "HEAD", "refs/heads/feature/x", "refs/heads/main", "refs/heads/main2", "refs/heads/v1.0",
                "refs/pull/7/head", "refs/tags/light", "refs/tags/v1.0",
            ])
        #expect(offer.listing["HEAD"]?.symbolicTarget == "refs/heads/main")
        #expect(try offer.listing["HEAD"]?.id == server.id("main"))
        #expect(try offer.listing["refs/tags/v1.0"]?.id == server.id("refs/tags/v1.0"))
        #expect(try offer.listing["refs/tags/v1.0"]?.peeled == server.id("refs/tags/v1.0^{commit}"))
        #expect(offer.listing["refs/tags/light"]?.peeled == nil)
    }

    @Test("of an empty repository lists nothing", arguments: [Route.http0, .http1, .stream0, .stream1])
    func empty(route: Route) throws {
        let offer = try Conversation(server: try TestRepository(), route: route).advertisement()
        #expect(offer.listing.received == 0)
    }

    @Test("of an empty repository may still tell what the server can do", arguments: [1, Int.max])
    func emptyWithAbilities(chunk: Int) throws {
        let zero = String(repeating: "0", count: 40)
        var parser = AdvertisementParser(transport: .http, filter: nil)
        let bytes = Self.service + packet("version 1\n") + packet("\(zero) capabilities^{}\0shallow filter\n") + flush
        try inChunks(of: chunk, bytes) { try parser.read($0) }
        let offer = try parser.finish()
        #expect(offer.listing.received == 0)
        #expect(offer.version == .one && offer.offersShallow && offer.offersFilter)
    }

    @Test("of a shallow repository tells where its history ends")
    func shallowServer() throws {
        let server = try TestRepository(commits: 3)
        let end = try server.id("main~1")
        try write(Array("\(end)\n".utf8), to: server.path + "/shallow")
        #expect(try Conversation(server: server, route: .http0).advertisement().shallow == [end])
    }

    @Test("keeps only what is looked for of a long list of references")
    func filtered() throws {
        let id = try #require(ObjectID(String(repeating: "a", count: 40)))
        let other = try #require(ObjectID(String(repeating: "b", count: 40)))
        var parser = AdvertisementParser(
            transport: .stream, filter: ReferenceFilter(names: ["refs/heads/77", "refs/tags/5"], ids: [other]))
        try parser.read(packet("\(id) refs/heads/0\0ofs-delta\n").span)
        for number in 1...100_000 { try parser.read(packet("\(id) refs/heads/\(number)\n").span) }
        for _ in 1...3 { try parser.read(packet("\(id) refs/heads/77\n").span) }
        try parser.read(packet("\(other) refs/tags/5\n").span)
        try parser.read(packet("\(id) refs/tags/5^{}\n").span)
        try parser.read(packet("\(id) refs/tags/6\n").span)
        try parser.read(packet("\(other) refs/tags/6^{}\n").span)
        try parser.read(flush.span)
        let listing = try parser.finish().listing
        #expect(
            listing.references == [
                Reference(name: "refs/heads/77", id: id), Reference(name: "refs/tags/5", id: other, peeled: id),
            ])
        #expect(listing.received == 100_006)
        #expect(listing.listed == [other])
    }

    @Test("that does not end is given up on")
    func endless() throws {
        let line = packet("\(String(repeating: "a", count: 40)) refs/heads/main\n")
        var parser = AdvertisementParser(
            transport: .stream, filter: ReferenceFilter(names: []), limits: ListingLimits(bytes: 1 << 20))
        let error = #expect(throws: ProtocolError.self) {
            for _ in 0..<1_000_000 { try parser.read(line.span) }
        }
        #expect(
            error?.description == "cannot read what the server offers: the server's list of references does not end")
        #expect(error?.code == .oversized)
        var keeping = AdvertisementParser(transport: .stream, filter: nil, limits: ListingLimits(kept: 10))
        #expect(throws: ProtocolError.self) { for _ in 0..<11 { try keeping.read(line.span) } }
    }

    private static let id = String(repeating: "a", count: 40)
    private static let service = packet("# service=git-upload-pack\n") + flush

    @Test(
        "that is none of git's is refused in words",
        arguments: [
            (Array("<html>".utf8), "the server answered with a web page, not git"),
            ([], "the server closed the connection without an answer"),
            (Array("001e# serv".utf8), "the server closed the connection in the middle of the answer"),
            (service, "the server closed the connection in the middle of the answer"),
            (
                Array("\(id)\trefs/heads/main\n".utf8),
                "the server gives out the repository as plain files, without git's smart protocol"
            ),
            (
                Array("0012\(id.dropLast(4))\trefs/heads/main\n".utf8),
                "the server gives out the repository as plain files, without git's smart protocol"
            ),
            (
                packet("\(id) HEAD\0ofs-delta\n"),
                "the server sent no service line; it begins with \"\(id) HEADofs-delta\""
            ),
            (
                packet("# service=git-receive-pack\n"),
                "the server sent another service: \"# service=git-receive-pack\""
            ),
            (flush, "the server sent an end of message where none was due"),
            (service + packet("ERR no such\u{1B}[1m place\n"), "the server said: no such place"),
            (service + packet("version 3\n"), "the server speaks protocol version 3, which is not known here"),
            (
                packet("version 2\n") + packet("object-format=sha256\n") + flush,
                "the repository names its objects by sha256, only sha1 is known here"
            ),
            (
                service + packet("\(id)\(id.prefix(24)) HEAD\0object-format=sha256\n"),
                "the repository names its objects by sha256, only sha1 is known here"
            ),
            (packet("version 2\n") + packet("agent=x\n") + flush, "the server does not offer to be fetched from"),
            (packet("version 2\n") + delimiter, "the server sent a separator where a line was due"),
            (
                packet("version 2\n") + packet("fetch\n") + flush + flush,
                "the server sent an end of message where none was due"
            ),
            (
                packet("version 2\n") + packet("fetch\n") + flush + packet("x"),
                "the server sent more where an end was due: \"x\""
            ),
            (service + packet("hello\n"), "the server sent a line that is no reference: \"hello\""),
            (
                service + packet("\(id) \0\n") + packet("shallow 12\n"),
                "the server sent a line that is no reference: \"shallow 12\""
            ),
            (
                service + packet("\(id) refs/tags/a\0\n") + packet("\(id) refs/tags/b^{}\n"),
                "the server sent an object behind a tag that was not listed before it"
            ),
        ] as [([UInt8], String)], [1, Int.max])
    func refused(answer: ([UInt8], String), chunk: Int) {
        var parser = AdvertisementParser(transport: .http, filter: nil)
        let error = #expect(throws: ProtocolError.self) {
            try inChunks(of: chunk, answer.0) { try parser.read($0) }
            _ = try parser.finish()
        }
        #expect(error?.description == "cannot read what the server offers: \(answer.1)")
    }

    @Test("of the oldest servers may be nothing but an end", arguments: [service + flush])
    func oldest(answer: [UInt8]) throws {
        var parser = AdvertisementParser(transport: .http, filter: nil)
        try parser.read(answer.span)
        #expect(try parser.finish().listing.received == 0)
        var stream = AdvertisementParser(transport: .stream, filter: nil)
        try stream.read(flush.span)
        #expect(stream.isComplete)
    }

    @Test("may name version 2 behind a service line, as some servers do")
    func versionBehindService() throws {
        var parser = AdvertisementParser(transport: .http, filter: nil)
        try parser.read(
            (Self.service + packet("version 2\n") + packet("fetch=shallow\n") + packet([0xFF]) + flush).span)
        let offer = try parser.finish()
        #expect(offer.version == .two)
        #expect(offer.offersShallow && !offer.offersFilter)
    }
}
