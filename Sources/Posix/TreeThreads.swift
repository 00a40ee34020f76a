internal import CShims
internal import Glibc
internal import Synchronization

/// How many threads can compute at once: the processors that this process may use.
public func usableProcessors() -> Int {
    max(1, Int(shim_usable_processors()))
}

/// Runs a closure on several threads at once, the calling one among them, and returns when all are done.
///
/// Where the system refuses a thread, the calling one does its share too.
///
/// - Parameters:
///   - count: how many threads; the closure is called once for each number below it.
///   - body: what to do; its result is returned at its number.
public func inParallel<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    guard count > 1 else { return [body(0)] }
    return withoutActuallyEscaping(body) { body in
        let results = Results<Result>(count)
        var threads: [pthread_t] = []
        var refused: [Int] = []
        for number in 1..<count {
            let job = unsafe Unmanaged.passRetained(Job { results.put(body(number), at: number) })
            var thread = pthread_t()
            if unsafe pthread_create(&thread, nil, runJob, job.toOpaque()) == 0 {
                threads.append(thread)
            } else {
                unsafe job.release()
                refused.append(number)
            }
        }
        for number in [0] + refused { results.put(body(number), at: number) }
        for thread in threads { pthread_join(thread, nil) }
        return results.all
    }
}

private final class Job: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

private func runJob(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    unsafe shim_name_this_thread("tree worker")
    unsafe Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}

private final class Results<Result: Sendable>: Sendable {
    private let slots: Mutex<[Result?]>

    init(_ count: Int) {
        slots = Mutex(Array(repeating: nil, count: count))
    }

    func put(_ result: Result, at number: Int) {
        slots.withLock { $0[number] = result }
    }

    var all: [Result] { slots.withLock { $0.compactMap { $0 } } }
}
