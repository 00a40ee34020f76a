internal import Glibc

/// Signals that one thread waits for, instead of handlers that interrupt any.
public struct SignalSet: Sendable {
    private let numbers: [Int32]

    /// Collects signals by number.
    public init(_ numbers: [Int32]) {
        self.numbers = numbers
    }

    /// Keeps these signals from interrupting this thread and all that are made later; call it before any other is made.
    ///
    /// Child processes do not inherit this: they are started with the usual signal mask.
    public func block() {
        var set = native
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for one of these signals and returns its number; they must be blocked.
    public func wait() -> Int32 {
        var set = native
        while true {
            var number: Int32 = 0
            if unsafe sigwait(&set, &number) == 0 { return number }
        }
    }

    private var native: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in numbers { unsafe sigaddset(&set, number) }
        return set
    }
}
