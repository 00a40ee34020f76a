import GitObjects
import GitProtocol
import Testing

@Suite("Resolving a reference", .timeLimit(.minutes(1)))
struct ReferenceTests {
    @Test(
        "finds what git would find, on every route", arguments: Route.allCases,
        [
            ("HEAD", "HEAD", "main"), ("main", "refs/heads/main", "main"), ("main2", "refs/heads/main2", "main2"),
            ("v1.0", "refs/tags/v1.0", "refs/tags/v1.0"), ("light", "refs/tags/light", "light"),
            ("feature/x", "refs/heads/feature/x", "feature/x"), ("heads/v1.0", "refs/heads/v1.0", "heads/v1.0"),
            ("tags/v1.0", "refs/tags/v1.0", "refs/tags/v1.0"), ("refs/heads/v1.0", "refs/heads/v1.0", "heads/v1.0"),
            ("pull/7/head", "refs/pull/7/head", "refs/pull/7/head"),
        ])
    func found(route: Route, name: (asked: String, full: String, revision: String)) throws {
        let server = try TestRepository(commits: 4)
        let found = try Conversation(server: server, route: route).resolve(name.asked)
        #expect(found.name == name.full)
        #expect(try found.id == server.id(name.revision))
        #expect(try found.commit == server.id(name.revision + "^{commit}"))
        #expect(found.isTag == name.full.hasPrefix("refs/tags/"))
        #expect(found.headBranch == (name.asked == "HEAD" ? "main" : nil))
    }

    @Test("says what is missing, in git's words", arguments: Route.allCases, ["main3", "mai", "refs/heads/mai"])
    func missing(route: Route, name: String) throws {
        let server = try TestRepository(commits: 1)
        let error = #expect(throws: ProtocolError.self) {
            try Conversation(server: server, route: route).resolve(name)
        }
        #expect(error?.code == .missingReference)
        #expect(error?.description == "couldn't find remote ref \(name)")
    }

    @Test("says that a repository is empty", arguments: Route.allCases)
    func empty(route: Route) throws {
        let server = try TestRepository()
        let error = #expect(throws: ProtocolError.self) {
            try Conversation(server: server, route: route).resolve("HEAD")
        }
        #expect(error?.code == .emptyRepository)
        #expect(
            error?.description
                == (route.version == 2
                    ? "the remote's HEAD names the branch main, which has no commit yet"
                    : "the remote repository is empty: it has no branch and no tag"))
    }

    @Test("takes a full hash as it is")
    func fullHash() throws {
        let hash = "0123456789ABCDEF0123456789abcdef01234567"
        let query = try RefQuery(hash)
        let id = try #require(ObjectID(hash))
        #expect(query.objectID == id)
        #expect(query.prefixes.isEmpty)
        #expect(query.filter == ReferenceFilter(names: [], ids: [id]))
        #expect(try query.resolve(in: ReferenceListing()).commit == id)
    }

    @Test("asks for no more than the name can stand for")
    func candidates() throws {
        #expect(try RefQuery("v1.0").prefixes == ["refs/tags/v1.0", "refs/heads/v1.0"])
        #expect(try RefQuery("heads/x").prefixes == ["refs/heads/x", "refs/tags/heads/x", "refs/heads/heads/x"])
        #expect(try RefQuery("refs/a").prefixes == ["refs/a"])
    }

    @Test(
        "refuses what no reference can be called",
        arguments: [
            "", "@", "-x", "a b", "a..b", "a@{1}", "HEAD~1", "a^", "a:b", "a?", "a*", "[a", "a\\b", "a\nb", "a\u{7F}",
            "a/", "/a", "a//b", "a/.b", "a.lock", "a.lock/b", "a.", String(repeating: "x", count: 5000),
        ])
    func invalid(name: String) {
        let error = #expect(throws: ProtocolError.self) { try RefQuery(name) }
        #expect(error?.code == .invalidRequest)
    }

    @Test("does not take one spelling of a character for another")
    func exactBytes() throws {
        let id = String(repeating: "a", count: 40)
        var parser = LsRefsParser(filter: nil)
        try parser.read((packet("\(id) refs/heads/e\u{301}\n") + flush).span)
        let listing = try parser.finish()
        #expect(throws: ProtocolError.self) { try RefQuery("\u{E9}").resolve(in: listing) }
        #expect(try RefQuery("e\u{301}").resolve(in: listing).name == "refs/heads/e\u{301}")
    }
}

@Suite("A list of references", .timeLimit(.minutes(1)))
struct ListingTests {
    @Test("is read whole however it is cut", arguments: chunkSizes)
    func whole(chunk: Int) throws {
        let server = try TestRepository(commits: 4)
        let offer = try Conversation(server: server, route: .http2).advertisement()
        let request = try LsRefsRequest(prefixes: []).encoded(for: offer, agent: agent)
        var parser = LsRefsParser(filter: nil)
        try inChunks(of: chunk, try server.post(request, version: 2)) { try parser.read($0) }
        let old = try Conversation(server: server, route: .http0).advertisement()
        #expect(parser.isComplete)
        #expect(try parser.finish() == old.listing)
    }

    private static let id = String(repeating: "a", count: 40)

    @Test(
        "that is broken is refused in words",
        arguments: [
            (Array("<html>".utf8), "the server answered with a web page, not git"),
            (
                packet("\(id) HEAD\n"),
                "the server closed the connection in the middle of the answer (1 references received)"
            ),
            (packet("ERR upload-pack: no\n"), "the server said: upload-pack: no"),
            (packet("nothing\n"), "the server sent a line that is no reference: \"nothing\""),
            (packet("\(id)\n"), "the server sent a line that is no reference: \"\(id)\""),
            (packet("\(id)  HEAD\n"), "the server sent a line that is no reference: \"\(id) HEAD\""),
            (
                packet("\(id.dropLast()) HEAD\n"),
                "the server sent a line that is no reference: \"\(id.dropLast()) HEAD\""
            ),
            (packet(""), "the server sent a line that is no reference: \"\""),
            (delimiter, "the server sent a separator where a reference was due"),
            (flush + flush, "the server sent more after the end of its answer"),
            (flush + responseEnd + responseEnd, "the server sent more after the end of its answer"),
        ] as [([UInt8], String)], [1, Int.max])
    func refused(answer: ([UInt8], String), chunk: Int) {
        var parser = LsRefsParser(filter: nil)
        let error = #expect(throws: ProtocolError.self) {
            try inChunks(of: chunk, answer.0) { try parser.read($0) }
            _ = try parser.finish()
        }
        #expect(error?.description == "cannot list the remote's references: \(answer.1)")
    }

    @Test("that does not end is given up on, whether it is kept or not")
    func endless() {
        let line = packet("\(Self.id) refs/heads/x\n")
        var keeping = LsRefsParser(filter: nil, limits: ListingLimits(kept: 100))
        let kept = #expect(throws: ProtocolError.self) { for _ in 0..<200 { try keeping.read(line.span) } }
        #expect(kept?.description == "cannot list the remote's references: the server listed more than 100 references")
        var passing = LsRefsParser(filter: ReferenceFilter(names: []), limits: ListingLimits(bytes: 1000))
        let passed = #expect(throws: ProtocolError.self) { for _ in 0..<200 { try passing.read(line.span) } }
        #expect(passed?.code == .oversized)
    }

    @Test("passes over what it does not know and what is not text")
    func unknown() throws {
        var parser = LsRefsParser(filter: nil)
        let odd = Array("\(Self.id) refs/heads/".utf8) + [0xFF]
        try parser.read(
            (packet(odd) + packet("unborn refs/x symref-target:y") + packet("\(Self.id) HEAD new:1 x peeled:z")
                + flush + responseEnd).span)
        let listing = try parser.finish()
        #expect(listing.references.map(\.name) == ["HEAD"])
        #expect(listing.received == 2)
        #expect(listing.unbornHead == nil)
    }

    @Test("is asked for only of servers that give it, in lines that nobody can break")
    func request() throws {
        let server = try TestRepository(commits: 1)
        let old = try Conversation(server: server, route: .http0).advertisement()
        #expect(throws: ProtocolError.self) { try LsRefsRequest(prefixes: []).encoded(for: old, agent: agent) }
        let new = try Conversation(server: server, route: .http2).advertisement()
        #expect(throws: ProtocolError.self) { try LsRefsRequest(prefixes: ["a\nb"]).encoded(for: new, agent: agent) }
        let bytes = try LsRefsRequest(prefixes: ["HEAD"]).encoded(for: new, agent: "git sidecar\n1")
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "0014command=ls-refs\n0018agent=git.sidecar.1\n0017object-format=sha1\n00010009peel\n000csymrefs\n"
                + "000bunborn\n0014ref-prefix HEAD\n0000")
    }
}
