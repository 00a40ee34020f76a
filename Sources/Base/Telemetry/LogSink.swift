internal import Posix

/// How log lines look.
public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// `name=value` pairs.
    case logfmt
    /// For people at a terminal.
    case text
}

/// Where log lines go.
public struct LogSink: Sendable {
    /// Takes one line; may be called by several threads at once.
    public let write: @Sendable (LogRecord) -> Void

    /// Hands each line to a function.
    public init(_ write: @escaping @Sendable (LogRecord) -> Void) {
        self.write = write
    }

    /// Writes to a descriptor that stays open, each line with one write(2).
    public static func descriptor(_ number: Int32, format: LogFormat) -> LogSink {
        let output = SharedOutput(number)
        return LogSink { record in output.write(record.formatted(as: format)) }
    }

    /// Writes to standard error.
    public static func standardError(format: LogFormat) -> LogSink { .descriptor(2, format: format) }
}

/// Keeps log lines, for tests that assert on what was logged.
public final class LogCollector: Sendable {
    private let kept = Locked<[LogRecord]>([])

    /// A collector without lines.
    public init() {}

    /// The sink that fills it.
    public var sink: LogSink { LogSink { [self] record in kept.withLock { $0.append(record) } } }

    /// The lines so far.
    public var records: [LogRecord] { kept.withLock { $0 } }

    /// The messages so far.
    public var messages: [String] { records.map(\.message) }
}

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
