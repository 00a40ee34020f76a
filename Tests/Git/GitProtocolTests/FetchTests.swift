import GitObjects
import GitProtocol
import Testing

@Suite("Fetching from a real server", .timeLimit(.minutes(2)))
struct FetchTests {
    @Test("brings a whole history, however the answer is cut", arguments: Route.allCases, [1, 61, Int.max])
    func whole(route: Route, chunk: Int) throws {
        let server = try TestRepository(commits: 5)
        let tip = try server.id("main")
        let fetched = try Conversation(server: server, route: route, chunk: chunk).fetch(FetchRequest(wants: [tip]))
        #expect(fetched.received == UInt64(fetched.pack.count))
        #expect(fetched.shallow.isEmpty && fetched.progress.isEmpty)
        let receiver = try Receiver()
        try receiver.take(fetched, tip: tip)
        #expect(try receiver.count() == 5)
        try receiver.check()
    }

    @Test(
        "goes from depth 1 to 3 to the whole and back, and brings new commits as thin packs", arguments: Route.allCases)
    func depths(route: Route) throws {
        let server = try TestRepository(commits: 8)
        let conversation = Conversation(server: server, route: route)
        let receiver = try Receiver()
        let old = try server.id("main~2")
        try server.git("update-ref refs/heads/main \(old)")
        var fetched = try conversation.fetch(FetchRequest(wants: [old], depth: 1))
        #expect(fetched.shallow == [old])
        try receiver.take(fetched, tip: old)
        #expect(try receiver.count() == 1)

        let tip = try server.id("refs/heads/v1.0")
        try server.git("update-ref refs/heads/main \(tip)")
        fetched = try conversation.fetch(
            FetchRequest(wants: [tip], haves: [old], shallow: receiver.shallow(), depth: 1))
        #expect(fetched.shallow == [tip])
        // A line of the big file and two small files: a small part of what the first fetch brought.
        #expect(fetched.pack.count < 1000)
        try receiver.take(fetched, tip: tip)

        fetched = try conversation.fetch(
            FetchRequest(wants: [tip], haves: [tip], shallow: receiver.shallow(), depth: 3))
        #expect(fetched.unshallow.contains(tip))
        try receiver.take(fetched, tip: tip)
        #expect(try receiver.count() == 3)

        fetched = try conversation.fetch(
            FetchRequest(wants: [tip], haves: [tip], shallow: receiver.shallow(), depth: FetchRequest.wholeHistory))
        try receiver.take(fetched, tip: tip)
        #expect(try receiver.count() == 8)
        #expect(try receiver.shallow().isEmpty)
        try receiver.check()

        fetched = try conversation.fetch(FetchRequest(wants: [tip], haves: [tip], depth: 1))
        #expect(fetched.shallow == [tip])
    }

    @Test(
        "reads past whatever the server says about the commits that we name", arguments: Route.allCases, [1, Int.max])
    func acknowledgements(route: Route, chunk: Int) throws {
        let server = try TestRepository(commits: 40)
        let tip = try server.id("main")
        let base = try server.id("main~1")
        let receiver = try Receiver()
        let conversation = Conversation(server: server, route: route, chunk: chunk)
        try receiver.take(try conversation.fetch(FetchRequest(wants: [tip])), tip: base)
        let known = try server.git("rev-list \(base)").split(separator: "\n").compactMap { ObjectID($0) }
        let unknown = (10...50).compactMap { ObjectID(String(repeating: "0", count: 38) + String($0)) }
        #expect(known.count == 39 && unknown.count == 41)
        let fetched = try conversation.fetch(FetchRequest(wants: [tip], haves: unknown + known + unknown))
        #expect(fetched.pack.count < 1000)
        try receiver.take(fetched, tip: tip)
        try receiver.check()
    }

    @Test("brings an annotated tag with its commit", arguments: Route.allCases)
    func tag(route: Route) throws {
        let server = try TestRepository(commits: 4)
        let tag = try server.id("refs/tags/v1.0")
        let fetched = try Conversation(server: server, route: route).fetch(FetchRequest(wants: [tag], depth: 1))
        let receiver = try Receiver()
        try receiver.take(fetched, tip: try server.id("refs/tags/v1.0^{commit}"))
        #expect(try receiver.repository.git("cat-file -t \(tag)") == "tag")
        #expect(try receiver.count() == 1)
    }

    @Test("leaves files out where the server can", arguments: Route.allCases, [true, false])
    func filter(route: Route, isOffered: Bool) throws {
        let server = try TestRepository(commits: 2)
        if isOffered { try server.git("config uploadpack.allowFilter true") }
        let tip = try server.id("main")
        let request = FetchRequest(wants: [tip], filter: "blob:none")
        let conversation = Conversation(server: server, route: route)
        #expect(request.unmetNeeds(by: try conversation.advertisement()) == (isOffered ? [] : [.filter]))
        let receiver = try Receiver()
        try receiver.repository.git("index-pack --stdin --fix-thin", input: try conversation.fetch(request).pack)
        let kinds = try receiver.repository.git("cat-file --batch-check='%(objecttype)' --batch-all-objects")
        #expect(kinds.contains("blob") != isOffered)
        #expect(kinds.contains("tree"))
    }

    @Test("shows what the server tells about its progress", arguments: Route.allCases)
    func progress(route: Route) throws {
        let server = try TestRepository(commits: 2)
        var request = FetchRequest(wants: [try server.id("main")])
        request.wantsProgress = true
        let fetched = try Conversation(server: server, route: route, chunk: 3).fetch(request)
        #expect(fetched.progress.contains { $0.isFinal && $0.text.hasPrefix("Counting objects: 100%") })
        #expect(fetched.progress.contains { !$0.isFinal })
        #expect(fetched.progress.last?.text.hasPrefix("Total ") == true)
    }

    @Test(
        "of a commit that is no tip is refused with what to allow, or works where it is allowed",
        arguments: Route.allCases)
    func unlisted(route: Route) throws {
        let server = try TestRepository(commits: 6)
        let inner = try server.id("main~1")
        let conversation = Conversation(server: server, route: route)
        let request = FetchRequest(wants: [inner])
        let needs = request.unmetNeeds(by: try conversation.advertisement())
        #expect(needs == (route.version == 2 ? [] : [.unlistedWants([inner])]))
        // Over HTTP the real server gives every commit that a reference leads to: the tip may have moved meanwhile.
        if route.version != 2, !route.isHTTP {
            let error = #expect(throws: ProtocolError.self) { try conversation.fetch(request) }
            #expect(error?.code == .refused)
            #expect(error?.serverText == "upload-pack: not our ref \(inner)")
            #expect(error?.hint?.contains("uploadpack.allowReachableSHA1InWant") == true)
        }
        try server.git("config uploadpack.allowReachableSHA1InWant true")
        #expect(request.unmetNeeds(by: try conversation.advertisement()).isEmpty)
        let receiver = try Receiver()
        try receiver.take(try conversation.fetch(request), tip: inner)
        #expect(try receiver.count() == 5)
    }

    @Test("of an object that is not there is refused in the server's words", arguments: Route.allCases)
    func missing(route: Route) throws {
        let server = try TestRepository(commits: 1)
        let absent = try #require(ObjectID(String(repeating: "1", count: 40)))
        let error = #expect(throws: ProtocolError.self) {
            try Conversation(server: server, route: route).fetch(FetchRequest(wants: [absent]))
        }
        #expect(error?.code == .refused)
        #expect(error?.description == "cannot fetch: the server said: upload-pack: not our ref \(absent)")
    }

    @Test("works with a server that does not multiplex, or only a little", arguments: ["", "side-band"], chunkSizes)
    func oldBands(band: String, chunk: Int) throws {
        let server = try TestRepository(commits: 3)
        let tip = try server.id("main")
        // The real server answers, as if it had offered no more than this.
        var parser = AdvertisementParser(transport: .stream, filter: nil)
        try parser.read((packet("\(tip) HEAD\0ofs-delta shallow thin-pack \(band)\n") + flush).span)
        let offer = try parser.finish()
        let request = FetchRequest(wants: [tip], depth: 2)
        let format = request.answerFormat(from: offer)
        #expect(format == .lines(isMultiplexed: band == "side-band"))
        let body = try request.encoded(for: offer, agent: agent).body
        let conversation = Conversation(server: server, route: .http0, chunk: chunk)
        let fetched = try conversation.parse(try server.post(body, version: 0), as: format)
        #expect(try fetched.shallow == [server.id("main~1")])
        let receiver = try Receiver()
        try receiver.take(fetched, tip: tip)
        #expect(try receiver.count() == 2)
    }

    @Test("that is cut off is told from one that is whole, wherever it is cut", arguments: [Route.http0, .http2])
    func cut(route: Route) throws {
        let server = try TestRepository(commits: 1)
        let conversation = Conversation(server: server, route: route)
        let request = FetchRequest(wants: [try server.id("main")], depth: 1)
        let offer = try conversation.advertisement()
        let answer = try server.post(
            try request.encoded(for: offer, agent: agent).body, version: route.version)
        let format = request.answerFormat(from: offer)
        for length in stride(from: 0, to: answer.count, by: 5) {
            let error = #expect(throws: ProtocolError.self) {
                try conversation.parse(Array(answer[..<length]), as: format)
            }
            #expect(error?.code == .cut)
        }
        _ = try conversation.parse(answer, as: format)
    }
}
