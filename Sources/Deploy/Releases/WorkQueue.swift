package import Posix
internal import Synchronization

/// Hands out the numbers below a limit in runs, to whichever thread asks next.
package final class WorkQueue: Sendable {
    private let next = Atomic<Int>(0)
    private let stopped = Atomic<Bool>(false)
    private let limit: Int
    private let run: Int
    private let operation: String
    private let deadline: Deadline
    private let report: (@Sendable (Int, Int) -> Void)?

    /// A queue of `limit` pieces of work for so many threads; `report` is told how many were begun.
    package init(
        _ limit: Int, threads: Int, operation: String, deadline: Deadline,
        report: (@Sendable (_ begun: Int, _ total: Int) -> Void)? = nil
    ) {
        self.report = report
        self.limit = limit
        self.deadline = deadline
        self.operation = operation
        // Small enough that no thread waits long for the last one, large enough that directories are rarely split.
        run = max(1, min(1024, limit / (threads * 8)))
    }

    /// The next run; nil when there is none left, or the work was stopped.
    package func take() throws(SystemError) -> Range<Int>? {
        if stopped.load(ordering: .relaxed) { return nil }
        try deadline.check(operation)
        let start = next.wrappingAdd(run, ordering: .relaxed).oldValue
        report?(min(start, limit), limit)
        return start < limit ? start..<min(start + run, limit) : nil
    }

    /// Works the queue off on several threads, this one included; what each has done is returned.
    package func onThreads<Outcome: Sendable>(
        _ threads: Int, _ work: @Sendable () throws(ReleaseError) -> Outcome
    ) throws(ReleaseError) -> [Outcome] {
        let outcomes = Outcomes<Outcome>()
        try Parallel.forEach(count: threads, threads: threads) { (_) throws(ReleaseError) in
            do throws(ReleaseError) {
                outcomes.add(try work())
            } catch {
                // The others stop before their next run.
                stopped.store(true, ordering: .relaxed)
                throw error
            }
        }
        return outcomes.all
    }
}

private final class Outcomes<Outcome: Sendable>: Sendable {
    private let list = Mutex<[Outcome]>([])

    package func add(_ outcome: Outcome) { list.withLock { $0.append(outcome) } }

    package var all: [Outcome] { list.withLock { $0 } }
}
