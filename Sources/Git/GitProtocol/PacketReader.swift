internal import Figures

/// Takes bytes in whatever pieces they arrive and finds the packets in them.
///
/// A packet that lies whole within one piece is not copied; at most one packet is ever held.
public struct PacketReader: Sendable {
    /// What the bytes hold next; ranges are positions in the bytes that were given.
    public enum Event: Equatable, Sendable {
        /// The end of a message (`0000`).
        case flush
        /// The end of a part of a message (`0001`).
        case delimiter
        /// The end of an answer on a stateless connection (`0002`).
        case responseEnd
        /// A whole packet's payload.
        case packet(Range<Int>)
        /// A whole packet that came in several pieces; `gathered` holds its payload.
        case gatheredPacket
        /// A part of a packet's payload, when the packet was asked for in parts.
        case part(Range<Int>, isFirst: Bool, isLast: Bool)
    }

    /// What a whole packet is.
    public enum Kind: Equatable, Sendable {
        /// A packet with a payload.
        case data
        /// The end of a message.
        case flush
        /// The end of a part of a message.
        case delimiter
        /// The end of an answer on a stateless connection.
        case responseEnd
    }

    private enum Phase { case header, gathering, parts(isFirst: Bool) }

    /// The payload of the packet that `gatheredPacket` announced; valid until the next call.
    public private(set) var gathered: [UInt8] = []
    /// What the bytes are read for, as errors name it.
    let operation: String
    private var phase = Phase.header
    private var header: [4 of UInt8] = .init(repeating: 0)
    private var headerCount = 0
    private var remaining = 0
    private var hasSeenPacket = false

    /// A reader at the start of a stream; `operation` is what errors say was being done.
    public init(operation: String) {
        self.operation = operation
    }

    /// Whether the bytes so far end where a packet ends.
    public var isBetweenPackets: Bool {
        guard case .header = phase else { return false }
        return headerCount == 0
    }

    /// Reads on from `position` and moves it; nil when the rest of the bytes holds no further whole event.
    ///
    /// `inParts` counts for packets that begin during this call: their payload is handed over as it comes.
    public mutating func next(
        of input: Span<UInt8>, at position: inout Int, inParts: Bool = false
    ) throws(ProtocolError) -> Event? {
        if case .header = phase {
            while headerCount < 4 {
                guard position < input.count else { return nil }
                header[headerCount] = input[position]
                headerCount += 1
                position += 1
                guard Hexadecimal.value(header[headerCount - 1]) != nil else { throw notAPacket(input, position) }
            }
            let event = try begin(inParts: inParts, input, position)
            if let event { return event }
        }
        let count = min(input.count - position, remaining)
        let range = position..<(position + count)
        switch phase {
        case .header: return nil
        case .gathering:
            position += count
            remaining -= count
            if remaining == 0, gathered.isEmpty {
                phase = .header
                return .packet(range)
            }
            gathered.reserveCapacity(gathered.count + count)
            for index in range { gathered.append(input[index]) }
            guard remaining == 0 else { return nil }
            phase = .header
            return .gatheredPacket
        case .parts(let isFirst):
            guard count > 0 || remaining == 0 else { return nil }
            position += count
            remaining -= count
            phase = remaining == 0 ? .header : .parts(isFirst: false)
            return .part(range, isFirst: isFirst, isLast: remaining == 0)
        }
    }

    /// Reads all of the bytes and hands every whole packet to `body`, together with the state that it works on.
    mutating func read<State>(
        _ input: Span<UInt8>, into state: inout State,
        _ body: (inout State, Kind, Span<UInt8>) throws(ProtocolError) -> Void
    ) throws(ProtocolError) {
        var position = 0
        while let event = try next(of: input, at: &position) {
            switch event {
            case .flush: try body(&state, .flush, input.extracting(first: 0))
            case .delimiter: try body(&state, .delimiter, input.extracting(first: 0))
            case .responseEnd: try body(&state, .responseEnd, input.extracting(first: 0))
            case .packet(let range), .part(let range, _, _): try body(&state, .data, input.extracting(range))
            case .gatheredPacket: try body(&state, .data, gathered.span)
            }
        }
    }

    private mutating func begin(
        inParts: Bool, _ input: Span<UInt8>, _ position: Int
    ) throws(ProtocolError) -> Event? {
        var length = 0
        for index in 0..<4 { length = length << 4 | Int(Hexadecimal.value(header[index]) ?? 0) }
        switch length {
        case 0, 1, 2:
            headerCount = 0
            hasSeenPacket = true
            return [.flush, .delimiter, .responseEnd][length]
        case 3: throw notAPacket(input, position)
        case 4...PacketLine.largestPacket:
            headerCount = 0
            hasSeenPacket = true
            remaining = length - 4
            gathered.removeAll(keepingCapacity: true)
            phase = inParts ? .parts(isFirst: true) : .gathering
            return nil
        default:
            throw ProtocolError(
                .oversized, operation,
                "the server sent a packet of \(length) bytes, \(PacketLine.largestPacket) is the most that git allows")
        }
    }

    private func notAPacket(_ input: Span<UInt8>, _ position: Int) -> ProtocolError {
        var bytes: [UInt8] = []
        for index in 0..<headerCount { bytes.append(header[index]) }
        for index in position..<min(position + 60, input.count) { bytes.append(input[index]) }
        if !hasSeenPacket, bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") {
            return ProtocolError(
                .malformed, operation, "the server answered with a web page, not git",
                hint: "check the repository's address; a login page or a proxy may have answered")
        }
        return ProtocolError(
            .malformed, operation,
            "the server's answer is not git's protocol; it reads \"\(printableText(bytes.span))\"")
    }
}
