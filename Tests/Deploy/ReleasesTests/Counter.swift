import Synchronization

/// Counts on several threads.
final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .sequentiallyConsistent) }

    func add() { value.wrappingAdd(1, ordering: .sequentiallyConsistent) }
}
