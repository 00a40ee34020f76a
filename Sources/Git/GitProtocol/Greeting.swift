internal import GitObjects

/// The packets of a server's first answer, understood one by one.
struct Greeting: Sendable {
    private enum Step {
        case start
        case flushAfterService
        case afterService
        case firstReference
        case references
        case capabilities
        case complete
    }

    private(set) var advertisement = Advertisement(version: .zero)
    private var step = Step.start
    private let transport: AdvertisementParser.Transport
    private let filter: ReferenceFilter?
    private let limits: ListingLimits
    private var isLastKept = false

    init(transport: AdvertisementParser.Transport, filter: ReferenceFilter?, limits: ListingLimits) {
        self.transport = transport
        self.filter = filter
        self.limits = limits
    }

    var isComplete: Bool { step == .complete }
    var hasBegun: Bool { step != .start }

    mutating func take(_ kind: PacketReader.Kind, _ payload: Span<UInt8>) throws(ProtocolError) {
        switch kind {
        case .flush: try takeFlush()
        case .delimiter, .responseEnd: throw unexpected("a separator where a line was due")
        case .data:
            let line = payload.extracting(first: payload.countWithoutLineFeed)
            if line.begins(with: "ERR ") {
                throw .refused(AdvertisementParser.operation, line.extracting(4...))
            }
            try takeLine(line)
        }
    }

    private mutating func takeFlush() throws(ProtocolError) {
        switch step {
        case .flushAfterService: step = .afterService
        case .capabilities:
            try checkObjectFormat()
            guard advertisement.capabilities.has("fetch") else {
                throw ProtocolError(
                    .unsupported, AdvertisementParser.operation, "the server does not offer to be fetched from")
            }
            step = .complete
        // The oldest servers say nothing but this about a repository without references.
        case .start where transport == .stream, .afterService, .firstReference, .references: step = .complete
        case .start, .complete: throw unexpected("an end of message where none was due")
        }
    }

    private mutating func takeLine(_ line: Span<UInt8>) throws(ProtocolError) {
        switch step {
        case .start where line.begins(with: "# service="):
            guard line.equals("# service=git-upload-pack") else {
                throw unexpected("another service: \"\(printableText(line, limit: 60))\"")
            }
            step = .flushAfterService
        case .start where transport == .stream || line.equals("version 2"), .afterService: try takeVersion(line)
        case .start: throw unexpected("no service line; it begins with \"\(printableText(line, limit: 60))\"")
        case .firstReference, .references: try takeReferenceLine(line)
        case .capabilities:
            // Names that are not text are none that we know.
            if let text = line.text(0..<line.count) { try add(capability: text) }
        case .flushAfterService, .complete:
            throw unexpected("more where an end was due: \"\(printableText(line, limit: 60))\"")
        }
    }

    private mutating func takeVersion(_ line: Span<UInt8>) throws(ProtocolError) {
        if line.equals("version 2") {
            advertisement.version = .two
            step = .capabilities
        } else if line.equals("version 1") {
            advertisement.version = .one
            step = .firstReference
        } else if line.begins(with: "version ") {
            throw ProtocolError(
                .unsupported, AdvertisementParser.operation,
                "the server speaks protocol \(printableText(line, limit: 60)), which is not known here")
        } else {
            step = .firstReference
            try takeReferenceLine(line)
        }
    }

    private mutating func takeReferenceLine(_ line: Span<UInt8>) throws(ProtocolError) {
        if line.begins(with: "shallow ") {
            guard let id = line.objectID(8..<48), line.count == 48 else { throw malformed(line) }
            guard advertisement.shallow.count < limits.kept else {
                throw ProtocolError(
                    .oversized, AdvertisementParser.operation, "the server's own history has too many ends")
            }
            advertisement.shallow.append(id)
            step = .references
            return
        }
        guard line.count > 41, line[40] == UInt8(ascii: " "), let id = line.objectID(0..<40) else {
            // A repository of another object format is named by longer names: say that instead of "malformed".
            if step == .firstReference { try takeCapabilities(line) }
            throw malformed(line)
        }
        var nameEnd = line.count
        if step == .firstReference {
            nameEnd = line.position(of: 0)
            try takeCapabilities(line)
            step = .references
            // What stands in for the first reference where there is none.
            if line.extracting(41..<nameEnd).equals("capabilities^{}") { return }
        }
        try takeReference(line.extracting(41..<nameEnd), id)
    }

    private mutating func takeReference(_ name: Span<UInt8>, _ id: ObjectID) throws(ProtocolError) {
        if name.count > 3, name.extracting(last: 3).equals("^{}") {
            // What stands behind a tag follows it at once; behind one that was not kept it does not matter.
            guard isLastKept, let index = advertisement.listing.references.indices.last else { return }
            guard name.extracting(droppingLast: 3).equals(advertisement.listing.references[index].name) else {
                throw unexpected("an object behind a tag that was not listed before it")
            }
            advertisement.listing.references[index].peeled = id
            return
        }
        isLastKept = try advertisement.listing.add(name, id, filter, limits, AdvertisementParser.operation)
        guard isLastKept, let index = advertisement.listing.references.indices.last else { return }
        let link = advertisement.listing.references[index].name + ":"
        advertisement.listing.references[index].symbolicTarget = advertisement.capabilities.values(of: "symref")
            .first { $0.utf8.starts(with: link.utf8) }
            .map { String(decoding: $0.utf8.dropFirst(link.utf8.count), as: UTF8.self) }
    }

    private mutating func takeCapabilities(_ line: Span<UInt8>) throws(ProtocolError) {
        let start = line.position(of: 0)
        guard start < line.count, let text = line.text((start + 1)..<line.count) else { return }
        for word in text.split(separator: " ") { try add(capability: String(word)) }
        try checkObjectFormat()
    }

    private mutating func add(capability: String) throws(ProtocolError) {
        // None that we know is nearly as long; the longest names a reference.
        guard capability.utf8.count <= 8192 else { return }
        guard advertisement.capabilities.count < 1000 else {
            throw ProtocolError(
                .oversized, AdvertisementParser.operation, "the server's list of abilities does not end")
        }
        advertisement.capabilities.append(capability)
    }

    private func checkObjectFormat() throws(ProtocolError) {
        let formats = advertisement.capabilities.values(of: "object-format")
        // In the old versions the first one is the repository's; in version 2 there is only one.
        guard let format = formats.first, format != "sha1" else { return }
        throw ProtocolError(
            .unsupported, AdvertisementParser.operation,
            "the repository names its objects by \(printableText(Array(format.utf8).span, limit: 20)), only sha1 is known here"
        )
    }

    private func unexpected(_ what: String) -> ProtocolError {
        ProtocolError(.malformed, AdvertisementParser.operation, "the server sent \(what)")
    }

    private func malformed(_ line: Span<UInt8>) -> ProtocolError {
        unexpected("a line that is no reference: \"\(printableText(line, limit: 60))\"")
    }
}
