internal import Posix

/// Why the loop is woken before its time.
enum WakeReason: String, Sendable {
    /// `--sync-on-signal`.
    case signal
    /// A push webhook.
    case push
    /// Somebody asked for it.
    case request
}

/// Takes notes and orders from any thread for the loop, which waits for them; several notes are one.
///
/// Orders are carried out one after another, each by an attempt whose number is known when it is given.
final class Mailbox: Sendable {
    private struct Content {
        var reasons: [WakeReason] = []
        var orders: [Order] = []
        /// The number of the attempt that was begun last.
        var attempt = 0
        var isClosed = false
    }

    private let event: WakeEvent
    private let content = Locked(Content())

    /// How many orders may wait.
    static let mostOrders = 16

    /// An empty mailbox.
    init() throws(SystemError) {
        event = try WakeEvent()
    }

    /// Asks the loop to look at the remote now, or again as soon as it has done what it is doing.
    func wake(_ reason: WakeReason) {
        content.withLock { content in
            if !content.reasons.contains(reason) { content.reasons.append(reason) }
        }
        event.raise()
    }

    /// Gives an order and returns the number of the attempt that will carry it out; nil when too many wait already.
    ///
    /// An attempt that is under way has begun before the order and does not count.
    func post(_ order: Order) -> Int? {
        let number: Int? = content.withLock { content in
            if content.orders.last != order {
                guard content.orders.count < Mailbox.mostOrders else { return nil }
                content.orders.append(order)
            }
            return content.attempt + content.orders.count
        }
        if number != nil { event.raise() }
        return number
    }

    /// Says that no order will be carried out any more.
    func close() { content.withLock { $0.isClosed = true } }

    /// Whether orders come too late.
    var isClosed: Bool { content.withLock { $0.isClosed } }

    /// Begins an attempt: its number, and the order that it is to carry out if there is one.
    func begin() -> (attempt: Int, order: Order?) {
        content.withLock { content in
            content.attempt += 1
            return (content.attempt, content.orders.isEmpty ? nil : content.orders.removeFirst())
        }
    }

    /// Waits until somebody writes, the time is up, or the work is called off; the reasons are then taken out.
    ///
    /// Does not wait while an order does.
    func wait(_ deadline: Deadline) throws(SystemError) -> [WakeReason] {
        while true {
            let reasons = take()
            let isOver = deadline.remaining == .zero || deadline.cancellation?.isCancelled == true
            if !reasons.isEmpty || isOver { return reasons }
            // What was written may have been taken before the event that tells of it.
            try event.wait(deadline)
        }
    }

    private func take() -> [WakeReason] {
        content.withLock { content in
            defer { content.reasons = [] }
            return content.reasons + (content.orders.isEmpty ? [] : [.request])
        }
    }
}
