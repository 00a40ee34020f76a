import Glibc
import Posix
import Synchronization
import Testing

@Suite("Threads", .timeLimit(.minutes(1)))
struct ThreadTests {
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
