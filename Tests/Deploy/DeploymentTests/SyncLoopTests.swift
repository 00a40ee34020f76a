import GitObjects
import Posix
import Telemetry
import Testing

@testable import Deployment

@Suite("Loop", .timeLimit(.minutes(1)))
struct SyncLoopTests {
    /// A loop in a world; `step` is called at each pause with the number of the pause, and wakes the loop.
    private final class Fixture {
        let world = World()
        let queue: TriggerQueue
        let cancellation: Cancellation
        let log = LogCollector()
        let heartbeat = Heartbeat()
        var settings = LoopSettings()
        var pauses = 0
        private(set) var session: Session?

        init() throws {
            queue = try TriggerQueue()
            cancellation = try Cancellation()
            settings.period = .seconds(3600)
            settings.initialPeriod = .seconds(3600)
            world.push(World.commit(1))
        }

        func run(_ step: @escaping (Fixture) -> Void) throws -> SyncLoop.End {
            let session = Session(world)
            self.session = session
            session.pipeline.start()
            let schedule = LookSchedule(queue, period: .seconds(3600))
            let loop = SyncLoop(
                settings, pipeline: session.pipeline, queue: queue, schedule: schedule, hooks: world,
                status: session.status, heartbeat: heartbeat, cancellation: cancellation,
                logger: Logger(log.sink, verbosity: 1)
            ) { [unowned self] in
                pauses += 1
                queue.wake(.push)
                step(self)
                if pauses > 50 { cancellation.cancel() }
            }
            return try loop.run()
        }
    }

    @Test("with --one-time the loop ends when something is live")
    func oneTime() throws {
        let fixture = try Fixture()
        fixture.settings.isOneTime = true
        #expect(try fixture.run { _ in } == .done(World.commit(1)))
        #expect(fixture.pauses == 0)
        #expect(fixture.world.syncedHooks == [World.commit(1)])
    }

    @Test("what is started for each deployment gets ready while the remote is asked, when a change is likely")
    func readiness() throws {
        let first = try Fixture()
        _ = try first.run { $0.cancellation.cancel() }
        // Nothing is live yet.
        #expect(first.world.expectedChanges == 1)
        let triggered = try Fixture()
        _ = try triggered.run { if $0.pauses == 3 { $0.cancellation.cancel() } }
        #expect(triggered.world.expectedChanges == 3)
    }

    @Test("with --one-time a commit that is rejected ends the loop, and one that is held back too")
    func oneTimeRejected() throws {
        let fixture = try Fixture()
        fixture.settings.isOneTime = true
        fixture.world.invalid = [World.commit(1)]
        #expect(try fixture.run { _ in } == .gaveUp)
        fixture.settings.failureLimit.maximum = -1
        #expect(try fixture.run { _ in } == .gaveUp)
        #expect(fixture.log.messages.last == "what the remote has is not published: it failed before")
    }

    @Test("with --one-time and a limit, failures are repeated")
    func oneTimeRetries() throws {
        let fixture = try Fixture()
        fixture.settings.isOneTime = true
        fixture.settings.failureLimit.maximum = 5
        fixture.world.isOnline = false
        #expect(try fixture.run { if $0.pauses == 2 { $0.world.isOnline = true } } == .done(World.commit(1)))
        #expect(fixture.pauses == 2)
    }

    @Test("the loop gives up at its limit of failures")
    func givesUp() throws {
        let fixture = try Fixture()
        fixture.settings.failureLimit.initialMaximum = 3
        fixture.world.isOnline = false
        #expect(try fixture.run { _ in } == .gaveUp)
        #expect(fixture.pauses == 2)
        #expect(fixture.log.messages.last == "giving up")
    }

    @Test("a push is deployed when the loop is woken, and the loop ends when it is told to")
    func pushes() throws {
        let fixture = try Fixture()
        let end = try fixture.run { fixture in
            switch fixture.pauses {
            case 1: fixture.world.push(World.commit(2))
            case 2:
                fixture.world.invalid = [World.commit(3)]
                fixture.world.push(World.commit(3))
            case 3...4: break
            default: fixture.cancellation.cancel()
            }
        }
        #expect(end == .stopped)
        #expect(fixture.session?.state.live?.commit == World.commit(2))
        #expect(fixture.world.syncedHooks == [World.commit(1), World.commit(2)])
        #expect(fixture.session?.status.now.nextAttempt != nil)
    }

    @Test("the first success of a process runs the hooks, also when nothing is new")
    func hooks() throws {
        let fixture = try Fixture()
        fixture.settings.isOneTime = true
        _ = try fixture.run { _ in }
        #expect(try fixture.run { _ in } == .done(World.commit(1)))
        #expect(fixture.world.syncedHooks == [World.commit(1), World.commit(1)])
    }

    @Test("a newer commit is tried without a pause")
    func overtaken() throws {
        let fixture = try Fixture()
        fixture.world.behaviours[World.commit(2)] = .fails
        fixture.world.duringConfirm = [(World.commit(2), 1, { $0.push(World.commit(3)) })]
        let end = try fixture.run { fixture in
            if fixture.pauses == 1 { fixture.world.push(World.commit(2)) } else { fixture.cancellation.cancel() }
        }
        #expect(end == .stopped)
        #expect(fixture.session?.state.live?.commit == World.commit(3))
        #expect(fixture.pauses == 2)
    }

    @Test("orders are carried out by the attempts whose numbers were told; a refused one is no failure")
    func orders() throws {
        let fixture = try Fixture()
        var numbers: [Int?] = []
        let end = try fixture.run { fixture in
            switch fixture.pauses {
            case 1: fixture.world.push(World.commit(2))
            case 2: numbers.append(fixture.queue.post(.rollBack(to: World.commit(1))))
            case 3: numbers.append(fixture.queue.post(.rollBack(to: World.commit(9))))
            default: fixture.cancellation.cancel()
            }
        }
        #expect(end == .stopped)
        #expect(numbers == [3, 4])
        #expect(fixture.session?.state.live?.commit == World.commit(1))
        #expect(fixture.session?.state.failures == 0)
        #expect(fixture.session?.state.lastFailure?.message.contains("not kept any more") == true)
    }

    @Test("between two attempts the live release is looked after")
    func looks() throws {
        let fixture = try Fixture()
        fixture.settings.period = .milliseconds(10)
        let end = try fixture.run { fixture in
            _ = fixture.queue.takeTriggers()
            if fixture.pauses == 1 { fixture.world.directories[World.commit(1)]?.isEdited = true }
            if fixture.pauses == 2 { fixture.cancellation.cancel() }
        }
        #expect(end == .stopped)
        #expect(fixture.world.directories[World.commit(1)]?.isEdited == false)
        #expect(fixture.world.syncedHooks.count == 2)
    }

    @Test("a remote that has nothing more to say is not asked again, and the live release is still looked after")
    func settled() throws {
        let fixture = try Fixture()
        fixture.settings.period = .milliseconds(10)
        fixture.world.fixedCommit = World.commit(1)
        var looks = 0
        fixture.world.onCall = { call in
            if call == .watch { looks += 1 }
            if looks == 3 { fixture.cancellation.cancel() }
        }
        #expect(try fixture.run { _ = $0.queue.takeTriggers() } == .stopped)
        #expect(fixture.world.trace.count { $0 == .resolve } == 1)
        #expect(fixture.session?.status.now.nextAttempt == nil)
    }

    @Test("during an attempt the remote is asked again when a push was announced or the period is over")
    func schedule() throws {
        let queue = try TriggerQueue()
        let rarely = LookSchedule(queue, period: .seconds(3600))
        rarely.looked()
        #expect(!rarely.isLookDue())
        queue.wake(.push)
        #expect(rarely.isLookDue())
        #expect(!rarely.isLookDue())
        #expect(LookSchedule(queue, period: .zero).isLookDue())
        #expect(!queue.isClosed)
        queue.close()
        #expect(queue.isClosed)
    }
}
