internal import Posix

/// The last line of a terminal, written anew while work goes on; other lines appear above it and stay.
public final class StatusLine: Sendable {
    private let number: Int32
    private let output: SharedOutput
    private let shown = Locked("")

    /// A line at the end of the terminal behind a descriptor.
    public init(_ number: Int32) {
        self.number = number
        output = SharedOutput(number)
    }

    /// Replaces the line, cut to the terminal's width; an empty text takes it away.
    public func show(_ text: String) {
        let width = ThisProcess.terminalWidth(number) ?? 80
        let cut = String(text.prefix(max(0, width - 1)))
        shown.withLock { shown in
            if cut == shown { return }
            shown = cut
            output.write(Array(("\r" + cut + StatusLine.clear).utf8))
        }
    }

    /// Writes whole lines above the line.
    public func write(_ lines: [UInt8]) {
        shown.withLock { shown in
            if shown.isEmpty { return output.write(lines) }
            output.write(Array(("\r" + StatusLine.clear).utf8) + lines + Array(shown.utf8))
        }
    }

    /// Erases from the cursor to the end of the line.
    private static let clear = "\u{1b}[K"
}

extension LogSink {
    /// Writes lines above the line that shows what is going on.
    public static func above(_ line: StatusLine, format: LogFormat) -> LogSink {
        LogSink { record in line.write(record.formatted(as: format)) }
    }
}
