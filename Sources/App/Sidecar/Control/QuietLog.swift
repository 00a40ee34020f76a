internal import Posix
internal import Telemetry

/// Warnings about what strangers send: few enough that they cannot fill a disk.
final class QuietLog: Sendable {
    private let logger: Logger
    private let limit: RateLimit
    private let left = Locked(0)

    init(_ logger: Logger, limit: RateLimit = RateLimit(burst: 10, perSecond: 0.1)) {
        self.logger = logger
        self.limit = limit
    }

    /// Writes a warning, or counts it for the next that is written.
    func warning(_ message: String, _ fields: LogFields) {
        guard limit.allows() else {
            left.withLock { $0 += 1 }
            return
        }
        let unwritten = left.withLock { count in
            defer { count = 0 }
            return count
        }
        var fields = fields
        if unwritten > 0 { fields["unwritten_before"] = .count(unwritten) }
        logger.warning(message, fields)
    }
}
