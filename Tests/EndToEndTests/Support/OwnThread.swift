import Posix

/// Runs each piece of a test on a thread of its own.
///
/// Nearly all that these tests do is wait. On the threads that all tests share they would keep the others waiting too.
final class OwnThread: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        do {
            _ = try NativeThread("test", detached: true) { [self] in
                unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            }
        } catch {
            preconditionFailure("cannot start a thread for a test: \(error)")
        }
    }
}

/// Lets a few in at a time.
actor Gate {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ places: Int) {
        free = places
    }

    func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
