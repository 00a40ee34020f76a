internal import Posix

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
