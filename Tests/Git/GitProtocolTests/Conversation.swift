import GitObjects
import GitProtocol
import Testing

/// How bytes are cut into pieces in these tests.
let chunkSizes = [1, 7, 61, 4093, 65536, Int.max]

/// Hands bytes over in pieces of one size.
func inChunks(of size: Int, _ bytes: [UInt8], _ body: (Span<UInt8>) throws -> Void) rethrows {
    var start = 0
    while start < bytes.count {
        let end = size < bytes.count - start ? start + size : bytes.count
        try body(bytes.span.extracting(start..<end))
        start = end
    }
}

/// A packet that holds a text.
func packet(_ text: String) -> [UInt8] { packet(Array(text.utf8)) }

/// A packet that holds bytes.
func packet(_ payload: [UInt8]) -> [UInt8] {
    let digits = String(payload.count + 4, radix: 16)
    return Array((String(repeating: "0", count: 4 - digits.count) + digits).utf8) + payload
}

var flush: [UInt8] { Array("0000".utf8) }
var delimiter: [UInt8] { Array("0001".utf8) }
var responseEnd: [UInt8] { Array("0002".utf8) }
let agent = "git-sidecar/test"

/// A way to talk to a server.
enum Route: String, CaseIterable, CustomTestStringConvertible {
    case http0, http1, http2, stream0, stream1, stream2

    var version: Int { Int(String(rawValue.suffix(1))) ?? 0 }
    var isHTTP: Bool { rawValue.hasPrefix("http") }
    var testDescription: String { rawValue }
}

/// What came out of a fetch.
struct Fetched {
    var pack: [UInt8] = []
    var shallow: [ObjectID] = []
    var unshallow: [ObjectID] = []
    var progress: [ServerProgress] = []
    var received: UInt64 = 0
}

/// One side of a conversation with a real server, as a transport would have it.
struct Conversation {
    let server: TestRepository
    let route: Route
    var chunk = Int.max

    /// What the server offers.
    func advertisement(_ filter: ReferenceFilter? = nil) throws -> Advertisement {
        var parser = AdvertisementParser(transport: route.isHTTP ? .http : .stream, filter: filter)
        let bytes =
            route.isHTTP
            ? try server.infoRefs(version: route.version) : try server.session(flush, version: route.version)
        try inChunks(of: chunk, bytes) { try parser.read($0) }
        return try parser.finish()
    }

    /// The references that the server lists for a name.
    func resolve(_ name: String) throws -> ResolvedReference {
        let query = try RefQuery(name)
        let offer = try advertisement(query.filter)
        guard offer.version == .two else { return try offer.resolve(query) }
        let request = try LsRefsRequest(prefixes: query.prefixes).encoded(for: offer, agent: agent)
        var parser = LsRefsParser(filter: query.filter)
        try inChunks(of: chunk, try answer(to: request)) { try parser.read($0) }
        return try query.resolve(in: try parser.finish())
    }

    /// What the server answers to a request of which it knows the offer.
    func fetch(_ request: FetchRequest) throws -> Fetched {
        let offer = try advertisement()
        let message = try request.encoded(for: offer, agent: agent)
        return try parse(try answer(to: message.body), as: request.answerFormat(from: offer))
    }

    func parse(_ bytes: [UInt8], as format: FetchResponseParser.Format) throws -> Fetched {
        var parser = FetchResponseParser(format)
        var result = Fetched()
        try inChunks(of: chunk, bytes) { chunk in
            try parser.read(
                chunk,
                onPack: { part in for index in 0..<part.count { result.pack.append(part[index]) } },
                onProgress: { result.progress.append($0) })
        }
        try parser.finish()
        result.shallow = parser.shallow
        result.unshallow = parser.unshallow
        result.received = parser.packBytes
        return result
    }

    private func answer(to request: [UInt8]) throws -> [UInt8] {
        if route.isHTTP { return try server.post(request, version: route.version) }
        // The first answer comes before the one that counts: it is read away byte by byte, as far as it goes.
        let bytes = try server.session(request + (route.version == 2 ? flush : []), version: route.version)
        var parser = AdvertisementParser(transport: .stream, filter: nil)
        for index in bytes.indices {
            try parser.read(bytes.span.extracting(index..<(index + 1)))
            if parser.isComplete { return Array(bytes[(index + 1)...]) }
        }
        return []
    }
}

/// A repository that receives packs, as the object store does.
struct Receiver {
    let repository: TestRepository

    init() throws {
        repository = try TestRepository()
    }

    /// Takes a pack in, thin ones too, and moves the ends of history and the branch as the server told.
    func take(_ fetched: Fetched, tip: ObjectID) throws {
        try repository.git("index-pack --stdin --fix-thin", input: fetched.pack)
        var ends = Set(try shallow())
        ends.subtract(fetched.unshallow)
        ends.formUnion(fetched.shallow)
        let text = ends.sorted().map { "\($0)\n" }.joined()
        try write(Array(text.utf8), to: repository.path + "/shallow")
        if text.isEmpty { try repository.shell("rm shallow") }
        try repository.git("update-ref refs/heads/main \(tip)")
    }

    /// The commits at which the history here ends.
    func shallow() throws -> [ObjectID] {
        let text = try repository.shell("if [ -e shallow ]; then cat shallow; fi")
        return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { ObjectID($0) }
    }

    /// How many commits `main` has here.
    func count() throws -> Int {
        Int(try repository.git("rev-list --count refs/heads/main")) ?? -1
    }

    /// Fails when an object that `main` needs is missing or broken.
    func check() throws {
        try repository.git("fsck --full --strict")
    }
}
