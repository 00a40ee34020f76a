import GitObjects
import GitProtocol
import Testing

@Suite("Fetch requests and answers")
struct FetchAnswerTests {
    private static let id = String(repeating: "a", count: 40)
    private let id = String(repeating: "a", count: 40)
    private let other = String(repeating: "b", count: 40)

    private func offer(_ bytes: [UInt8]) throws -> Advertisement {
        var parser = AdvertisementParser(transport: .stream, filter: nil)
        try parser.read(bytes.span)
        return try parser.finish()
    }

    private func newOffer(_ features: String = "shallow filter") throws -> Advertisement {
        try offer(
            packet("version 2\n") + packet("agent=git/9\n") + packet("object-format=sha1\n")
                + packet("fetch=\(features)\n") + flush)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("ask in version 2 in one message")
    func newRequest() throws {
        let (first, second) = (try #require(ObjectID(id)), try #require(ObjectID(other)))
        let request = FetchRequest(
            wants: [first, first], haves: [second, first, second], shallow: [second], depth: 3, filter: "blob:none")
        let message = try request.encoded(for: newOffer(), agent: "git-sidecar/1")
        #expect(message.negotiation.isEmpty && !message.isAnsweredBetween)
        #expect(
            text(message.body)
                == "0012command=fetch\n0018agent=git-sidecar/1\n0017object-format=sha1\n0001000ethin-pack\n"
                + "0010no-progress\n000eofs-delta\n0035shallow \(other)\n000ddeepen 3\n0015filter blob:none\n"
                + "0032want \(id)\n0032have \(other)\n0032have \(id)\n0009done\n0000")
    }

    @Test("ask in the old versions with what the server offers, and nothing else")
    func oldRequest() throws {
        let (first, second) = (try #require(ObjectID(id)), try #require(ObjectID(other)))
        var request = FetchRequest(
            wants: [first, second], haves: [second], shallow: [second], depth: 1, filter: "tree:0")
        let old = try offer(
            packet(
                "\(id) HEAD\0multi_ack multi_ack_detailed side-band side-band-64k ofs-delta shallow agent=x filter\n")
                + flush)
        let message = try request.encoded(for: old, agent: "git-sidecar/1")
        #expect(message.isAnsweredBetween)
        #expect(
            text(message.opening)
                == "0078want \(id) multi_ack_detailed ofs-delta side-band-64k filter agent=git-sidecar/1\n0032want \(other)\n"
                + "0035shallow \(other)\n000ddeepen 1\n0012filter tree:0\n0000")
        #expect(text(message.negotiation) == "0032have \(other)\n0009done\n")
        request.shallow = []
        request.depth = nil
        let plain = try request.encoded(for: offer(packet("\(id) HEAD\0\n") + flush), agent: "x")
        #expect(text(plain.opening) == "0032want \(id)\n0032want \(other)\n0000")
        #expect(!plain.isAnsweredBetween)
    }

    @Test(
        "name thin packs where none can come, and to servers without a name, which may insist on it",
        arguments: [("agent=x", false, true), ("agent=x", true, false), ("shallow", true, true)])
    func thinPack(ability: String, hasCommits: Bool, isNamed: Bool) throws {
        let (first, second) = (try #require(ObjectID(id)), try #require(ObjectID(other)))
        var request = FetchRequest(wants: [first], haves: hasCommits ? [second] : [])
        request.acceptsThinPack = false
        let old = try offer(packet("\(id) HEAD\0thin-pack ofs-delta \(ability)\n") + flush)
        let message = try request.encoded(for: old, agent: "x")
        #expect(text(message.opening).contains(" thin-pack ") == isNamed)
    }

    @Test("tell what a server cannot do, and do not ask it for that")
    func unmetNeeds() throws {
        let (first, second) = (try #require(ObjectID(id)), try #require(ObjectID(other)))
        let request = FetchRequest(wants: [first, second], depth: 1, filter: "blob:none")
        let bare = try offer(packet("\(id) HEAD\0\n") + flush)
        #expect(request.unmetNeeds(by: bare) == [.shallow, .filter, .unlistedWants([second])])
        #expect(try request.unmetNeeds(by: newOffer()) == [])
        #expect(try request.unmetNeeds(by: newOffer("")) == [.shallow, .filter])
        let error = #expect(throws: ProtocolError.self) { try request.encoded(for: newOffer("filter"), agent: "x") }
        #expect(error?.code == .unsupported)
        #expect(error?.description == "cannot fetch: the server cannot limit the history (--depth)")
        let tips = try offer(packet("\(id) HEAD\0allow-tip-sha1-in-want\n") + flush)
        #expect(FetchRequest(wants: [second]).unmetNeeds(by: tips).isEmpty)
    }

    @Test("make sense", arguments: [0, -1, 2_147_483_648])
    func nonsense(depth: Int) throws {
        let first = try #require(ObjectID(id))
        #expect(throws: ProtocolError.self) {
            try FetchRequest(wants: [first], depth: depth).encoded(for: newOffer(), agent: "x")
        }
        #expect(throws: ProtocolError.self) { try FetchRequest(wants: []).encoded(for: newOffer(), agent: "x") }
        #expect(throws: ProtocolError.self) {
            try FetchRequest(wants: [first], filter: "a\nb").encoded(for: newOffer(), agent: "x")
        }
    }

    @Test("name no more commits that we have than are of use")
    func manyHaves() throws {
        let haves = (1...1000).compactMap {
            ObjectID(String(repeating: "0", count: 36) + String($0 + 0x1000, radix: 16))
        }
        #expect(haves.count == 1000)
        let body = try FetchRequest(wants: [haves[0]], haves: haves).encoded(for: newOffer(), agent: "x").body
        #expect(text(body).split(separator: "have ").count == FetchRequest.mostHaves + 1)
    }

    private func parse(_ bytes: [UInt8], _ format: FetchResponseParser.Format, chunk: Int) throws -> Fetched {
        let server = try TestRepository()
        return try Conversation(server: server, route: .http0, chunk: chunk).parse(bytes, as: format)
    }

    private static let ack = packet("ACK \(id)\n")
    private static let pack = packet("packfile\n")

    @Test("are read with every section that a server may send", arguments: chunkSizes)
    func sections(chunk: Int) throws {
        let bytes =
            packet("acknowledgments\n") + Self.ack + packet("ready\n") + delimiter
            + packet("shallow-info\n") + packet("shallow \(id)\n") + packet("unshallow \(other)") + delimiter
            + packet("wanted-refs\n") + packet("\(id) refs/heads/main\n") + delimiter
            + Self.pack + packet("\u{1}PACK") + packet("\u{2}half a ") + packet("\u{1}")
            + packet("\u{2}line\rdone\nrest")
            + packet("\u{1}" + String(repeating: "x", count: 60000)) + flush + responseEnd
        let fetched = try parse(bytes, .sections, chunk: chunk)
        #expect(fetched.pack == Array(("PACK" + String(repeating: "x", count: 60000)).utf8))
        #expect(fetched.shallow == [try #require(ObjectID(id))])
        #expect(fetched.unshallow == [try #require(ObjectID(other))])
        #expect(
            fetched.progress == [
                ServerProgress(text: "half a line", isFinal: false), ServerProgress(text: "done", isFinal: true),
                ServerProgress(text: "rest", isFinal: true),
            ])
    }

    @Test("of the old versions may acknowledge more than once", arguments: chunkSizes, [true, false])
    func lines(chunk: Int, isMultiplexed: Bool) throws {
        let pack = "PACK and whatever follows"
        let bytes =
            packet("shallow \(id)\n") + flush + Self.ack + packet("NAK\n")
            + (isMultiplexed ? packet("\u{1}" + pack) + flush : Array(pack.utf8))
        let fetched = try parse(bytes, .lines(isMultiplexed: isMultiplexed), chunk: chunk)
        #expect(text(fetched.pack) == pack)
        #expect(fetched.shallow.count == 1)
    }

    @Test("of the old versions tell when the server has answered how deep it goes")
    func answeredBetween() throws {
        var parser = FetchResponseParser(.lines(isMultiplexed: true))
        try parser.read(packet("shallow \(id)\n").span, onPack: { _ in }, onProgress: { _ in })
        #expect(!parser.isPastShallowInfo)
        let end = flush
        try parser.read(end.span, onPack: { _ in }, onProgress: { _ in })
        #expect(parser.isPastShallowInfo)
    }

    @Test("hand pack bytes on without copying them")
    func notCopied() throws {
        var parser = FetchResponseParser(.sections)
        let bytes = Self.pack + packet("\u{1}PACK") + packet("\u{1}more") + flush
        var sizes: [Int] = []
        try parser.read(bytes.span, onPack: { sizes.append($0.count) }, onProgress: { _ in })
        #expect(sizes == [4, 4])
        #expect(parser.isComplete)
        // A packet of which only a part has come is handed on as far as it goes.
        var partly = FetchResponseParser(.sections)
        try partly.read(
            bytes.span.extracting(first: Self.pack.count + 7), onPack: { sizes.append($0.count) }, onProgress: { _ in })
        #expect(sizes == [4, 4, 2])
        #expect(!partly.isComplete)
    }

    @Test("end when the one who takes the pack has had enough")
    func consumerFails() {
        var parser = FetchResponseParser(.sections)
        let error = #expect(throws: SetupError.self) {
            try parser.read(
                (Self.pack + packet("\u{1}PACK")).span, onPack: { _ in throw SetupError(description: "full") },
                onProgress: { _ in })
        }
        #expect(error?.description == "full")
    }

    @Test("never keep more than a line of progress")
    func endlessProgress() throws {
        let piece = packet("\u{2}" + String(repeating: "p", count: 60000))
        var bytes = Self.pack
        for _ in 0..<50 { bytes += piece }
        bytes += packet("\u{1}PACK") + flush
        let fetched = try parse(bytes, .sections, chunk: Int.max)
        #expect(fetched.progress.map(\.text.utf8.count) == [1000])
    }

    private static let multiplexed = FetchResponseParser.Format.lines(isMultiplexed: true)
    private static let plain = FetchResponseParser.Format.lines(isMultiplexed: false)
    private static let noPack = "the server ended its answer without a pack"
    private static let noMore = "the server sent more after the end of its answer"
    private static let cut = "the server closed the connection in the middle of the answer"

    @Test(
        "that are broken are refused in words",
        arguments: [
            (.sections, Array("<html>".utf8), "the server answered with a web page, not git"),
            (.sections, [], "\(cut) (0 bytes of pack received)"),
            (.sections, pack + packet("\u{1}PACK"), "\(cut) (4 bytes of pack received)"),
            (.sections, pack + packet("\u{3}quota \u{1B}[1mexceeded\n"), "the server said: quota exceeded"),
            (.sections, Array((pack + packet("\u{3}quota exceeded\n")).dropLast(4)), "the server said: quota excee"),
            (.sections, packet("ERR upload-pack: no\n"), "the server said: upload-pack: no"),
            (.sections, pack + packet("ERR too late\n"), "the server said: too late"),
            (.sections, pack + flush, noPack),
            (.sections, flush, noPack),
            (.sections, packet("acknowledgments\n") + packet("NAK\n") + flush, noPack),
            (.sections, pack + packet("\u{1}PACK") + flush + flush, noMore),
            (.sections, pack + packet("\u{1}PACK") + flush + packet("x"), noMore),
            (.sections, pack + packet(""), "the server sent an empty packet where the pack was due"),
            (.sections, pack + packet("\u{4}x"), "the server sent a line that is not known here: \"x\""),
            (.sections, pack + delimiter, "the server sent a separator where none was due"),
            (.sections, responseEnd, "the server ended its answer where no end was due"),
            (.sections, packet("news\n"), "the server sent a section that is not known here: \"news\""),
            (
                .sections, packet("packfile-uris\n"),
                "the server refers to other addresses for the pack, which was not asked for"
            ),
            (
                .sections, packet("shallow-info\n") + packet("shallow \(id)0\n"),
                "the server sent a line that names no shallow commit: \"shallow \(id)0\""
            ),
            (
                .sections, packet("acknowledgments\n") + packet("MAYBE\n"),
                "the server sent a line that is not known here: \"MAYBE\""
            ),
            (multiplexed, packet("ERR no\n"), "the server said: no"),
            (multiplexed, ack + packet("ERR no\n"), "the server said: no"),
            (multiplexed, ack + packet("\u{3}no\n"), "the server said: no"),
            (multiplexed, ack + flush, noPack),
            (multiplexed, flush + flush, noPack),
            (multiplexed, ack + packet("\u{1}PACK") + flush + packet("\u{1}more"), noMore),
            (multiplexed, ack + packet("\u{1}PACK"), "\(cut) (4 bytes of pack received)"),
            (multiplexed, packet("hello\n"), "the server sent a line that is not known here: \"hello\""),
            (
                multiplexed, ack + packet("shallow \(id)\n"),
                "the server sent a line that is not known here: \"shallow \(id)\""
            ),
            (plain, ack, "\(cut) (0 bytes of pack received)"),
            (plain, ack + packet("ERR no\n"), "the server said: no"),
            (plain, Array("PACK".utf8), "the server's answer is not git's protocol; it reads \"PACK\""),
        ] as [(FetchResponseParser.Format, [UInt8], String)], [1, Int.max])
    func refused(answer: (FetchResponseParser.Format, [UInt8], String), chunk: Int) {
        let error = #expect(throws: ProtocolError.self) { try parse(answer.1, answer.0, chunk: chunk) }
        // Of an answer that is none of git's, only as much is shown as has come.
        let shown =
            chunk == 1
            ? answer.2.split(separator: "PACK", omittingEmptySubsequences: false).joined(separator: "P") : answer.2
        #expect(error?.description == "cannot fetch: \(shown)")
    }
}
