public import Posix

/// How important a log line is.
public enum LogLevel: Sendable, Equatable {
    /// An operator must look.
    case error
    /// Something is degraded, and may get well by itself.
    case warning
    /// One line for each change.
    case info
    /// One line for each attempt or less; written from verbosity 1 to 9 on (`--verbose`).
    case debug(Int)

    /// The word that stands in the line.
    public var name: String {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .info: "info"
        case .debug: "debug"
        }
    }
}

/// One log line before it is formatted.
public struct LogRecord: Sendable, Equatable {
    /// When it was written.
    public let time: Timestamp
    /// How important it is.
    public let level: LogLevel
    /// What happened: a constant sentence, the data is in the fields.
    public let message: String
    /// The logger's own fields, then those of the line.
    public let fields: LogFields

    /// Puts a line together.
    public init(time: Timestamp, level: LogLevel, message: String, fields: LogFields) {
        self.time = time
        self.level = level
        self.message = message
        self.fields = fields
    }
}
