internal import Posix
internal import Telemetry

/// How often something may happen: so many times at once, and then so many a second.
final class RateLimit: Sendable {
    private let burst: Double
    private let perSecond: Double
    private let state: Locked<(left: Double, time: ContinuousClock.Instant)>

    init(burst: Int, perSecond: Double, now: ContinuousClock.Instant = .now) {
        self.burst = Double(burst)
        self.perSecond = perSecond
        state = Locked((Double(burst), now))
    }

    /// Whether it may happen now, which counts as if it did.
    func allows(_ now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            let passed = max(0, state.time.duration(to: now).inSeconds)
            state = (min(burst, state.left + passed * perSecond), now)
            if state.left < 1 { return false }
            state.left -= 1
            return true
        }
    }

    /// After how many whole seconds it may happen again at the latest.
    var secondsUntilNext: Int { Int((1 / perSecond).rounded(.up)) }
}

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
