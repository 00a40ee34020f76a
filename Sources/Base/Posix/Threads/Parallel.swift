internal import CShims
internal import Synchronization

/// Spreads blocking work over threads.
public enum Parallel {
    /// Calls the body once for each number below `count`, on up to `threads` threads at once, this one included.
    ///
    /// Numbers are handed out one by one in order. After the first failure no more are handed out; when all threads have
    /// ended, that failure is thrown. When the system refuses a thread, the others do its work.
    public static func forEach<Failure: Error>(
        count: Int, threads: Int, _ body: @Sendable (Int) throws(Failure) -> Void
    ) throws(Failure) {
        if count <= 1 || threads <= 1 {
            for index in 0..<max(count, 0) { try body(index) }
            return
        }
        let shared = Shared<Failure>()
        // Every thread is joined before this returns, so the body does not outlive the call.
        withoutActuallyEscaping(body) { body in
            let work: @Sendable () -> Void = {
                while true {
                    let index = shared.next.wrappingAdd(1, ordering: .relaxed).oldValue
                    if index >= count { return }
                    do throws(Failure) {
                        try body(index)
                    } catch {
                        shared.fail(error)
                        shared.next.store(count, ordering: .relaxed)
                        return
                    }
                }
            }
            var started: [NativeThread] = []
            for _ in 1..<min(count, threads) {
                // Fewer threads are slower, not wrong.
                guard let thread = try? NativeThread("parallel", work) else { break }
                started.append(thread)
            }
            work()
            for thread in started { thread.join() }
        }
        if let failure = shared.failure { throw failure }
    }

    private final class Shared<Failure: Error>: Sendable {
        let next = Atomic<Int>(0)
        private let first = Locked<Failure?>(nil)

        var failure: Failure? { first.withLock { $0 } }

        func fail(_ failure: Failure) {
            first.withLock { if $0 == nil { $0 = failure } }
        }
    }
}

/// How many threads can compute at once: the processors that this process may use.
public func usableProcessors() -> Int {
    max(1, Int(shim_usable_processors()))
}
