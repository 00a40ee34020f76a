internal import Posix

/// Writes what happens: a constant message and fields with the data.
///
/// It is a value: `with` gives a copy that adds a field to every line. Message and fields are only evaluated when the
/// line is written, so a suppressed one costs nothing.
public struct Logger: Sendable {
    private let sink: LogSink
    private let verbosity: Int
    private var fixed = LogFields()

    /// A logger that writes to `sink`, debug lines up to `verbosity`.
    public init(_ sink: LogSink, verbosity: Int = 0) {
        self.sink = sink
        self.verbosity = verbosity
    }

    /// A logger that writes nothing.
    public static let silent = Logger(LogSink { _ in }, verbosity: -1)

    /// A logger that adds a field to every line.
    public func with(_ name: String, _ value: LogValue) -> Logger {
        var copy = self
        copy.fixed[name] = value
        return copy
    }

    /// Writes that an operator must look; the failure goes into the field `error`.
    public func error(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:],
        error failure: (any Error)? = nil
    ) {
        write(.error, message(), fields(), failure)
    }

    /// Writes that something is degraded; the failure goes into the field `error`.
    public func warning(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:],
        error failure: (any Error)? = nil
    ) {
        write(.warning, message(), fields(), failure)
    }

    /// Writes that something changed.
    public func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        write(.info, message(), fields(), nil)
    }

    /// Writes a detail, when the verbosity is at least 1.
    public func debug(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:],
        error failure: (any Error)? = nil
    ) {
        debug(1, message(), fields(), error: failure)
    }

    /// Writes a detail, when the verbosity is at least `level`.
    public func debug(
        _ level: Int, _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:],
        error failure: (any Error)? = nil
    ) {
        if writesDebug(level) { write(.debug(level), message(), fields(), failure) }
    }

    /// Whether debug lines of this level are written, for data that is expensive to gather.
    public func writesDebug(_ level: Int = 1) -> Bool { level <= verbosity }

    private func write(_ level: LogLevel, _ message: String, _ fields: LogFields, _ failure: (any Error)?) {
        if verbosity < 0 { return }
        var all = fixed
        all.list += fields.list
        if let failure { all.list.append(LogField("error", .text(String(describing: failure)))) }
        sink.write(LogRecord(time: .now(), level: level, message: message, fields: all))
    }
}
