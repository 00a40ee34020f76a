internal import Posix
internal import Telemetry

/// Where a command writes: results to standard output, what happens meanwhile and what is wrong to standard error.
public struct Console: Sendable {
    /// How words in the results stand out.
    public let style: Style
    /// How wide the results may be.
    public let width: Int
    let write: @Sendable (String) -> Void
    let complain: @Sendable (String) -> Void
    /// The line that shows progress; nil where lines are written instead.
    let statusLine: StatusLine?

    init(
        style: Style = .none, width: Int = 100, statusLine: StatusLine? = nil,
        write: @escaping @Sendable (String) -> Void, complain: @escaping @Sendable (String) -> Void
    ) {
        self.style = style
        self.width = width
        self.statusLine = statusLine
        self.write = write
        self.complain = complain
    }

    /// The process's own terminal, pipe or file.
    public static func standard(_ environment: [String: String]) -> Console {
        let isTerminal = ThisProcess.standardOutputIsTerminal
        // At a terminal long lines are cut; what is kept in files and logs is whole, within reason.
        let width = isTerminal ? max(60, ThisProcess.terminalWidth(1) ?? 80) : 160
        let hasStatusLine = ThisProcess.standardErrorIsTerminal && environment["TERM"] != "dumb"
        let line = hasStatusLine ? StatusLine(2) : nil
        return Console(
            style: Style(isTerminal: isTerminal, environment: environment), width: width, statusLine: line,
            write: { ThisProcess.print($0) },
            complain: { text in
                if let line {
                    line.write(Array((text + "\n").utf8))
                } else {
                    ThisProcess.print(text, toStandardError: true)
                }
            })
    }

    /// Writes results.
    public func write(lines: [String]) { write(lines.joined(separator: "\n")) }
}

/// How words stand out: with colours at a terminal, as they are elsewhere.
public struct Style: Sendable {
    private let isColoured: Bool

    /// Words as they are.
    public static let none = Style(isColoured: false)

    private init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// Colours at a terminal that has them, unless `NO_COLOR` says that nobody wants any.
    public init(isTerminal: Bool, environment: [String: String]) {
        let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        self.init(isColoured: isTerminal && !isRefused && environment["TERM"] != "dumb")
    }

    /// What a word stands for.
    enum Tone {
        case good, doubtful, bad, faint, strong, usual
    }

    func apply(_ tone: Tone, _ text: String) -> String {
        switch tone {
        case .good: good(text)
        case .doubtful: doubtful(text)
        case .bad: bad(text)
        case .faint: faint(text)
        case .strong: strong(text)
        case .usual: text
        }
    }

    /// For what is as it should be.
    public func good(_ text: String) -> String { painted("32", text) }
    /// For what deserves attention.
    public func doubtful(_ text: String) -> String { painted("33", text) }
    /// For what is wrong.
    public func bad(_ text: String) -> String { painted("31", text) }
    /// For what is to be read first.
    public func strong(_ text: String) -> String { painted("1", text) }
    /// For what can be passed over.
    public func faint(_ text: String) -> String { painted("2", text) }

    private func painted(_ code: String, _ text: String) -> String {
        isColoured && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
