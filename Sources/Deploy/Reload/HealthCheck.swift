/// How the application says that it is well, and how long it has for it.
public struct HealthCheck: Sendable, Equatable {
    /// One thing that must succeed.
    public enum Probe: Sendable, Equatable {
        /// An answer with one of these status codes, which carries the new hash in `revisionHeader` where one is named.
        case url(String, statuses: ClosedRange<Int>, revisionHeader: String?)
        /// A port that accepts connections.
        case tcp(host: String, port: UInt16)
        /// A command that exits with code 0; it runs in the release.
        case command(Program)
    }

    /// What must succeed, each time all of it.
    public var probes: [Probe]
    /// How long until it is well, counted from the action, or from the last escalation.
    public var timeout: Duration
    /// The longest pause between two checks; the first ones come faster.
    public var interval: Duration
    /// How many checks in a row must succeed.
    public var successes: Int
    /// How many checks in a row a server may answer with a failure, one in each interval; zero for any number.
    public var failures: Int
    /// How long it must stay well after that: every check in this time must succeed.
    public var watch: Duration

    /// Describes a health check.
    public init(
        _ probes: [Probe], timeout: Duration = .seconds(30), interval: Duration = .milliseconds(200),
        successes: Int = 2, failures: Int = 10, watch: Duration = .zero
    ) {
        self.probes = probes
        self.timeout = timeout
        self.interval = interval
        self.successes = successes
        self.failures = failures
        self.watch = watch
    }

    /// Whether the check proves which release answers.
    public var provesRevision: Bool {
        probes.contains { if case .url(_, _, .some) = $0 { true } else { false } }
    }

    /// How long one probe may take: a server that hangs must not take the whole time, it may be the one that goes.
    var probeLimit: Duration { max(.milliseconds(50), min(.seconds(5), timeout / 2)) }

    /// The pause before the next check when the last ones had the same outcome so many times, `waited` after the first.
    ///
    /// Short at first, and at no time much of what was waited already: what is confirmed should not have to wait for us.
    func pause(afterEqual outcomes: Int, waited: Duration) -> Duration {
        let fast = Duration.milliseconds(5) * (1 << min(outcomes - 1, 12))
        return min(fast, max(.milliseconds(5), waited / 8), interval)
    }
}

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
