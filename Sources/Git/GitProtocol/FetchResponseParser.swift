public import GitObjects

/// Reads the answer to `FetchRequest`, in whatever pieces it comes, and hands the pack on as it comes.
public struct FetchResponseParser: Sendable {
    /// How an answer is laid out; `FetchRequest.answerFormat` tells which to expect.
    public enum Format: Equatable, Sendable {
        /// Protocol version 2: named sections, the pack always multiplexed.
        case sections
        /// Versions 0 and 1: lines, then the pack, multiplexed with progress and errors or as it is.
        case lines(isMultiplexed: Bool)
    }

    private enum Step: Equatable {
        case sectionName, acknowledgments, shallowInfo, wantedReferences, lines, pack, rawPack, complete
    }

    private static let mostShallow = 1 << 18
    private static let longestFatal = 4096
    private var reader = PacketReader(operation: FetchRequest.operation)
    private var progress = ProgressLines()
    private var step: Step
    private let format: Format
    private var isAcknowledged = false
    private var isEndMarked = false
    private var band: UInt8?
    private var text: [UInt8] = []

    /// The commits whose parents the server did not send.
    public private(set) var shallow: [ObjectID] = []
    /// The commits whose parents we lacked and now get.
    public private(set) var unshallow: [ObjectID] = []
    /// How many bytes of the pack were handed on.
    public private(set) var packBytes: UInt64 = 0
    /// Whether the server has answered the opening of a request of version 0 or 1 that limits the history.
    public private(set) var isPastShallowInfo = false

    /// A parser at the start of an answer.
    public init(_ format: Format) {
        self.format = format
        step = format == .sections ? .sectionName : .lines
    }

    /// Whether the answer is whole; never for a pack that is not multiplexed, which ends with the connection.
    public var isComplete: Bool { step == .complete }

    /// Reads the next bytes; pack bytes go to `onPack` without being copied, and are valid only during its call.
    ///
    /// - Throws: `ProtocolError`, or whatever `onPack` throws; the answer cannot be read on after either.
    public mutating func read(
        _ input: Span<UInt8>, onPack: (Span<UInt8>) throws -> Void, onProgress: (ServerProgress) -> Void
    ) throws {
        var position = 0
        while true {
            // A pack that is not framed begins with its own name, and a "P" begins no packet.
            if step == .lines, isAcknowledged, format == .lines(isMultiplexed: false), position < input.count,
                reader.isBetweenPackets, input[position] == UInt8(ascii: "P")
            {
                step = .rawPack
            }
            if step == .rawPack {
                guard position < input.count else { return }
                packBytes += UInt64(input.count - position)
                return try onPack(input.extracting(position...))
            }
            let isInParts =
                step == .pack || step == .lines && isAcknowledged && format == .lines(isMultiplexed: true)
            guard let event = try reader.next(of: input, at: &position, inParts: isInParts) else { return }
            switch event {
            case .flush: try takeFlush(onProgress)
            case .delimiter: try takeDelimiter()
            case .responseEnd: try takeResponseEnd()
            case .packet(let range): try takeLine(input.extracting(range))
            case .gatheredPacket:
                let packet = reader.gathered
                try takeLine(packet.span)
            case .part(let range, let isFirst, let isLast):
                let content = try takeBand(input, range, isFirst: isFirst, isLast: isLast)
                switch band {
                case 1 where !content.isEmpty:
                    packBytes += UInt64(content.count)
                    step = .pack
                    try onPack(input.extracting(content))
                case 2: progress.append(input.extracting(content), onProgress)
                default: try takeText(input.extracting(content), isLast: isLast)
                }
            }
        }
    }

    /// Tells that the server has closed the connection, or that no more bytes will be read.
    ///
    /// - Throws: `cut` when the answer is not whole.
    public func finish() throws(ProtocolError) {
        if step == .complete || step == .rawPack { return }
        if band == 3, !text.isEmpty { throw .refused(FetchRequest.operation, text.span) }
        throw ProtocolError(
            .cut, FetchRequest.operation,
            "the server closed the connection in the middle of the answer (\(packBytes) bytes of pack received)",
            hint: "when it happens again, the server's log says why")
    }

    private mutating func takeFlush(_ onProgress: (ServerProgress) -> Void) throws(ProtocolError) {
        switch step {
        case .lines where !isAcknowledged && !isPastShallowInfo: isPastShallowInfo = true
        case .pack where packBytes > 0:
            progress.end(onProgress)
            step = .complete
        case .pack, .lines, .sectionName, .acknowledgments, .shallowInfo, .wantedReferences:
            throw malformed("ended its answer without a pack")
        case .complete, .rawPack: throw malformed("sent more after the end of its answer")
        }
    }

    private mutating func takeDelimiter() throws(ProtocolError) {
        switch step {
        case .acknowledgments, .shallowInfo, .wantedReferences: step = .sectionName
        default: throw malformed("sent a separator where none was due")
        }
    }

    private mutating func takeResponseEnd() throws(ProtocolError) {
        guard step == .complete, !isEndMarked else { throw malformed("ended its answer where no end was due") }
        isEndMarked = true
    }

    private mutating func takeLine(_ payload: Span<UInt8>) throws(ProtocolError) {
        let line = payload.extracting(first: payload.countWithoutLineFeed)
        if line.begins(with: "ERR ") { throw .refused(FetchRequest.operation, line.extracting(4...)) }
        switch step {
        case .sectionName: try takeSectionName(line)
        case .acknowledgments where line.begins(with: "ACK ") || line.equals("NAK") || line.equals("ready"): break
        case .lines where line.begins(with: "ACK ") || line.equals("NAK"): isAcknowledged = true
        case .shallowInfo,
            .lines where !isAcknowledged && line.begins(with: "shallow "):
            try takeShallow(line)
        case .lines where !isAcknowledged && line.begins(with: "unshallow "): try takeShallow(line)
        // We never ask for references by name, so there is nothing in this section for us.
        case .wantedReferences: break
        case .complete: throw malformed("sent more after the end of its answer")
        case .acknowledgments, .lines, .pack, .rawPack:
            throw malformed("sent a line that is not known here: \"\(printableText(line, limit: 60))\"")
        }
    }

    private mutating func takeSectionName(_ line: Span<UInt8>) throws(ProtocolError) {
        if line.equals("packfile") {
            step = .pack
        } else if line.equals("shallow-info") {
            step = .shallowInfo
        } else if line.equals("acknowledgments") {
            step = .acknowledgments
        } else if line.equals("wanted-refs") {
            step = .wantedReferences
        } else if line.equals("packfile-uris") {
            throw malformed("refers to other addresses for the pack, which was not asked for")
        } else {
            throw malformed("sent a section that is not known here: \"\(printableText(line, limit: 60))\"")
        }
    }

    private mutating func takeShallow(_ line: Span<UInt8>) throws(ProtocolError) {
        guard shallow.count + unshallow.count < FetchResponseParser.mostShallow else {
            throw ProtocolError(.oversized, FetchRequest.operation, "the server's list of shallow commits does not end")
        }
        if line.begins(with: "shallow "), line.count == 48, let id = line.objectID(8..<48) {
            shallow.append(id)
        } else if line.begins(with: "unshallow "), line.count == 50, let id = line.objectID(10..<50) {
            unshallow.append(id)
        } else {
            throw malformed("sent a line that names no shallow commit: \"\(printableText(line, limit: 60))\"")
        }
    }

    /// Notes which band a packet belongs to and gives the range of what it carries.
    private mutating func takeBand(
        _ input: Span<UInt8>, _ range: Range<Int>, isFirst: Bool, isLast: Bool
    ) throws(ProtocolError) -> Range<Int> {
        guard isFirst else { return range }
        text.removeAll(keepingCapacity: true)
        guard !range.isEmpty else { throw malformed("sent an empty packet where the pack was due") }
        let first = input[range.lowerBound]
        band = first
        return (1...3).contains(first) ? (range.lowerBound + 1)..<range.upperBound : range
    }

    /// Collects an error, or a line that stands where the pack was due, until it is whole.
    private mutating func takeText(_ piece: Span<UInt8>, isLast: Bool) throws(ProtocolError) {
        for index in 0..<min(piece.count, FetchResponseParser.longestFatal - text.count) { text.append(piece[index]) }
        guard isLast, band != 1 else { return }
        if band == 3 { throw .refused(FetchRequest.operation, text.span) }
        let line = text
        try takeLine(line.span)
    }

    private func malformed(_ what: String) -> ProtocolError {
        ProtocolError(.malformed, FetchRequest.operation, "the server \(what)")
    }
}
