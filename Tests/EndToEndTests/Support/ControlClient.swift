import JSON
import Posix
import TestSupport

/// What a sidecar answered.
struct ControlAnswer {
    let status: Int
    /// The status line and the header fields.
    let head: String
    let body: String

    /// The body as JSON; null when it is none.
    var json: JSONValue { (try? JSONValue.read(body)) ?? .null }
    /// What is wrong, where something is.
    var error: String? { json["error"]?["message"]?.string }
}

/// Talks to a sidecar's API as people do who have nothing else: with curl.
struct ControlClient {
    private let base: String
    private let options: [String]

    /// Over the socket file of a root.
    init(root: String) {
        base = "http://sidecar"
        options = ["--unix-socket", "\(root)/.git-sidecar/control.sock"]
    }

    /// Over a port.
    init(port: String) {
        base = "http://127.0.0.1:\(port)"
        options = []
    }

    func get(_ path: String, _ more: String...) throws -> ControlAnswer { try ask("GET", path, more) }

    func post(_ path: String, _ body: String = "", _ more: String...) throws -> ControlAnswer {
        try ask("POST", path, ["--data-binary", "@-"] + more, body)
    }

    func ask(_ method: String, _ path: String, _ more: [String] = [], _ body: String = "") throws -> ControlAnswer {
        let how = method == "HEAD" ? ["--head"] : ["--include", "--request", method]
        let result = try runProgram(
            ["curl", "--silent", "--show-error", "--max-time", "20"] + how + options + more + [base + path],
            input: Array(body.utf8)
        ).succeeded()
        let text = String(decoding: result.outputBytes, as: UTF8.self)
        let end = text.range(of: "\r\n\r\n") ?? text.endIndex..<text.endIndex
        let head = String(text[..<end.lowerBound])
        return ControlAnswer(
            status: Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0, head: head,
            body: String(text[end.upperBound...]))
    }

    /// How the sidecar is.
    func status() throws -> JSONValue { try get("/v1/status").json }

    /// Waits until something is true about how the sidecar is, and returns that.
    @discardableResult
    func waitForStatus(_ what: String, _ condition: (JSONValue) -> Bool) throws -> JSONValue {
        var last = JSONValue.null
        try waitUntil("\(what); it is \(last.text)", within: .seconds(15)) {
            last = try status()
            return condition(last)
        }
        return last
    }

    /// Waits until an attempt has ended.
    func waitForAttempt(_ number: Int) throws {
        try waitForStatus("attempt \(number) has ended") { status in
            let last = status["attempt"]?.integer ?? 0
            return last > number || last == number && status["deployment"] == .null
        }
    }

    /// Listens until the test ends.
    func listen() throws -> EventListener {
        let log = "\(Scratch.directory)/events-\(try TestFiles.list(Scratch.directory).count)"
        let listener = EventListener(
            program: try BackgroundProgram(
                ["curl", "--silent", "--no-buffer"] + options + [base + "/v1/events"], log: log))
        try listener.wait("the first status") { !$0.isEmpty }
        return listener
    }
}

/// Somebody who listens to what a sidecar does.
struct EventListener {
    struct Event {
        let name: String
        let data: JSONValue
    }

    let program: BackgroundProgram

    /// What was heard so far.
    var events: [Event] {
        let text = program.log
        // The last one may not be there as a whole.
        guard let end = text.range(of: "\n\n", backwards: true) else { return [] }
        return text[..<end.lowerBound].components(separatedBy: "\n\n").compactMap { block in
            let lines = block.split(separator: "\n")
            guard let name = lines.first(where: { $0.hasPrefix("event: ") })?.dropFirst(7),
                let data = lines.first(where: { $0.hasPrefix("data: ") })?.dropFirst(6),
                let json = try? JSONValue.read(String(data))
            else { return nil }
            return Event(name: String(name), data: json)
        }
    }

    @discardableResult
    func wait(_ what: String, _ condition: ([Event]) -> Bool) throws -> [Event] {
        var heard: [Event] = []
        try waitUntil("\(what); heard: \(heard.map { "\($0.name) \($0.data.text)" })", within: .seconds(15)) {
            heard = events
            return condition(heard)
        }
        return heard
    }
}

extension StringProtocol {
    fileprivate func range(of text: String, backwards: Bool = false) -> Range<String.Index>? {
        let pieces = ranges(of: text)
        return backwards ? pieces.last : pieces.first
    }

    fileprivate func components(separatedBy separator: String) -> [SubSequence] {
        var (rest, parts) = (self[...], [SubSequence]())
        while let found = rest.range(of: separator) {
            parts.append(rest[..<found.lowerBound])
            rest = rest[found.upperBound...]
        }
        return parts + [rest]
    }
}
