import GitObjects
import Posix
import Testing

@testable import Deployment

@Suite("Reconcile")
struct ReconcileTests {
    private let now = Timestamp(seconds: 10_000)
    private func c(_ number: Int) -> ObjectID { World.commit(number) }
    private func info(_ number: Int) -> CommitInfo { CommitInfo(commit: c(number), reference: "main", subject: "s") }

    private func facts(
        _ target: LinkTarget, live: Int?, intent: Intent? = nil, hasApplication: Bool = true
    ) -> [Fact] {
        var state = DeploymentState()
        state.live = live.map { LiveRelease(PublishedRelease(info($0), time: now), isConfirmed: true) }
        state.lastGood = PublishedRelease(info(9), time: now)
        state.intent = intent
        return Reconcile(state: state, hasApplication: hasApplication, reference: "HEAD", now: now).facts(target)
    }

    @Test("a link that leads to what is believed to be live changes nothing")
    func agreement() {
        #expect(facts(.release(c(1), isThere: true), live: 1) == [])
        #expect(facts(.nothing, live: nil) == [])
    }

    @Test("what was intended and is at the link was published")
    func promoted() {
        for isChosen in [false, true] {
            let intent = Intent(info(2), isChosen: isChosen, goesBackFrom: isChosen ? c(1) : nil)
            let publication = Publication(intent, time: now, needsConfirmation: true)
            #expect(facts(.release(c(2), isThere: true), live: 1, intent: intent) == [.published(publication)])
            #expect(facts(.release(c(2), isThere: true), live: nil, intent: intent) == [.published(publication)])
        }
    }

    @Test("what was intended and is not at the link is given up, unless a person chose it")
    func abandoned() {
        let there = LinkTarget.release(c(1), isThere: true)
        #expect(facts(there, live: 1, intent: Intent(info(2))) == [.interrupted(c(2))])
        #expect(facts(there, live: 1, intent: Intent(info(2), isChosen: true, goesBackFrom: c(1))) == [])
        #expect(facts(.nothing, live: nil, intent: Intent(info(2), isChosen: true)) == [.interrupted(c(2))])
        #expect(facts(.foreign("a file"), live: 1, intent: Intent(info(2))) == [.interrupted(c(2)), .lost("a file")])
    }

    @Test("a chosen release that was being made once more is no choice that is still to be carried out")
    func redeployed() {
        let intent = Intent(info(1), isChosen: true)
        #expect(facts(.release(c(1), isThere: true), live: 1, intent: intent) == [.abandoned(c(1))])
    }

    @Test("a release at the link that nobody recorded is taken over, with what is known of it")
    func adopted() {
        func release(_ info: CommitInfo, _ isConfirmed: Bool) -> [Fact] {
            [
                .adopted(
                    LiveRelease(
                        PublishedRelease(info, time: now), isConfirmed: isConfirmed, isInJournal: true, isDurable: false
                    ))
            ]
        }
        let unknown = CommitInfo(commit: c(3), reference: "HEAD", subject: "")
        #expect(facts(.release(c(3), isThere: true), live: nil) == release(unknown, false))
        #expect(facts(.release(c(3), isThere: true), live: 1, hasApplication: false) == release(unknown, true))
        #expect(facts(.release(c(9), isThere: true), live: 1) == release(info(9), false))
    }

    @Test("a link that leads nowhere serves nothing")
    func lost() {
        #expect(facts(.nothing, live: 1) == [.lost("the link is gone")])
        #expect(facts(.foreign("a file"), live: nil) == [.lost("a file")])
        #expect(facts(.release(c(1), isThere: false), live: 1) == [.lost("the directory of release \(c(1)) is gone")])
    }
}
