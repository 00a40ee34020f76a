internal import CShims
internal import Glibc

/// Wakes a thread that waits, from any other; raised before the wait, it ends the wait at once.
public final class WakeEvent: Sendable {
    private let event: FileDescriptor

    /// An event that nobody has raised.
    public init() throws(SystemError) {
        event = FileDescriptor(
            taking: try systemCall("create an eventfd") { eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)) })
    }

    /// Ends the wait of whoever waits, now or next.
    public func raise() {
        eventfd_write(event.number, 1)
    }

    /// Waits until it is raised, which it is not any more afterwards, or until the deadline; it never fails for either.
    public func wait(_ deadline: Deadline) throws(SystemError) {
        guard deadline.remaining > .zero, deadline.cancellation?.isCancelled != true else { return }
        try deadline.wait(for: event.number, atMost: nil)
        var count: eventfd_t = 0
        // Nothing to read means that it was the deadline.
        unsafe eventfd_read(event.number, &count)
    }
}
