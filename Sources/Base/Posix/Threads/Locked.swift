internal import Glibc

/// A value that one thread at a time may look at and change.
///
/// It is what `Synchronization.Mutex` is, on the C library's lock: the thread sanitizer does not understand the former on
/// Linux and reports every use of it from two threads as a race.
@safe public final class Locked<Value: Sendable>: @unchecked Sendable {
    // At an address of its own, which must not move.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    /// Guards a value.
    public init(_ value: Value) {
        unsafe lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        unsafe pthread_mutex_init(lock, nil)
        self.value = value
    }

    deinit {
        unsafe pthread_mutex_destroy(lock)
        unsafe lock.deallocate()
    }

    /// Lends the value while no other thread has it; the body must not take the same lock again.
    public func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        return try body(&value)
    }
}
