import GitObjects
import Posix
import TestSupport
import Testing

@testable import Sidecar

@Suite("Orders", .timeLimit(.minutes(1)))
struct MailboxTests {
    private func commit(_ digit: Int) throws -> ObjectID {
        try #require(ObjectID(String(repeating: "\(digit)", count: 40)))
    }

    @Test("an order is told the number of the attempt that carries it out")
    func numbers() throws {
        let mailbox = try Mailbox()
        #expect(mailbox.begin() == (1, nil))
        // Attempt 1 is under way.
        #expect(mailbox.post(.sync) == 2)
        #expect(mailbox.post(.resume) == 3)
        #expect(mailbox.post(.rollBack(to: try commit(1))) == 4)
        #expect(mailbox.begin() == (2, .sync))
        #expect(mailbox.post(.sync) == 5)
        #expect(mailbox.begin() == (3, .resume))
        #expect(mailbox.begin() == (4, .rollBack(to: try commit(1))))
        #expect(mailbox.begin() == (5, .sync))
        #expect(mailbox.begin() == (6, nil))
    }

    @Test("the same order twice in a row is one, and another order between them makes it two")
    func equal() throws {
        let mailbox = try Mailbox()
        #expect(mailbox.post(.sync) == 1)
        #expect(mailbox.post(.sync) == 1)
        #expect(mailbox.post(.rollBack(to: try commit(1))) == 2)
        #expect(mailbox.post(.rollBack(to: try commit(2))) == 3)
        #expect(mailbox.post(.sync) == 4)
    }

    @Test("orders are refused when too many wait, and none that was taken is lost")
    func bound() throws {
        let mailbox = try Mailbox()
        for number in 1...Mailbox.mostOrders {
            #expect(mailbox.post(number.isMultiple(of: 2) ? .sync : .resume) == number)
        }
        #expect(mailbox.post(.resume) == nil)
        for number in 1...Mailbox.mostOrders {
            #expect(mailbox.begin() == (number, number.isMultiple(of: 2) ? .sync : .resume))
        }
        #expect(mailbox.post(.resume) == Mailbox.mostOrders + 1)
    }

    @Test("nobody waits while an order does, even when an earlier one has used up the wake-up")
    func wait() throws {
        let mailbox = try Mailbox()
        _ = mailbox.post(.sync)
        _ = mailbox.post(.resume)
        let hour = Deadline.after(.seconds(3600))
        #expect(try mailbox.wait(hour) == [.request])
        _ = mailbox.begin()
        #expect(try mailbox.wait(hour) == [.request])
        _ = mailbox.begin()
        mailbox.wake(.push)
        #expect(try mailbox.wait(hour) == [.push])
        #expect(try mailbox.wait(.after(.milliseconds(1))) == [])
    }
}
