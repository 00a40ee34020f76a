/// An event that a server sent.
public struct ReceivedEvent: Sendable, Equatable {
    /// Its place in the order of events, as far as the server has named one.
    public var id: String?
    /// What kind of event it is; `message` where the server names none.
    public var name: String
    /// What it says.
    public var data: String

    /// Puts an event together.
    public init(id: String? = nil, name: String = "message", data: String) {
        self.id = id
        self.name = name
        self.data = data
    }
}

/// Reads server-sent events (`text/event-stream`) from pieces of any size; it holds one event at most.
public struct EventStreamParser: Sendable {
    private let limit: Int
    private var line: [UInt8] = []
    private var endedWithReturn = false
    private var isFirstLine = true
    private var id: String?
    private var name = ""
    private var data: [UInt8]?

    /// A parser of events that have at most so many bytes.
    public init(limit: Int = 4 << 20) {
        self.limit = limit
    }

    /// Takes the next bytes and hands over each event that they complete.
    ///
    /// - Throws: `TransferError` when an event is larger than allowed, or what `take` throws.
    public mutating func read(_ bytes: Span<UInt8>, _ take: (ReceivedEvent) throws -> Void) throws {
        for index in bytes.indices {
            let byte = bytes[index]
            let followsReturn = endedWithReturn
            endedWithReturn = byte == 0x0d
            switch byte {
            case 0x0a where followsReturn: continue
            case 0x0a, 0x0d: try endLine(take)
            default:
                line.append(byte)
                if line.count + (data?.count ?? 0) > limit {
                    throw TransferError(
                        code: .tooLarge, operation: "read an event", message: "it has more than \(limit) bytes")
                }
            }
        }
    }

    private mutating func endLine(_ take: (ReceivedEvent) throws -> Void) throws {
        var content = line[...]
        defer { line.removeAll(keepingCapacity: true) }
        // A mark of the byte order may stand at the very beginning.
        if isFirstLine, content.starts(with: [0xef, 0xbb, 0xbf]) { content = content.dropFirst(3) }
        isFirstLine = false
        guard !content.isEmpty else { return try endEvent(take) }
        let colon = content.firstIndex(of: UInt8(ascii: ":")) ?? content.endIndex
        let field = content[..<colon]
        var value = content[min(colon + 1, content.endIndex)...]
        if value.first == 0x20 { value = value.dropFirst() }
        // A line that begins with a colon is a remark; fields of other names mean nothing.
        if field.elementsEqual("data".utf8) {
            data = (data.map { $0 + [0x0a] } ?? []) + value
        } else if field.elementsEqual("event".utf8) {
            name = String(decoding: value, as: UTF8.self)
        } else if field.elementsEqual("id".utf8), !value.contains(0) {
            id = String(decoding: value, as: UTF8.self)
        }
    }

    private mutating func endEvent(_ take: (ReceivedEvent) throws -> Void) throws {
        let event = data.map {
            ReceivedEvent(id: id, name: name.isEmpty ? "message" : name, data: String(decoding: $0, as: UTF8.self))
        }
        name = ""
        data = nil
        if let event { try take(event) }
    }
}
