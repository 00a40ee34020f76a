import Deployment
import GitObjects
import Testing

@Suite("Repairs and the application")
struct RepairSequenceTests {
    private let one = World.commit(1)
    private let two = World.commit(2)

    private func begin(_ world: World) -> Session {
        let session = Session(world, isLogging: true)
        session.pipeline.start()
        return session
    }

    private func count(_ call: World.Call, _ world: World) -> Int { world.trace.count { $0 == call } }

    @Test("a repair of files is no matter of the application's; what was moved away for one is, also after a kill")
    func told() {
        let world = World()
        world.push(one)
        var session = begin(world)
        _ = session.pipeline.attempt(1)
        world.directories[one]?.isEdited = true
        #expect(!session.pipeline.lookAfterLive(share: 1))
        #expect(count(.tell, world) == 1 && world.syncedHooks == [one])

        world.directories[one]?.isEdited = true
        world.directories[one]?.isObstructed = true
        #expect(session.pipeline.lookAfterLive(share: 1), "an attempt follows at once")
        #expect(world.directories[one]?.isEdited == false)
        #expect(world.syncedHooks == [one, one], "a repair counts as a sync")
        #expect(world.persisted?.live?.isConfirmed == false)
        // Killed here, another process tells it, without the remote.
        world.isOnline = false
        session = begin(world)
        _ = session.pipeline.attempt(1)
        #expect(count(.tell, world) == 2)
        #expect(session.state.live?.isConfirmed == true && world.swaps == [one])
        #expect(!session.pipeline.lookAfterLive(share: 1))
    }

    @Test("a live release that lost bytes with the power, before all was flushed, makes way for the one before it")
    func retreat() {
        let world = World()
        world.push(one)
        var session = begin(world)
        _ = session.pipeline.attempt(1)
        world.push(two)
        world.failing[.flush] = 1
        _ = session.pipeline.attempt(2)
        #expect(session.state.live?.commit == two && session.state.live?.isDurable == false)
        #expect(world.directories[one] != nil, "the one before keeps its directory until then")
        world.directories[two]?.isBroken = true
        world.isOnline = false
        session = begin(world)
        #expect(world.link == .release(one))
        #expect(session.state.live?.commit == one && session.state.isServing)
        #expect(!session.state.isHeldBack(two))
        // The remote has the newer one still.
        world.isOnline = true
        _ = session.pipeline.attempt(3)
        #expect(world.link == .release(two) && session.state.live?.isConfirmed == true)
        #expect(session.state.live?.isDurable == true)
    }

    @Test("a live release that was flushed stays when somebody breaks it, and is deployed anew")
    func stays() {
        let world = World()
        world.push(one)
        var session = begin(world)
        _ = session.pipeline.attempt(1)
        world.push(two)
        _ = session.pipeline.attempt(2)
        #expect(session.state.live?.isDurable == true)
        world.directories[two]?.isBroken = true
        session = begin(world)
        #expect(world.swaps == [one, two])
        _ = session.pipeline.attempt(3)
        #expect(world.swaps == [one, two, two])
    }

    @Test(
        "the few files that were written are on the disk before the swap, and what cannot be flushed is not published")
    func few() {
        let world = World()
        world.push(one)
        let session = begin(world)
        world.failing[.flushFew] = 1
        _ = session.pipeline.attempt(1)
        #expect(world.swaps.isEmpty)
        _ = session.pipeline.attempt(2)
        #expect(world.flushedFew.map(\.commit) == [one] && world.flushedFew.map(\.swaps) == [0])
        #expect(world.swaps == [one])
    }

    @Test("an earlier release is what its commit says before it is published once more")
    func freshened() {
        let world = World()
        world.settings.keepReleases = 2
        world.settings.staleTimeout = .seconds(1000)
        world.push(one)
        let session = begin(world)
        _ = session.pipeline.attempt(1)
        world.push(two)
        _ = session.pipeline.attempt(2)
        world.directories[one]?.isEdited = true
        _ = session.pipeline.attempt(3, .rollBack(to: one))
        #expect(world.link == .release(one) && world.directories[one]?.isEdited == false)
        // Where that cannot be, it is gone back to all the same.
        world.directories[two]?.isEdited = true
        world.isStoreDamaged = true
        _ = session.pipeline.attempt(4, .rollBack(to: two))
        #expect(world.link == .release(two))
    }
}
