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
