import Deployment
import GitObjects
import Telemetry
import Testing

@Suite("Sequences")
struct SequenceTests {
    private func expectNone(_ problems: [String]) {
        for problem in problems.prefix(3) { Issue.record("\(problem)") }
    }

    @Test("a deployment comes to its end, and everybody says the same of it", arguments: Scenarios.all)
    func scenario(_ scenario: Scenario) {
        expectNone(scenario.run().problems)
    }

    @Test("killed before any call, a deployment comes to the same end", arguments: Scenarios.all)
    func kills(_ scenario: Scenario) {
        let world = scenario.run().driver.world
        var problems: [String] = []
        for point in world.killPoints where problems.count < 3 { problems += scenario.run(.kill(point)).problems }
        expectNone(problems)
    }

    @Test("whatever call fails once, what is said agrees with the world", arguments: Scenarios.all)
    func errors(_ scenario: Scenario) {
        let world = scenario.run().driver.world
        // Every seventh, from another beginning in each scenario.
        let first = world.firstPoint + scenario.name.utf8.count % 7
        var problems: [String] = []
        for point in stride(from: first, to: world.trace.count, by: 7) where problems.count < 3 {
            problems += scenario.run(.error(point)).problems
        }
        expectNone(problems)
    }

    @Test(
        "the state that cannot be written for a while costs nothing while the process lives",
        arguments: [1, 2, 3, 5, 8])
    func unsaved(count: Int) {
        let scenario = Scenario(
            name: "unsaved", world: { $0.behaviours[World.commit(2)] = .fails },
            steps: [
                .push(1), .settle, .push(2), .change("the disk is full") { $0.failing[.save] = count }, .settle,
                .push(3), .settle,
            ], live: [3], heldBack: [], mostSwaps: [1: 2, 2: 1, 3: 1])
        let (driver, problems) = scenario.run()
        expectNone(problems)
        #expect(driver.world.persisted == Persisted(driver.state), "in the end it is written")
        #expect(driver.session.log.messages.contains("cannot save the state; it is tried again"))
        #expect(driver.session.log.messages.contains("the state is saved again"))
        #expect(driver.session.status.now.saveProblem == nil)
    }

    @Test("nothing new is published while its intent cannot be written, and going back does not wait for that")
    func full() {
        let world = World()
        world.behaviours[World.commit(2)] = .fails
        let driver = Driver(world, "full", getsQuiet: false)
        driver.run([
            .push(1), .settle, .push(2),
            .change("full once 2 is live") { world in
                world.duringConfirm = [(World.commit(2), 1, { $0.failing[.save] = 1000 })]
            }, .attempt,
        ])
        expectNone(driver.problems)
        #expect(driver.state.live?.commit == World.commit(1))
        #expect(driver.session.status.now.saveProblem != nil)
        world.push(World.commit(3))
        driver.settle()
        #expect(driver.swaps(3) == 0)
        world.failing = [:]
        driver.settle()
        #expect(driver.swaps(3) == 1)
        #expect(driver.session.status.now.saveProblem == nil)
    }

    @Test("a commit during whose deployment we end again and again waits longer each time, and what is live is served")
    func interruptions() {
        let world = World()
        world.settings.waitsAfterInterruption = true
        world.hasPrepareCommand = true
        func begin() -> Session {
            world.settle()
            world.isDead = false
            (world.lastSave, world.expectsSave) = (nil, false)
            let session = Session(world, isLogging: false)
            session.pipeline.start()
            return session
        }
        var session = begin()
        var number = 0
        func attempt(_ order: Order? = nil) {
            number += 1
            _ = session.pipeline.attempt(number, order)
        }
        world.push(World.commit(1))
        attempt()
        world.push(World.commit(2))
        for (deaths, wait) in [(1, 0), (2, 60), (3, 300), (4, 1800), (5, 1800)] {
            world.onCall = { call in if call == .prepare { world.isDead = true } }
            attempt()
            world.onCall = nil
            #expect(world.isDead)
            session = begin()
            #expect(session.state.interruption?.count == deaths)
            guard wait > 0 else { continue }
            for pause in [0, wait - 10] {
                world.elapsed += .seconds(pause)
                attempt()
                #expect(session.state.live?.commit == World.commit(1) && session.state.isServing)
                #expect(session.state.lastFailure?.message.contains("ended \(deaths) times") == true)
            }
            world.elapsed += .seconds(20)
        }
        attempt()
        #expect(session.state.live?.commit == World.commit(2))
        #expect(session.state.interruption == nil)
    }

    @Test("a person may have a commit tried at once during whose deployment we have ended")
    func interruptionByHand() {
        let world = World()
        world.settings.waitsAfterInterruption = true
        let session = Session(world, isLogging: false)
        session.pipeline.start()
        world.push(World.commit(1))
        _ = session.pipeline.attempt(1)
        world.push(World.commit(2))
        session.recorder.record(.interrupted(World.commit(2)))
        session.recorder.record(.interrupted(World.commit(2)))
        _ = session.pipeline.attempt(2)
        #expect(session.state.live?.commit == World.commit(1))
        _ = session.pipeline.attempt(3, .sync)
        #expect(session.state.live?.commit == World.commit(2))
    }

    @Test(
        "what fails for a while is done when it works again",
        arguments: [World.Call.retain, .flush, .journal, .publish])
    func lasting(call: World.Call) {
        let world = World()
        let driver = Driver(world, call.rawValue)
        driver.run([
            .push(1), .settle, .push(2), .change("\(call) fails") { $0.failing[call] = 3 }, .attempt, .attempt, .settle,
            .attempt, .attempt,
        ])
        expectNone(driver.problems)
        #expect(driver.state.live?.commit == World.commit(2))
        #expect(driver.swaps(2) == 1)
        #expect(world.journal.contains { $0.info.commit == World.commit(2) && $0.outcome == .deployed })
        #expect(driver.state.unwrittenLines.isEmpty)
        #expect(driver.state.live?.isDurable == true)
        #expect(driver.state.retention.available == [World.commit(1)])
    }

    @Test("drawn at random and killed at random, sequences keep what is promised")
    func random() {
        let seed = RandomSequence.seed
        print("sequences are drawn with SEQUENCE_SEED=\(seed)")
        var problems: [String] = []
        for number in 0..<RandomSequence.count where problems.count < 3 {
            problems += RandomSequence(seed &+ UInt64(number)).run()
        }
        expectNone(problems)
    }
}
