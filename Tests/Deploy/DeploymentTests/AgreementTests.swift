import GitObjects
import Testing

@testable import Deployment

@Suite("What a debug build looks for after each attempt")
struct AgreementTests {
    private let one = World.commit(1)
    private let two = World.commit(2)

    private func deployed(_ world: World) -> Session {
        let session = Session(world, isLogging: false)
        session.pipeline.start()
        world.push(one)
        _ = session.pipeline.attempt(1)
        return session
    }

    @Test("nothing is found where link, belief and status agree")
    func agree() {
        let world = World()
        let session = deployed(world)
        #expect(session.pipeline.disagreement == nil)
    }

    @Test("a belief that is not what we put at the link is found")
    func belief() {
        let world = World()
        let session = deployed(world)
        session.recorder.record(
            .adopted(
                LiveRelease(
                    PublishedRelease(CommitInfo(commit: two, reference: "main", subject: ""), time: world.now.time),
                    isConfirmed: true)))
        #expect(session.pipeline.disagreement?.contains("the link leads to \(one), \(two) is believed") == true)
        // Somebody else turns the link: that is for the next look.
        world.link = .nothing
        #expect(session.pipeline.disagreement == nil)
    }

    @Test("a status that shows something else is found")
    func status() {
        let world = World()
        let session = deployed(world)
        session.status.show(DeploymentState())
        #expect(session.pipeline.disagreement?.hasPrefix("the status says that nothing is live") == true)
    }

    @Test("a debug build ends then")
    func ends() async {
        #if DEBUG
            await #expect(processExitsWith: .failure) {
                let world = World()
                let session = Session(world, isLogging: false)
                session.pipeline.start()
                session.pipeline.swapped = World.commit(1)
                world.link = .release(World.commit(1))
                world.isOnline = false
                _ = session.pipeline.attempt(1)
            }
        #endif
    }
}
