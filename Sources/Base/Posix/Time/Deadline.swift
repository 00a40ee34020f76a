internal import CShims
internal import Glibc
internal import Synchronization

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

extension Deadline {
    /// Waits until the descriptor is readable, the work is called off, the time is up or `limit` has passed.
    ///
    /// It does not say which: look. A descriptor of -1 is not waited for.
    public func wait(for descriptor: Int32, atMost limit: Duration? = nil) throws(SystemError) {
        let until = limit.map { capped(at: $0) } ?? self
        var entries: [2 of pollfd] = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: cancellation?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = until.remainingMilliseconds
        var span = entries.mutableSpan
        let result = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, 2, milliseconds) }
        if result < 0, errno != EINTR { throw SystemError.last("wait") }
    }

    /// Sleeps for `duration`, and throws when the deadline comes or the work is called off before that.
    public func pause(_ duration: Duration) throws(SystemError) {
        let end = now.advanced(by: duration)
        while now < end {
            try check("wait")
            if let clock {
                clock.sleep(until: min(end, instant))
            } else {
                try wait(for: -1, atMost: now.duration(to: end))
            }
        }
    }
}

/// A switch that calls work off, from any thread and from signal handling, once and for good.
///
/// It is an `eventfd`, so that code which waits in `poll(2)` (child processes, libcurl) wakes at once.
public final class Cancellation: Sendable {
    private let event: FileDescriptor
    private let flag = Atomic<Bool>(false)

    /// A switch that nobody has thrown yet.
    public init() throws(SystemError) {
        event = FileDescriptor(taking: try systemCall("create an eventfd") { eventfd(0, Int32(EFD_CLOEXEC)) })
    }

    /// Whether the work has been called off.
    public var isCancelled: Bool { flag.load(ordering: .acquiring) }

    /// The descriptor that becomes readable, and stays so, when the work is called off.
    public var descriptor: Int32 { event.number }

    /// Calls the work off.
    public func cancel() {
        flag.store(true, ordering: .releasing)
        eventfd_write(event.number, 1)
    }
}
