/// Counts the checks in a row that a server answered with a failure, one in each interval.
struct Refusals {
    private let most: Int
    private let interval: Duration
    private var number = 0
    private var last: ContinuousClock.Instant?

    init(_ health: HealthCheck) {
        (most, interval) = (health.failures, health.interval)
    }

    /// Takes a failure; whether it is the last that is waited for.
    mutating func count(_ error: ReloadError, at now: ContinuousClock.Instant) -> Bool {
        guard error.isRefusal else {
            end()
            return false
        }
        // The first checks follow each other within milliseconds.
        if let last, last.duration(to: now) < interval { return false }
        (number, last) = (number + 1, now)
        return most > 0 && number >= most
    }

    mutating func end() { (number, last) = (0, nil) }
}
