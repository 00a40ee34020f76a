internal import Glibc

/// When work must end: at an instant of the monotonic clock, or earlier when it is called off.
///
/// Every operation that can wait takes one. Nothing that waits may wait without looking at it.
public struct Deadline: Sendable {
    /// The instant after which the work has failed.
    public let instant: ContinuousClock.Instant
    /// The switch that calls the work off early; nil where nobody can.
    public let cancellation: Cancellation?
    /// Tells the time; nil stands for the system's clock.
    let clock: (any MonotonicClock)?

    /// A deadline that lies `duration` from now, by the system's clock unless there is another.
    public static func after(
        _ duration: Duration, cancellation: Cancellation? = nil, on clock: (any MonotonicClock)? = nil
    ) -> Deadline {
        Deadline(instant: .now(on: clock).advanced(by: duration), cancellation: cancellation, clock: clock)
    }

    /// The earlier of this deadline and one that lies `duration` from now.
    public func capped(at duration: Duration) -> Deadline {
        Deadline(instant: min(instant, now.advanced(by: duration)), cancellation: cancellation, clock: clock)
    }

    /// A deadline that lies `duration` from now, however much is left of this one, and is called off with it.
    public func renewed(for duration: Duration) -> Deadline {
        .after(duration, cancellation: cancellation, on: clock)
    }

    /// The time by the deadline's clock.
    ///
    /// Code that has a deadline reads every time here, or its times do not fit together on a clock of a test.
    public var now: ContinuousClock.Instant { .now(on: clock) }

    /// How much time is left; zero when none is.
    public var remaining: Duration { max(.zero, now.duration(to: instant)) }

    /// What is left in whole milliseconds, rounded up, as `poll(2)` wants it.
    public var remainingMilliseconds: Int32 {
        let (seconds, attoseconds) = remaining.components
        let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: milliseconds)
    }

    /// Throws when the time is up (`ETIMEDOUT`) or the work was called off (`ECANCELED`).
    public func check(_ operation: @autoclosure () -> String) throws(SystemError) {
        if cancellation?.isCancelled == true { throw SystemError(code: ECANCELED, operation: operation()) }
        if now >= instant { throw SystemError(code: ETIMEDOUT, operation: operation()) }
    }
}

extension ContinuousClock.Instant {
    /// The time by a clock; nil stands for the system's.
    public static func now(on clock: (any MonotonicClock)?) -> ContinuousClock.Instant { clock?.now ?? .now }
}

/// A clock that code goes by instead of the system's, so that tests need not wait for it.
public protocol MonotonicClock: AnyObject, Sendable {
    /// The time, which never goes backwards.
    var now: ContinuousClock.Instant { get }
    /// Returns when that time has come.
    func sleep(until instant: ContinuousClock.Instant)
}
