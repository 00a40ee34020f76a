import JSON

/// A line that the sidecar wrote to standard error.
struct LogLine: CustomStringConvertible {
    /// The line as it is.
    let description: String
    /// The same as JSON; nil when it is none, as complaints about parameters are.
    let json: JSONValue?

    init(_ line: some StringProtocol) {
        description = String(line)
        json = try? JSONValue.read(description)
    }

    /// What happened, in constant words.
    var message: String { self["msg"] ?? description }
    /// `error`, `warning`, `info` or `debug`.
    var level: String? { self["level"] }
    /// Why, on lines about failures.
    var error: String? { self["error"] }

    /// A field as text; nil when the line has none of this name.
    subscript(name: String) -> String? {
        guard let value = json?[name] else { return nil }
        return value.string ?? value.text
    }
}

extension [LogLine] {
    /// Every line of a text.
    init(_ text: String) {
        self = text.split(separator: "\n").map { LogLine($0) }
    }

    /// The lines with this message, in their order.
    func with(_ message: String) -> [LogLine] { filter { $0.message == message } }

    /// The lines since the last release was published.
    ///
    /// A program that starts just after a release was published may be taken for one that started before: it is told of
    /// that release, too.
    var sinceLastPublished: [LogLine] {
        Array(self[(lastIndex { $0.message == "published" } ?? startIndex)...])
    }

    /// Whether any line has this message.
    func has(_ message: String) -> Bool { contains { $0.message == message } }
}
