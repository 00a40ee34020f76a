import HTTPClient
import Testing

@Suite("Server-sent events")
struct EventStreamTests {
    private func read(_ text: String, by size: Int = 1 << 20, limit: Int = 1000) throws -> [ReceivedEvent] {
        var parser = EventStreamParser(limit: limit)
        var events: [ReceivedEvent] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            try parser.read(piece.span) { events.append($0) }
        }
        return events
    }

    private static let stream = """
        : we are still there

        event: status
        data: {"a":1}

        id: 7
        data: first
        data:second
        data
        other: nothing

        event: without data

        data: last\n\n
        """

    @Test("they are put together from pieces of any size", arguments: [1, 2, 3, 7, 1000])
    func pieces(size: Int) throws {
        #expect(
            try read(EventStreamTests.stream, by: size) == [
                ReceivedEvent(name: "status", data: "{\"a\":1}"),
                ReceivedEvent(id: "7", data: "first\nsecond\n"), ReceivedEvent(id: "7", data: "last"),
            ])
    }

    @Test("lines may end in every way that the web knows", arguments: ["\n", "\r", "\r\n"], [1, 100])
    func lineEnds(end: String, size: Int) throws {
        let text = ["\u{feff}event: a", "data: 1", "", "data: 2", "", "data: not complete"].joined(separator: end)
        #expect(
            try read(text, by: size) == [ReceivedEvent(name: "a", data: "1"), ReceivedEvent(data: "2")])
    }

    @Test("an event that does not end is refused before it fills the memory", arguments: ["data: ", "", ":"])
    func bounded(beginning: String) throws {
        let endless = (0..<200).map { _ in "\(beginning)xxxxxxxxxx" }.joined(separator: beginning.isEmpty ? "" : "\n")
        if beginning == ":" {
            // Remarks are forgotten line by line.
            #expect(try read(endless) == [])
        } else {
            let error = try #require(throws: TransferError.self) { _ = try read(endless) }
            #expect(error.code == .tooLarge)
        }
    }
}
