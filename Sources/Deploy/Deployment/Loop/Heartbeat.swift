internal import Posix

/// A loop's word that it is alive: before each thing that takes time it says by when it will speak again.
///
/// The clock stops while the machine sleeps, as the loop's own waiting does.
package final class Heartbeat: Sendable {
    private let grace: Duration
    private let promise: Locked<SuspendingClock.Instant>

    /// Begins with the word to speak within a minute; `grace` is what a busy machine may add to each promise.
    package init(grace: Duration = .seconds(10)) {
        self.grace = grace
        promise = Locked(.now.advanced(by: .seconds(60)))
    }

    /// Promises to beat again before an instant.
    package func beat(until instant: ContinuousClock.Instant) {
        let next = SuspendingClock.now.advanced(by: max(.zero, ContinuousClock.now.duration(to: instant)))
        promise.withLock { $0 = next }
    }

    /// How long the promise has been broken, the grace not counted; nil while it holds.
    package func overdue(at now: SuspendingClock.Instant = .now) -> Duration? {
        let late = promise.withLock { $0 }.duration(to: now)
        return late > grace ? late : nil
    }
}
