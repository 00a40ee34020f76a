internal import Posix
internal import Synchronization

/// Why the loop is woken before its time.
enum WakeReason: String, Sendable {
    /// `--sync-on-signal`.
    case signal
    /// A push webhook.
    case push
    /// Somebody asked for it.
    case request
}

/// Takes notes from any thread for the loop, which waits for them; several are one.
final class Mailbox: Sendable {
    private let event: WakeEvent
    private let reasons = Mutex<[WakeReason]>([])

    /// An empty mailbox.
    init() throws(SystemError) {
        event = try WakeEvent()
    }

    /// Asks the loop to look at the remote now, or again as soon as it has done what it is doing.
    func wake(_ reason: WakeReason) {
        reasons.withLock { list in if !list.contains(reason) { list.append(reason) } }
        event.raise()
    }

    /// Waits until somebody writes, the time is up, or the work is called off; what was written is then taken out.
    func wait(_ deadline: Deadline) throws(SystemError) -> [WakeReason] {
        try event.wait(deadline)
        return reasons.withLock { list in
            defer { list = [] }
            return list
        }
    }
}
