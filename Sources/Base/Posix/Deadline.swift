internal import Glibc

/// When work must end: at an instant of the monotonic clock, or earlier when it is called off.
///
/// Every operation that can wait takes one. Nothing that waits may wait without looking at it.
public struct Deadline: Sendable {
    /// The instant after which the work has failed.
    public let instant: ContinuousClock.Instant
    /// The switch that calls the work off early; nil where nobody can.
    public let cancellation: Cancellation?

    /// A deadline that lies `duration` from now.
    public static func after(_ duration: Duration, cancellation: Cancellation? = nil) -> Deadline {
        Deadline(instant: .now.advanced(by: duration), cancellation: cancellation)
    }

    /// The earlier of this deadline and one that lies `duration` from now.
    public func capped(at duration: Duration) -> Deadline {
        Deadline(instant: min(instant, .now.advanced(by: duration)), cancellation: cancellation)
    }

    /// How much time is left; zero when none is.
    public var remaining: Duration { max(.zero, ContinuousClock.now.duration(to: instant)) }

    /// What is left in whole milliseconds, rounded up, as `poll(2)` wants it.
    public var remainingMilliseconds: Int32 {
        let (seconds, attoseconds) = remaining.components
        let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: milliseconds)
    }

    /// Throws when the time is up (`ETIMEDOUT`) or the work was called off (`ECANCELED`).
    public func check(_ operation: @autoclosure () -> String) throws(SystemError) {
        if cancellation?.isCancelled == true { throw SystemError(code: ECANCELED, operation: operation()) }
        if ContinuousClock.now >= instant { throw SystemError(code: ETIMEDOUT, operation: operation()) }
    }
}
