/// When the next attempt comes: after a period that is spread a little, later after failures in a row.
package struct Pace: Sendable {
    /// The pause between attempts once one has succeeded.
    package var period: Duration
    /// The pause between attempts until then.
    package var initialPeriod: Duration
    /// How much of a pause may be added or taken away at random, so that a fleet does not poll in step.
    package var jitter: Double
    /// No back-off is longer than this, unless the period itself is.
    package var maximumBackoff: Duration

    /// Failures since the last success.
    package private(set) var failures = 0
    package private(set) var hasSucceeded = false
    private var retryAfter: Duration?

    /// Three failures are an accident, which the next attempts may well find mended; a fourth is a state.
    private static let failuresWithoutBackoff = 3
    /// A server that asks for more is not believed: a mistake there must not stop us for days.
    private static let longestRetryAfter = Duration.seconds(3600)

    package init(period: Duration, initialPeriod: Duration, jitter: Double, maximumBackoff: Duration) {
        self.period = period
        self.initialPeriod = initialPeriod
        self.jitter = jitter
        self.maximumBackoff = maximumBackoff
    }

    package mutating func succeeded() {
        hasSucceeded = true
        failures = 0
        retryAfter = nil
    }

    package mutating func failed(retryAfter: Duration?) {
        failures += 1
        self.retryAfter = retryAfter.map { min($0, max(Pace.longestRetryAfter, maximumBackoff)) }
    }

    /// The pause before the next attempt; `chance` is a random number from 0 to 1.
    package func pause(chance: Double) -> Duration {
        let regular = hasSucceeded ? period : initialPeriod
        var pause = regular
        for _ in 0..<max(0, failures - Pace.failuresWithoutBackoff) {
            if pause >= maximumBackoff { break }
            pause = min(pause * 2, max(maximumBackoff, regular))
        }
        let spread = pause * (1 + jitter * (2 * chance - 1))
        // The server's wish is a floor: jitter may add to it but not take from it.
        guard let retryAfter, retryAfter > spread else { return spread }
        return retryAfter * (1 + jitter * chance)
    }
}

/// How many failures in a row end the process.
package struct FailureLimit: Sendable {
    /// `--max-failures`; nil when it is not given.
    package var maximum: Int?
    /// `--init-max-failures`, for the time until the first success; nil when it is not given.
    package var initialMaximum: Int?

    package init(maximum: Int? = nil, initialMaximum: Int? = nil) {
        self.maximum = maximum
        self.initialMaximum = initialMaximum
    }

    /// Whether the process is to end after `failures` failures in a row.
    ///
    /// Without any limit given, failures end it only while there is nothing to serve: an orchestrator then sees at once
    /// that the configuration is wrong, and a release that is live never goes away because a remote is down.
    package func isExhausted(failures: Int, hasSucceeded: Bool, isServing: Bool) -> Bool {
        guard let limit = hasSucceeded ? maximum : initialMaximum ?? maximum else {
            return !isServing
        }
        return limit >= 0 && failures >= max(limit, 1)
    }
}
