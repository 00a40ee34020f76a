import Glibc
import Posix
import Synchronization
import Testing

@Suite("Threads", .timeLimit(.minutes(1)))
struct ThreadTests {
    private actor Worker {
        private let executor: ThreadExecutor
        private var calls = 0

        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

        init() throws {
            executor = try ThreadExecutor(name: "a name that is too long")
        }

        func call() throws -> (thread: String, calls: Int) {
            calls += 1
            return (String(decoding: try Files.readSymbolicLink("/proc/thread-self"), as: UTF8.self), calls)
        }

        func name() throws -> String {
            String(decoding: try Files.read("/proc/thread-self/comm", limit: 64), as: UTF8.self)
        }

        func meet(at point: MeetingPoint) -> Bool {
            point.arrive()
        }
    }

    @Test("an actor's work runs on one thread of its own, in order, under its name")
    func ownThread() async throws {
        let worker = try Worker()
        let first = try await worker.call()
        for number in 2...1000 {
            let next = try await worker.call()
            #expect(next.thread == first.thread)
            #expect(next.calls == number)
        }
        #expect(!first.thread.hasSuffix("/\(getpid())"))
        #expect(try await worker.name() == "a name that is \n")
    }

    @Test("blocking there delays nobody else")
    func blocking() async throws {
        let workers = try (0..<8).map { _ in try Worker() }
        // More of them than the pool has threads: they can only meet when each blocks a thread of its own.
        let point = MeetingPoint(expecting: workers.count)
        await withTaskGroup(of: Bool.self) { group in
            for worker in workers { group.addTask { await worker.meet(at: point) } }
            for await met in group { #expect(met) }
        }
    }

    @Test("threads end with their executors")
    func threadsEnd() async {
        await #expect(processExitsWith: .success) {
            for _ in 0..<50 { _ = try await (try Worker()).call() }
            let deadline = Deadline.after(.seconds(20))
            while try ProcessFigures.current().threads > 20 {
                if deadline.remaining == .zero { exit(1) }
                try deadline.pause(.milliseconds(5))
            }
            exit(0)
        }
    }

    @Test("each number is worked on once", arguments: [(0, 4), (1, 4), (1000, 1), (1000, 4), (3, 16)])
    func parallel(count: Int, threads: Int) throws {
        let seen = Locked([Int](repeating: 0, count: count))
        Parallel.forEach(count: count, threads: threads) { index in seen.withLock { $0[index] += 1 } }
        #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
    }

    @Test("the first failure ends the work and is thrown")
    func failure() {
        let calls = Atomic<Int>(0)
        #expect(throws: SystemError(code: 5, operation: "number 10")) {
            try Parallel.forEach(count: 1_000_000, threads: 4) { (index) throws(SystemError) in
                calls.wrappingAdd(1, ordering: .relaxed)
                if index == 10 { throw SystemError(code: 5, operation: "number \(index)") }
            }
        }
        #expect(calls.load(ordering: .relaxed) < 1_000_000)
    }

    @Test("work really runs at the same time")
    func simultaneous() {
        let point = MeetingPoint(expecting: 8)
        let met = Atomic<Int>(0)
        Parallel.forEach(count: 8, threads: 8) { _ in if point.arrive() { met.add(1, ordering: .relaxed) } }
        #expect(met.load(ordering: .relaxed) == 8)
    }
}
