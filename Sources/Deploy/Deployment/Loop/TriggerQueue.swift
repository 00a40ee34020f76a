internal import GitObjects
package import Posix

/// Why the loop is woken before its time.
package enum WakeReason: String, Sendable {
    /// `--sync-on-signal`.
    case signal
    /// A push webhook.
    case push
    /// An order through the API.
    case request
}

/// Takes triggers and orders from any thread for the loop, which waits for them; several equal triggers are one.
///
/// Orders are carried out one after another, each by an attempt whose number is known when it is given.
package final class TriggerQueue: Sendable {
    private struct Content {
        var reasons: [WakeReason] = []
        var orders: [Order] = []
        /// The number of the attempt that was begun last.
        var attempt = 0
        var isClosed = false
    }

    private let event: WakeEvent
    private let content = Locked(Content())

    package static let mostOrders = 16

    package init() throws(SystemError) {
        event = try WakeEvent()
    }

    /// Asks the loop to look at the remote now, or again as soon as it has done what it is doing.
    package func wake(_ reason: WakeReason) {
        content.withLock { content in
            if !content.reasons.contains(reason) { content.reasons.append(reason) }
        }
        event.raise()
    }

    /// Gives an order and returns the number of the attempt that will carry it out; nil when too many wait already.
    ///
    /// An attempt that is under way has begun before the order and does not count.
    package func post(_ order: Order) -> Int? {
        let number: Int? = content.withLock { content in
            // Nobody would carry it out.
            if content.isClosed { return nil }
            if content.orders.last != order {
                guard content.orders.count < TriggerQueue.mostOrders else { return nil }
                content.orders.append(order)
            }
            return content.attempt + content.orders.count
        }
        if number != nil { event.raise() }
        return number
    }

    /// Refuses orders from now on.
    package func close() { content.withLock { $0.isClosed = true } }

    package var isClosed: Bool { content.withLock { $0.isClosed } }

    /// Begins an attempt: its number, and the order that it is to carry out if there is one.
    package func begin() -> (attempt: Int, order: Order?) {
        content.withLock { content in
            content.attempt += 1
            return (content.attempt, content.orders.isEmpty ? nil : content.orders.removeFirst())
        }
    }

    /// Waits for a trigger, an order, the end of the time, or a stop; the triggers are then taken out.
    ///
    /// Does not wait while an order does.
    package func wait(_ deadline: Deadline) throws(SystemError) -> [WakeReason] {
        while true {
            let reasons = take()
            let isOver = deadline.remaining == .zero || deadline.cancellation?.isCancelled == true
            if !reasons.isEmpty || isOver { return reasons }
            // What was posted may have been taken before the event that tells of it.
            try event.wait(deadline)
        }
    }

    /// Takes out the triggers that ask for a look at the remote; orders stay.
    func takeTriggers() -> [WakeReason] {
        content.withLock { content in
            defer { content.reasons = [] }
            return content.reasons
        }
    }

    private func take() -> [WakeReason] {
        content.withLock { content in
            defer { content.reasons = [] }
            return content.reasons + (content.orders.isEmpty ? [] : [.request])
        }
    }
}

/// Says during a long attempt whether the remote should be asked in between: as often as between attempts.
package final class LookSchedule: Triggers {
    private let queue: TriggerQueue
    private let period: Duration
    private var last = ContinuousClock.now

    package init(_ queue: TriggerQueue, period: Duration) {
        self.queue = queue
        self.period = period
    }

    /// The remote was asked just now.
    func looked() { last = .now }

    package func isLookDue() -> Bool {
        guard !queue.takeTriggers().isEmpty || last.duration(to: .now) >= period else { return false }
        last = .now
        return true
    }
}
