/// One event of a stream that a browser's `EventSource` understands.
public struct ServerSentEvent: Sendable, Equatable {
    /// Its place in the order of events, with which a client that comes back says what it has; nil for none.
    public var id: String?
    /// What kind of event it is.
    public var name: String
    /// What it says.
    public var data: String

    /// Puts an event together.
    public init(id: String? = nil, name: String, data: String) {
        self.id = id
        self.name = name
        self.data = data
    }

    /// The event as it is sent; line ends in the data begin further data lines, and cannot begin anything else.
    public var bytes: [UInt8] {
        var text = ""
        if let id { text += "id: \(ServerSentEvent.oneLine(id))\n" }
        text += "event: \(ServerSentEvent.oneLine(name))\n"
        let lines = data.split(omittingEmptySubsequences: false) { "\r\n".contains($0) || $0 == "\r\n" }
        for line in lines { text += "data: \(line)\n" }
        return Array((text + "\n").utf8)
    }

    private static func oneLine(_ text: String) -> String {
        String(decoding: text.utf8.filter { $0 >= 0x20 }, as: UTF8.self)
    }
}
