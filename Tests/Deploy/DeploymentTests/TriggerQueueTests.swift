import GitObjects
import Posix
import TestSupport
import Testing

@testable import Deployment

@Suite("Trigger queue", .timeLimit(.minutes(1)))
struct TriggerQueueTests {
    private func commit(_ digit: Int) throws -> ObjectID {
        try #require(ObjectID(String(repeating: "\(digit)", count: 40)))
    }

    @Test("an order is told the number of the attempt that carries it out")
    func numbers() throws {
        let queue = try TriggerQueue()
        #expect(queue.begin() == (1, nil))
        // Attempt 1 is under way.
        #expect(queue.post(.sync) == 2)
        #expect(queue.post(.resume(nil)) == 3)
        #expect(queue.post(.rollBack(to: try commit(1))) == 4)
        #expect(queue.begin() == (2, .sync))
        #expect(queue.post(.sync) == 5)
        #expect(queue.begin() == (3, .resume(nil)))
        #expect(queue.begin() == (4, .rollBack(to: try commit(1))))
        #expect(queue.begin() == (5, .sync))
        #expect(queue.begin() == (6, nil))
    }

    @Test("the same order twice in a row is one, and another order between them makes it two")
    func equal() throws {
        let queue = try TriggerQueue()
        #expect(queue.post(.sync) == 1)
        #expect(queue.post(.sync) == 1)
        #expect(queue.post(.rollBack(to: try commit(1))) == 2)
        #expect(queue.post(.rollBack(to: try commit(2))) == 3)
        #expect(queue.post(.sync) == 4)
    }

    @Test("orders are refused when too many wait, and none that was taken is lost")
    func bound() throws {
        let queue = try TriggerQueue()
        for number in 1...TriggerQueue.mostOrders {
            #expect(queue.post(number.isMultiple(of: 2) ? .sync : .resume(nil)) == number)
        }
        #expect(queue.post(.resume(nil)) == nil)
        for number in 1...TriggerQueue.mostOrders {
            #expect(queue.begin() == (number, number.isMultiple(of: 2) ? .sync : .resume(nil)))
        }
        #expect(queue.post(.resume(nil)) == TriggerQueue.mostOrders + 1)
    }

    @Test("an order that comes too late is refused")
    func closed() throws {
        let queue = try TriggerQueue()
        queue.close()
        #expect(queue.post(.sync) == nil)
        #expect(queue.begin().order == nil)
    }

    @Test("nobody waits while an order does, even when an earlier one has used up the wake-up")
    func wait() throws {
        let queue = try TriggerQueue()
        _ = queue.post(.sync)
        _ = queue.post(.resume(nil))
        let hour = Deadline.after(.seconds(3600))
        #expect(try queue.wait(hour) == [.request])
        _ = queue.begin()
        #expect(try queue.wait(hour) == [.request])
        _ = queue.begin()
        queue.wake(.push)
        #expect(try queue.wait(hour) == [.push])
        #expect(try queue.wait(.after(.milliseconds(1))) == [])
    }
}
