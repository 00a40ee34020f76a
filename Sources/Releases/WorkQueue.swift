internal import Posix
internal import Synchronization

/// Hands out the numbers below a limit in runs, to whichever thread asks next.
final class WorkQueue: Sendable {
    private let next = Atomic<Int>(0)
    private let stopped = Atomic<Bool>(false)
    private let limit: Int
    private let run: Int
    private let deadline: Deadline

    /// A queue of `limit` pieces of work for so many threads.
    init(_ limit: Int, threads: Int, deadline: Deadline) {
        self.limit = limit
        self.deadline = deadline
        // Small enough that no thread waits long for the last one, large enough that directories are rarely split.
        run = max(1, min(1024, limit / (threads * 8)))
    }

    /// The next run; nil when there is none left, or the work was stopped.
    func take() throws(SystemError) -> Range<Int>? {
        if stopped.load(ordering: .relaxed) { return nil }
        try deadline.check("stage a release")
        let start = next.wrappingAdd(run, ordering: .relaxed).oldValue
        return start < limit ? start..<min(start + run, limit) : nil
    }

    /// Makes all threads stop before their next run.
    func stop() {
        stopped.store(true, ordering: .relaxed)
    }
}
