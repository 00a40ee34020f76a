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
