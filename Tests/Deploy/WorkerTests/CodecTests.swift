import GitFiles
import GitObjects
import Posix
import Releases
import Testing
import Worker

@Suite("Messages between the processes")
struct CodecTests {
    private func expectRoundTrip<Value: WireValue & Equatable>(
        _ value: Value, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let bytes = value.encoded
        #expect(try Value(decoding: bytes) == value, sourceLocation: sourceLocation)
        // No shorter and no longer message is one.
        for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 50)) {
            #expect(throws: WireError.self, "\(count) bytes", sourceLocation: sourceLocation) {
                try Value(decoding: Array(bytes[..<count]))
            }
        }
        #expect(throws: WireError.self, sourceLocation: sourceLocation) { try Value(decoding: bytes + [0]) }
    }

    private let one = ObjectID(high: 1, middle: .max, low: 3)
    private let checkout = SubmoduleCheckout(
        path: [0xff, 0x2f, 1], commit: ObjectID(high: 2, middle: 0, low: 0), location: "modules/x")

    @Test("jobs come out as they went in")
    func jobs() throws {
        let release = Release(commit: one, path: "/root/.worktrees/ü")
        var options = StagingOptions()
        options.sparsePatterns = Array("/*\n".utf8)
        options.space = SpaceGuard(path: "/root", minimumFree: 5, maximumRelease: .max)
        let stage = StageRelease(commit: one, source: release, submodules: [checkout], options: options)
        #expect(try StageRelease(decoding: stage.encoded).encoded == stage.encoded)
        try expectRoundTrip(FindChanges(old: nil, new: one))
        try expectRoundTrip(FindMissing(store: .module("modules/x"), commit: one, sparsePatterns: nil, isTrusted: true))
        try expectRoundTrip(ReadSubmodules(store: .root, commit: one, parent: checkout, sparsePatterns: [0]))
        try expectRoundTrip(FinishPack(shallow: [one], unshallow: []))
        try expectRoundTrip(
            CopyObjects(
                store: .root,
                request: CopyRequest(
                    path: "/x", wants: [one], haves: [one, one], depth: 3, filter: .withoutTrees,
                    limits: PackLimits(maximumBytes: 7, maximumObjects: 9))))
        try expectRoundTrip(
            ReadFetchState(
                store: .root,
                question: FetchQuestion(
                    wanted: one, depth: -1, filter: .none, isTrusted: false, remote: "https://git.test/é")))
        try expectRoundTrip(TidyStores(live: one, previous: [one], mode: .aggressive, depth: 3, released: [one]))
    }

    @Test("answers come out as they went in")
    func answers() throws {
        try expectRoundTrip([Difference(kind: .unproven, path: []), Difference(kind: .added, path: [0xfe])])
        try expectRoundTrip([[UInt8]]([[], [1], [2, 3]]))
        try expectRoundTrip(VerifyResult.damaged("a", .structure))
        try expectRoundTrip(VerifyResult.unproven(GitError(code: .damaged, operation: "o", message: "m")))
        try expectRoundTrip(Remade.made(Release(commit: one, path: "/")))
        try expectRoundTrip([CommitSummary?]([nil, CommitSummary(id: one, tree: one, subject: "s", time: .min)]))
        try expectRoundTrip(
            StoreOpening.unusable(StoreReplacement(name: "n", isForeign: true, reason: "r")))
        try expectRoundTrip([ObjectBytes(kind: .tag, bytes: [1, 2])])
        try expectRoundTrip(CopyOutcome.lacks(one))
        try expectRoundTrip(FetchState(present: one, haves: [one], shallow: []))
        var figures = StagingFigures()
        figures.duration = .milliseconds(1234)
        figures.bytes = .max
        try expectRoundTrip(
            StagedSummary(
                release: Release(commit: one, path: "/"), figures: figures, warnings: ["w"], written: [[1]]))
    }

    @Test("failures come out as they went in")
    func failures() throws {
        let system = SystemError(code: 28, operation: "write x")
        try expectRoundTrip(JobFailure(ReleaseError.refused(operation: "a", reason: "b")))
        try expectRoundTrip(JobFailure(ReleaseError.store(GitError(system))))
        try expectRoundTrip(
            JobFailure(GitError(code: .limitExceeded, category: .indexer, operation: "o", message: "m")))
        try expectRoundTrip(JobFailure(system))
        let malformed = MalformedObject("read tree", "it is none")
        #expect(
            JobFailure(malformed) == .store(GitError(code: .damaged, operation: "read tree", message: "it is none")))
    }

    @Test("a message that announces more than it has is refused before memory is taken for it")
    func announcements() throws {
        let many: [UInt8] = [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
        #expect(throws: WireError.self) { try [ObjectID](decoding: many) }
        #expect(throws: WireError.self) { try [UInt8](decoding: many + [1]) }
        #expect(throws: WireError.self) { try String(decoding: many) }
        #expect(throws: WireError.self) { try [[UInt8]](decoding: [UInt8](repeating: 0xff, count: 8)) }
        #expect(throws: WireError.self) { try String(decoding: [0, 0, 0, 0, 0, 0, 0, 1, 0xff]) }
        #expect(throws: WireError.self) { try Bool(decoding: [2]) }
        #expect(throws: WireError.self) { try ObjectFilter(decoding: [9]) }
    }

    @Test("frames are cut out of a stream whatever pieces it comes in", arguments: [1, 2, 5, 7, 1000])
    func frames(piece: Int) throws {
        let sent = [Frame(.job, []), Frame(.pack, [UInt8](repeating: 7, count: 300)), Frame(.answer, [1])]
        let stream = sent.flatMap(\.bytes)
        var parser = FrameParser()
        var found: [Frame] = []
        for start in stride(from: 0, to: stream.count, by: piece) {
            parser.append(stream[start..<min(start + piece, stream.count)])
            while let frame = try parser.next() { found.append(frame) }
        }
        #expect(found == sent)
    }

    @Test("frames that are too long or of no kind are refused by their head alone")
    func hostileFrames() {
        for head in [[0x04, 0, 0, 1, 4], [0xff, 0xff, 0xff, 0xff, 4], [0, 0, 0, 1, 0], [0, 0, 0, 0, 200]] as [[UInt8]] {
            var parser = FrameParser()
            parser.append(head)
            #expect(throws: WireError.self, "\(head)") { try parser.next() }
        }
    }

    @Test("bytes drawn at random are refused or read, and nothing else")
    func random() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                UInt8.random(in: 0...(Bool.random(using: &generator) ? 255 : 1), using: &generator)
            }
            _ = try? StageRelease(decoding: bytes)
            _ = try? FindMissing(decoding: bytes)
            _ = try? [CommitSummary?](decoding: bytes)
            _ = try? JobFailure(decoding: bytes)
            _ = try? StagedSummary(decoding: bytes)
            _ = try? SubmodulePlan(decoding: bytes)
        }
    }
}
