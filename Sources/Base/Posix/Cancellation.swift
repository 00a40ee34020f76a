internal import CShims
internal import Glibc
internal import Synchronization

/// A switch that calls work off, from any thread and from signal handling, once and for good.
///
/// It is an `eventfd`, so that code which waits in `poll(2)` (child processes, libcurl) wakes at once.
public final class Cancellation: Sendable {
    private let event: FileDescriptor
    private let flag = Atomic<Bool>(false)

    /// A switch that nobody has thrown yet.
    public init() throws(SystemError) {
        event = FileDescriptor(taking: try systemCall("create an eventfd") { eventfd(0, Int32(EFD_CLOEXEC)) })
    }

    /// Whether the work has been called off.
    public var isCancelled: Bool { flag.load(ordering: .acquiring) }

    /// The descriptor that becomes readable, and stays so, when the work is called off.
    public var descriptor: Int32 { event.number }

    /// Calls the work off.
    public func cancel() {
        flag.store(true, ordering: .releasing)
        eventfd_write(event.number, 1)
    }
}
