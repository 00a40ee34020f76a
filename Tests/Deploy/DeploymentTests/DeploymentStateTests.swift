import GitObjects
import Posix
import Testing

@testable import Deployment

@Suite("What each fact changes")
struct DeploymentStateTests {
    private func c(_ number: Int) -> ObjectID { World.commit(number) }
    private func info(_ number: Int) -> CommitInfo { CommitInfo(commit: c(number), reference: "main", subject: "s") }
    private let start = ContinuousClock.now
    private func moment(_ seconds: Int) -> Moment {
        Moment(time: Timestamp(seconds: 1000 + Int64(seconds)), instant: start + .seconds(seconds))
    }

    private func state(_ facts: Fact...) -> DeploymentState {
        var state = DeploymentState()
        for (second, fact) in facts.enumerated() { state.apply(fact, at: moment(second)) }
        return state
    }

    private func published(_ number: Int, chosen: Bool = false, from: Int? = nil, needsConfirmation: Bool = true)
        -> Fact
    {
        .published(
            Publication(
                Intent(info(number), isChosen: chosen, goesBackFrom: from.map { c($0) }),
                time: Timestamp(seconds: 1000 + Int64(number)), needsConfirmation: needsConfirmation))
    }

    private func confirmed(_ number: Int, verdict: String? = "proved") -> Fact {
        .confirmed(Confirmation(commit: c(number), verdict: verdict, time: Timestamp(seconds: 1)))
    }

    private func held(_ number: Int, at stage: Stage = .confirm) -> Fact {
        .heldBack(HeldBack(commit: c(number), stage: stage, reason: "", output: "", time: Timestamp(seconds: 1)))
    }

    private func ended(_ number: Int, _ outcome: DeploymentRecord.Outcome) -> Fact {
        .deploymentEnded(DeploymentRecord(info(number), outcome, at: .confirm, time: Timestamp(seconds: 1)))
    }

    private let error = StageError(.fetch, Failure("no network"))

    @Test("an attempt is under way until it ends, and knows its commit and its stage")
    func work() {
        var state = state(
            .attemptBegan(3, isOrdered: true), .commitFound(c(1), isNew: true), .stageBegan(.fetch, isPart: false),
            .stageBegan(.publish, isPart: true), .commitFound(c(1), isNew: false))
        #expect(state.attempt == 3)
        #expect(state.work?.commit == c(1))
        #expect(state.work?.isNew == true && state.work?.isOrdered == true)
        #expect(state.work?.stage == .fetch)
        state.apply(.attemptEnded(.unchanged(c(1)), after: .zero), at: moment(9))
        #expect(state.work == nil && state.hasSucceeded)
    }

    @Test("failures count until an attempt succeeds; what an order or a newer commit ended counts as neither")
    func failures() {
        var state = state(.attemptEnded(.failed(error), after: .zero), .attemptEnded(.failed(error), after: .zero))
        #expect(state.failures == 2 && state.isFailing && state.lastFailure?.stage == .fetch)
        state.apply(.attemptEnded(.rejected(c(1), error), after: .zero), at: moment(3))
        #expect(state.failures == 3 && !state.isFailing)
        for outcome in [Outcome.refused(error), .overtaken(c(1), by: c(2)), .cancelled, .heldBack(c(1))] {
            state.apply(.attemptEnded(outcome, after: .zero), at: moment(4))
            #expect(state.failures == 3 && !state.hasSucceeded)
        }
        state.apply(published(1), at: moment(5))
        state.apply(.attemptEnded(.heldBack(c(2)), after: .zero), at: moment(6))
        #expect(state.failures == 0 && state.lastFailure == nil && state.hasSucceeded)
    }

    @Test("the remote is ahead from the moment it was first seen to be until its commit is live")
    func behind() {
        var state = state(.remoteHas(c(1)), .remoteHas(c(1)))
        #expect(state.behindSince == moment(0).instant)
        #expect(state.remote?.verified == moment(1).time)
        state.apply(published(1), at: moment(5))
        #expect(state.behindSince == nil && !state.isStale)
        state.apply(.remoteHas(c(2)), at: moment(6))
        #expect(state.isStale)
    }

    @Test("a publication makes its release live and retires the one before")
    func publish() {
        let state = state(
            .intended(Intent(info(1))), published(1), confirmed(1), ended(1, .deployed), .intended(Intent(info(2))),
            published(2))
        #expect(state.intent == nil)
        #expect(state.live?.commit == c(2) && state.live?.isConfirmed == false && state.live?.isInJournal == false)
        #expect(state.live?.isDurable == false)
        #expect(state.retired.map(\.commit) == [c(1)])
        #expect(state.retired.first?.published == Timestamp(seconds: 1001))
        #expect(state.lastGood?.commit == c(1))
        #expect(state.unconfirmedSince == moment(5).instant)
        #expect(state.isVerified && state.isServing)
    }

    @Test("without an application a publication is a confirmation")
    func nobody() {
        let state = state(published(1, needsConfirmation: false))
        #expect(state.live?.isConfirmed == true && state.lastGood?.commit == c(1) && state.unconfirmedSince == nil)
    }

    @Test("what is gone back to is not held back and has its line already; what a person left is held back")
    func backwards() {
        var state = state(published(1), confirmed(1), ended(1, .deployed), published(2), held(2), published(1, from: 2))
        #expect(state.live?.isInJournal == true && state.live?.isChosen == false)
        #expect(state.heldBack.map(\.commit) == [c(2)])
        state.apply(published(2, chosen: true, from: 1), at: moment(9))
        #expect(state.live?.isChosen == true && state.live?.isInJournal == false)
        #expect(state.heldBack.map(\.commit) == [c(1)] && state.heldBack.first?.isByHand == true)
    }

    @Test("what is gone back to was shown to run before, and has to be shown again")
    func proofs() {
        var state = state(published(1), confirmed(1), published(2))
        #expect(state.running?.commit == c(1))
        state.apply(published(1, from: 2), at: moment(8))
        #expect(state.running == nil)
        state.apply(confirmed(1), at: moment(9))
        #expect(state.running?.commit == c(1))
    }

    @Test("an outage begins with the first release that was not seen to run, and ends with going back")
    func outage() {
        var state = state(published(1), confirmed(1), published(2), published(3))
        #expect(state.unconfirmedSince == moment(2).instant)
        state.apply(published(1, from: 3), at: moment(8))
        #expect(state.unconfirmedSince == nil)
        state.apply(published(4), at: moment(9))
        #expect(state.unconfirmedSince == moment(9).instant)
    }

    @Test("a release that is made once more keeps its line in the journal, and lets nothing go that is held back")
    func redeployed() {
        let state = state(published(1), confirmed(1), ended(1, .deployed), held(2), published(1), confirmed(1))
        #expect(state.live?.isInJournal == true)
        #expect(state.isHeldBack(c(2)))
        #expect(state.retired.isEmpty)
    }

    @Test("a newer deployment lets go what failed before it; a choice does not")
    func released() {
        #expect(state(published(1), held(2), ended(1, .chosen)).isHeldBack(c(2)))
        #expect(state(published(1), held(2), ended(1, .deployed)).heldBack.isEmpty)
        #expect(state(held(2), held(3), .released([c(2)])).heldBack.map(\.commit) == [c(3)])
        #expect(state(held(2), held(3), held(2, at: .notify)).heldBack.map(\.commit) == [c(3), c(2)])
    }

    @Test("lists stay within their bounds, the oldest goes")
    func bounds() {
        var state = DeploymentState()
        for number in 1...(DeploymentState.mostRetired + 5) {
            state.apply(held(number), at: moment(number))
            state.apply(published(number), at: moment(number))
            state.apply(held(number), at: moment(number))
        }
        #expect(state.retired.count == DeploymentState.mostRetired && state.retired.last?.commit == c(5))
        #expect(state.heldBack.count == DeploymentState.mostHeldBack)
    }

    @Test("a release that was found is live, unconfirmed where there is somebody to ask")
    func adopted() {
        func release(_ isConfirmed: Bool) -> Fact {
            .adopted(LiveRelease(PublishedRelease(info(5), time: Timestamp(seconds: 5)), isConfirmed: isConfirmed))
        }
        let state = state(.lost("gone"), .intended(Intent(info(9))), published(1), release(false))
        #expect(state.live?.commit == c(5) && state.intent == nil && state.outage == nil && !state.isVerified)
        #expect(state.retired.map(\.commit) == [c(1)])
        #expect(state.unconfirmedSince != nil && state.lastGood == nil)
        #expect(self.state(release(true)).lastGood?.commit == c(5))
    }

    @Test("what is at the link is known to be whole, not known, or lost")
    func proof() {
        var state = state(published(1), .unproved(c(1), "unread"))
        #expect(!state.isVerified && state.isServing)
        state.apply(.proved(c(1)), at: moment(2))
        #expect(state.isVerified)
        state.apply(.lost("gone"), at: moment(3))
        #expect(!state.isVerified && !state.isServing && state.outage == "gone")
        state.apply(.repaired(c(1), ["the link"]), at: moment(4))
        #expect(state.isVerified && state.isServing)
        state.apply(.flushed(c(2)), at: moment(5))
        #expect(state.live?.isDurable == false)
        state.apply(.flushed(c(1)), at: moment(5))
        #expect(state.live?.isDurable == true)
    }

    @Test("a confirmation counts for the live release alone")
    func confirmation() {
        var state = state(published(1), confirmed(2))
        #expect(state.live?.isConfirmed == false && state.running == nil)
        state.apply(confirmed(1, verdict: nil), at: moment(2))
        #expect(state.live?.isConfirmed == true && state.running == nil)
        state.apply(confirmed(1), at: moment(3))
        #expect(state.running?.verdict == "proved")
    }

    @Test("the last failed deployment is known until one ends otherwise")
    func failedDeployment() {
        var state = state(published(1), ended(1, .failed))
        #expect(state.lastFailedDeployment?.info.commit == c(1))
        state.apply(ended(1, .overtaken), at: moment(3))
        #expect(state.lastFailedDeployment == nil)
        #expect(self.state(published(1), ended(1, .failed), ended(1, .deployed)).lastFailedDeployment == nil)
    }

    @Test("what a fact only tells changes nothing")
    func told() {
        let before = state(published(1))
        var state = before
        let facts: [Fact] = [
            .stageEnded(.fetch, after: .zero, isPart: false), .stageFailed(error, after: .zero),
            .fetched(FetchSummary(commit: c(1), reference: "main", objects: 1, bytes: 1)),
            .signatureVerified(c(1), signer: "me"), .staged(c(1), StagingSummary()), .told(c(1), []),
            .found("something", subject: "somewhere"),
        ]
        for fact in facts {
            state.apply(fact, at: moment(5))
            #expect(!fact.mustSurvive)
        }
        #expect(state == before)
    }

    @Test("what can be published without the network begins with what is live")
    func kept() {
        var state = state(published(1), confirmed(1), published(2), confirmed(2), published(3), confirmed(3))
        #expect(state.kept.map(\.commit) == [c(3)])
        state.apply(.retained(RetentionReport(available: [c(2), c(3), c(1), c(9)])), at: moment(9))
        #expect(state.kept.map(\.commit) == [c(3), c(2), c(1)])
        #expect(state.previous(1).map(\.commit) == [c(2)])
        #expect(state.known(c(9)) == nil)
        #expect(DeploymentState().kept.isEmpty)
    }

    @Test("a subject that is longer than a page is cut")
    func subject() {
        let long = CommitInfo(commit: c(1), reference: "main", subject: String(repeating: "x", count: 1000))
        #expect(long.subject == String(repeating: "x", count: 500) + "…")
    }
}
