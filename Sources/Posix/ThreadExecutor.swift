internal import Glibc

/// Runs an actor's work on a thread of its own, so that blocking calls there stop nobody else.
///
/// The thread ends when the executor goes.
public final class ThreadExecutor: SerialExecutor {
    private let queue = JobQueue()

    /// Starts the thread; of its name the system keeps 15 bytes.
    public init(name: String) throws(SystemError) {
        let queue = self.queue
        _ = try NativeThread(name, detached: true) { queue.run() }
    }

    deinit {
        queue.stop()
    }

    /// Queues a job, as the Swift runtime does for an actor of this executor.
    public func enqueue(_ job: consuming ExecutorJob) {
        unsafe queue.add(QueuedJob(job: UnownedJob(job), executor: asUnownedSerialExecutor()))
    }
}

// The runtime keeps a job and its actor, and thereby the executor, alive until the job has run.
@safe private struct QueuedJob {
    let job: UnownedJob
    let executor: UnownedSerialExecutor

    func run() {
        unsafe job.runSynchronously(on: executor)
    }
}

/// The jobs of one thread.
///
/// It outlives the executor by the moment in which the thread ends.
private final class JobQueue: Sendable {
    private struct State {
        var jobs: [QueuedJob] = []
        var isStopped = false
    }

    private let state = Locked(State())
    private let signal = Semaphore()

    func add(_ job: QueuedJob) {
        state.withLock { $0.jobs.append(job) }
        signal.post()
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        signal.post()
    }

    func run() {
        while true {
            signal.wait()
            let (jobs, isStopped) = state.withLock { state in
                let jobs = state.jobs
                state.jobs = []
                return (jobs, state.isStopped)
            }
            for job in jobs { job.run() }
            if jobs.isEmpty && isStopped { return }
        }
    }
}

/// A counting semaphore of the C library, at an address that does not move.
@safe private final class Semaphore: @unchecked Sendable {
    private let raw: UnsafeMutablePointer<sem_t>

    init() {
        unsafe raw = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        unsafe sem_init(raw, 0, 0)
    }

    deinit {
        unsafe sem_destroy(raw)
        unsafe raw.deallocate()
    }

    func post() {
        unsafe sem_post(raw)
    }

    func wait() {
        while unsafe sem_wait(raw) != 0 {}
    }
}
