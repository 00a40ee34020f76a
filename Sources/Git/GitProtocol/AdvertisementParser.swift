internal import Figures
internal import GitObjects

/// Reads a server's first answer, in whatever pieces it comes.
public struct AdvertisementParser: Sendable {
    /// How the answer travels.
    public enum Transport: Equatable, Sendable {
        /// The body of `info/refs?service=git-upload-pack`.
        case http
        /// The first bytes of a session with `git-upload-pack`, over ssh or a pipe.
        case stream
    }

    static let operation = "read what the server offers"
    private var reader = PacketReader(operation: AdvertisementParser.operation)
    private var greeting: Greeting
    private var bytesLeft: Int
    // A server of plain files begins with an object's name, whose first digits would pass for a packet's length.
    private var isUndecided: Bool
    private var undecided: [UInt8] = []

    /// A parser at the start of an answer that keeps only the references that `filter` names (nil: all).
    public init(transport: Transport, filter: ReferenceFilter?, limits: ListingLimits = ListingLimits()) {
        greeting = Greeting(transport: transport, filter: filter, limits: limits)
        bytesLeft = limits.bytes
        isUndecided = transport == .http
    }

    /// Whether the answer is whole; over a stream nothing more comes until we ask.
    public var isComplete: Bool { greeting.isComplete }

    /// Reads the next bytes.
    public mutating func read(_ input: Span<UInt8>) throws(ProtocolError) {
        guard input.count <= bytesLeft else {
            throw ProtocolError(
                .oversized, AdvertisementParser.operation, "the server's list of references does not end")
        }
        bytesLeft -= input.count
        guard isUndecided else { return try take(input) }
        for index in 0..<min(input.count, 41) {
            let byte = input[index]
            undecided.append(byte)
            if Hexadecimal.value(byte) != nil, undecided.count <= 40 { continue }
            if undecided.count == 41, byte == 0x09 { throw plainFiles() }
            isUndecided = false
            let beginning = undecided
            undecided = []
            guard beginning.count > index + 1 else { return try take(input) }
            try take(beginning.span)
            return try take(input.extracting((index + 1)...))
        }
    }

    /// Tells that the server has closed the connection, and gives what it said.
    ///
    /// - Throws: `cut` when the answer is not whole.
    public mutating func finish() throws(ProtocolError) -> Advertisement {
        if isUndecided {
            isUndecided = false
            let beginning = undecided
            undecided = []
            try take(beginning.span)
        }
        guard greeting.isComplete else {
            throw ProtocolError(
                .cut, AdvertisementParser.operation,
                greeting.hasBegun || !reader.isBetweenPackets
                    ? "the server closed the connection in the middle of the answer"
                    : "the server closed the connection without an answer")
        }
        return greeting.advertisement
    }

    private mutating func take(_ input: Span<UInt8>) throws(ProtocolError) {
        try reader.read(input, into: &greeting) { greeting, kind, payload throws(ProtocolError) in
            try greeting.take(kind, payload)
        }
    }

    private func plainFiles() -> ProtocolError {
        ProtocolError(
            .unsupported, AdvertisementParser.operation,
            "the server gives out the repository as plain files, without git's smart protocol",
            hint: "serve the repository with git-http-backend or another git server")
    }
}
