internal import Glibc
public import Posix

/// A clock on which nobody has to wait: for whoever sleeps, the time has passed at once.
///
/// Otherwise it runs like the system's, so a wait for something else, such as a server, takes as long as that does, or it
/// stands still. Limits of such waits pass when a test says so, by `advance` or `runAhead`.
public final class TestClock: MonotonicClock {
    private let skipped = Locked(Duration.zero)
    private let start = ContinuousClock.now
    private let runs: Bool
    private let onSleep: @Sendable (Duration) -> Void

    /// Makes a clock.
    ///
    /// - Parameters:
    ///   - runs: whether time passes by itself. Nothing that waits in the kernel may go by a clock that stands still.
    ///   - onSleep: is called when somebody sleeps, with the time since the start at which that sleep will end.
    public init(runs: Bool = true, onSleep: @escaping @Sendable (Duration) -> Void = { _ in }) {
        self.runs = runs
        self.onSleep = onSleep
    }

    private var untouched: ContinuousClock.Instant { runs ? .now : start }

    /// The time.
    public var now: ContinuousClock.Instant { untouched + skipped.withLock { $0 } }

    /// The time since its start.
    public var elapsed: Duration { start.duration(to: now) }

    /// Lets the time until then pass.
    public func sleep(until instant: ContinuousClock.Instant) {
        onSleep(start.duration(to: instant))
        skipped.withLock { $0 = max($0, untouched.duration(to: instant)) }
    }

    /// Lets time pass.
    public func advance(by duration: Duration) { skipped.withLock { $0 += duration } }

    /// A deadline by this clock.
    public func deadline(_ duration: Duration, cancellation: Cancellation? = nil) -> Deadline {
        .after(duration, cancellation: cancellation, on: self)
    }

    /// Does some work, during which the clock goes ahead by `step` whenever the condition holds and this thread waits.
    ///
    /// A thread that waits in the kernel for what does not come is made to look at the clock: its limits pass at once.
    /// What had come before the condition held was taken by then, or the thread would not wait.
    public func runAhead<Value>(
        by step: Duration, while condition: @escaping @Sendable () -> Bool, _ work: () throws -> Value
    ) throws -> Value {
        // The handler has nothing to do: that there is one makes the signal end a wait. Children do not inherit it.
        signal(SIGURG) { _ in }
        // The threads that tests run on let no signal through.
        var signals = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGURG)
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        let (worker, observed) = (pthread_self(), try ObservedThread.current())
        let done = try Cancellation()
        let hurry = try NativeThread("run-ahead") {
            while !done.isCancelled {
                // Should its state not be readable, nothing passes, and the limits come at their real time.
                if condition(), (try? observed.isAsleep()) == true {
                    self.advance(by: step)
                    pthread_kill(worker, SIGURG)
                }
                usleep(2000)
            }
        }
        defer {
            done.cancel()
            hurry.join()
        }
        return try work()
    }
}
