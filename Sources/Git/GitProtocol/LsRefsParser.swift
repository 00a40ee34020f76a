internal import GitObjects

/// Reads the answer to `LsRefsRequest`, in whatever pieces it comes.
public struct LsRefsParser: Sendable {
    static let operation = "list the remote's references"
    private var reader = PacketReader(operation: LsRefsParser.operation)
    private var lines: Lines
    private var bytesLeft: Int

    /// A parser at the start of an answer that keeps only the references that `filter` names (nil: all).
    public init(filter: ReferenceFilter?, limits: ListingLimits = ListingLimits()) {
        lines = Lines(filter: filter, limits: limits)
        bytesLeft = limits.bytes
    }

    /// Whether the answer is whole; over a stream nothing more comes until we ask.
    public var isComplete: Bool { lines.isComplete }

    /// Reads the next bytes.
    public mutating func read(_ input: Span<UInt8>) throws(ProtocolError) {
        guard input.count <= bytesLeft else {
            throw ProtocolError(.oversized, LsRefsParser.operation, "the server's list of references does not end")
        }
        bytesLeft -= input.count
        try reader.read(input, into: &lines) { lines, kind, payload throws(ProtocolError) in
            try lines.take(kind, payload)
        }
    }

    /// Tells that no more bytes come, and gives what the server listed.
    ///
    /// - Throws: `cut` when the answer is not whole.
    public func finish() throws(ProtocolError) -> ReferenceListing {
        guard lines.isComplete else {
            throw ProtocolError(
                .cut, LsRefsParser.operation,
                "the server closed the connection in the middle of the answer "
                    + "(\(lines.listing.received) references received)")
        }
        return lines.listing
    }
}

/// The lines of the answer, understood one by one.
private struct Lines: Sendable {
    var listing = ReferenceListing()
    var isComplete = false
    private var mayEnd = false
    private let filter: ReferenceFilter?
    private let limits: ListingLimits

    init(filter: ReferenceFilter?, limits: ListingLimits) {
        self.filter = filter
        self.limits = limits
    }

    mutating func take(_ kind: PacketReader.Kind, _ payload: Span<UInt8>) throws(ProtocolError) {
        // A server behind a stateless connection may mark its end once more.
        if isComplete, kind == .responseEnd, !mayEnd {
            mayEnd = true
            return
        }
        guard !isComplete else {
            throw ProtocolError(.malformed, LsRefsParser.operation, "the server sent more after the end of its answer")
        }
        switch kind {
        case .flush: isComplete = true
        case .delimiter, .responseEnd:
            throw ProtocolError(
                .malformed, LsRefsParser.operation, "the server sent a separator where a reference was due")
        case .data: try takeLine(payload.extracting(first: payload.countWithoutLineFeed))
        }
    }

    private mutating func takeLine(_ line: Span<UInt8>) throws(ProtocolError) {
        if line.begins(with: "ERR ") { throw .refused(LsRefsParser.operation, line.extracting(4...)) }
        let space = UInt8(ascii: " ")
        let idEnd = line.position(of: space)
        guard idEnd + 1 < line.count else { throw malformed(line) }
        let nameEnd = line.position(of: space, from: idEnd + 1)
        guard nameEnd > idEnd + 1 else { throw malformed(line) }
        if line.extracting(0..<idEnd).equals("unborn") {
            guard line.extracting((idEnd + 1)..<nameEnd).equals("HEAD") else { return }
            return forEachAttribute(of: line, from: nameEnd) { name, value in
                if name == "symref-target" { listing.unbornHead = value }
            }
        }
        guard idEnd == 40, let id = line.objectID(0..<40) else { throw malformed(line) }
        let isKept = try listing.add(
            line.extracting((idEnd + 1)..<nameEnd), id, filter, limits, LsRefsParser.operation)
        guard isKept, let index = listing.references.indices.last else { return }
        forEachAttribute(of: line, from: nameEnd) { name, value in
            switch name {
            case "symref-target": listing.references[index].symbolicTarget = value
            case "peeled": listing.references[index].peeled = ObjectID(value)
            default: break
            }
        }
    }

    private func malformed(_ line: Span<UInt8>) -> ProtocolError {
        ProtocolError(
            .malformed, LsRefsParser.operation,
            "the server sent a line that is no reference: \"\(printableText(line, limit: 60))\"")
    }
}

/// Goes through what stands behind a reference's name, as `name:value`; what is not text is passed over.
private func forEachAttribute(of line: Span<UInt8>, from start: Int, _ body: (Substring, String) -> Void) {
    guard start < line.count, let text = line.text((start + 1)..<line.count) else { return }
    for attribute in text.split(separator: " ") {
        guard let colon = attribute.firstIndex(of: ":") else { continue }
        body(attribute[..<colon], String(attribute[attribute.index(after: colon)...]))
    }
}
