import Deployment
import GitObjects
import Posix
import Telemetry

/// One thing that happens in a sequence.
enum Step: Sendable, CustomStringConvertible {
    case push(Int)
    /// An attempt, with an order or without.
    case attempt(Order?)
    /// Attempts until there is nothing left to do.
    case settle
    /// The program ends in peace and starts again.
    case restart
    case wait(seconds: Int)
    /// A look at the live release.
    case look
    /// Something else changes the world; then the next look or attempt sees it.
    case change(String, @Sendable (World) -> Void)

    var description: String {
        switch self {
        case .push(let number): "push \(number)"
        case .attempt(.rollBack(let commit)?): "go back to \(commit.short)"
        case .attempt(let order): order.map { "order \($0)" } ?? "attempt"
        case .settle: "settle"
        case .restart: "restart"
        case .wait(let seconds): "wait \(seconds) s"
        case .look: "look"
        case .change(let words, _): words
        }
    }

    static let attempt = Step.attempt(nil)
    static func goBack(to number: Int) -> Step { .attempt(.rollBack(to: World.commit(number))) }
}

extension ObjectID {
    /// The end of a commit's name, which tells it from others here.
    var short: String {
        let digits = description.drop { $0 == "0" }
        return digits.isEmpty ? "0" : String(digits)
    }
}

/// Takes a world through steps, starts the program again when it was killed, and checks what must hold after each.
final class Driver {
    let world: World
    private(set) var session: Session
    private(set) var problems: [String] = []
    private(set) var outcomes: [Outcome] = []
    private var number = 0
    private var step = "start"
    private let name: String
    private let getsQuiet: Bool
    private var isAtEnd = false
    /// A second kill, so many points after the start that follows the first.
    var secondKill: Int?
    var choice: ObjectID?

    init(_ world: World, _ name: String, getsQuiet: Bool = true) {
        self.world = world
        self.name = name
        self.getsQuiet = getsQuiet
        session = Session(world, isLogging: world.strike == nil)
    }

    var state: DeploymentState { session.state }

    func run(_ steps: [Step]) {
        session.pipeline.start()
        revive()
        check(nil, isAfterAttempt: false)
        for (number, step) in steps.enumerated() {
            // The first sync is the same in most; it has sequences of its own.
            if number == 2, steps.count > 2, case .push(1) = steps[0], case .settle = steps[1] {
                world.firstPoint = world.trace.count
            }
            self.step = step.description
            take(step)
            if problems.count > 3 { return }
        }
        self.step = "the end"
        world.isOnline = true
        settle()
        isAtEnd = true
        if world.hadErrors { settle() }
    }

    private func take(_ step: Step) {
        switch step {
        case .push(let number):
            world.push(World.commit(number))
            choice = nil
        case .attempt(let order):
            choice = nil
            attempt(order)
        case .settle: settle()
        case .restart: restart()
        case .wait(let seconds): world.elapsed += .seconds(seconds)
        case .look: look()
        case .change(_, let change):
            choice = nil
            change(world)
        }
    }

    private func restart() {
        world.settle()
        world.isStopping = false
        world.lastSave = nil
        session = Session(world)
        session.pipeline.start()
        if revive() { return }
        check(nil, isAfterAttempt: false)
    }

    /// Starts the program again after a kill: without the remote first, then with it.
    @discardableResult
    private func revive() -> Bool {
        guard world.isDead else { return false }
        let wasOnline = world.isOnline
        while world.isDead {
            world.settle()
            world.isDead = false
            world.strike = secondKill.map { .kill(world.trace.count + $0) }
            secondKill = nil
            world.isStopping = false
            (world.lastSave, world.expectsSave) = (nil, false)
            world.isOnline = false
            session = Session(world, isLogging: false)
            session.pipeline.start()
            if world.isDead { continue }
            check(nil, isAfterAttempt: false)
            number += 1
            let outcome = session.pipeline.attempt(number)
            if world.isDead { continue }
            check(outcome, isAfterAttempt: true)
            world.isOnline = wasOnline
            settle(mustEnd: false)
        }
        world.isOnline = wasOnline
        return true
    }

    @discardableResult
    private func attempt(_ order: Order? = nil) -> Outcome? {
        number += 1
        let outcome = session.pipeline.attempt(number, order)
        if revive() { return nil }
        outcomes.append(outcome)
        check(outcome, isAfterAttempt: true)
        if case .chosen(let commit) = outcome { choice = commit }
        return outcome
    }

    private func look() {
        session.pipeline.lookAfterLive(share: 1)
        if revive() { return }
        check(nil, isAfterAttempt: false)
    }

    /// What the loop does until the remote has nothing new.
    func settle(mustEnd: Bool = true) {
        for _ in 0..<(getsQuiet ? 12 : 3) {
            switch attempt() {
            case nil: return
            case .unchanged, .heldBack, .postponed: return look()
            case .overtaken: continue
            // The process ends, and another begins.
            case .cancelled: restart()
            // What a person chose stays, also when the application does not run it.
            case .failed where state.live?.isChosen == true && state.live?.isConfirmed == false: return look()
            default:
                // A store that could not be looked at is looked at again after ten minutes.
                world.elapsed += .seconds(world.hadErrors ? 100 : 10)
                look()
            }
            if problems.count > 3 { return }
        }
        // Later steps may be what ends it.
        if getsQuiet, mustEnd { report("there is no end of it: \(outcomes.suffix(3))") }
    }

    private func report(_ problem: String) {
        let calls = world.trace.suffix(12).map(\.rawValue).joined(separator: " ")
        problems.append("\(name), at \"\(step)\": \(problem) [\(calls)]")
    }

    private func expect(_ condition: Bool, _ words: @autoclosure () -> String) {
        if !condition { report(words()) }
    }

    /// What must hold whenever nothing is under way.
    private func check(_ outcome: Outcome?, isAfterAttempt: Bool) {
        let state = session.state
        let isSettled =
            switch outcome {
            case .unchanged, .deployed, .chosen, .heldBack, .postponed, .rejected, .overtaken: true
            default: false
            }
        // What failed once was not seen for once.
        if !world.hadErrors || isAtEnd { checkLink(state) }
        expect(session.status.now.state == state, "the status is another than what we believe")
        if let live = state.live {
            let shown = session.metrics.published.labelled().value
            expect(abs(shown - live.release.time.secondsSince1970) < 0.001, "the metrics show another release")
        }
        checkJournal(state, isSettled)
        if world.hasApplication, let live = state.live, live.isConfirmed, !world.adopted.contains(live.commit) {
            expect(world.lastTold == live.commit, "the application was told another release last")
        }
        checkVerdicts(state, isSettled)
        if isAfterAttempt {
            expect(state.intent == nil, "an intent is left")
            if !world.hadErrors {
                expect(
                    (world.persisted ?? Persisted(DeploymentState())) == Persisted(state), "the disk has another state")
            }
        }
        if let good = state.lastGood, good.commit != state.live?.commit, isSettled, !world.hadErrors {
            expect(
                world.directories[good.commit] != nil || !world.swaps.contains(good.commit),
                "the way back has no directory")
        }
    }

    private func checkLink(_ state: DeploymentState) {
        if state.isServing, let live = state.live {
            expect(
                world.link == .release(live.commit), "the link leads to \(world.link), \(live.commit.short) is believed"
            )
            expect(world.directories[live.commit] != nil, "what is live has no directory, and is said to be served")
        } else if case .release(let commit) = world.link, world.directories[commit]?.isBroken == false {
            report(
                "the link leads to a release, and nothing is said to be served: \(state.outage ?? "nothing is live")")
        }
    }

    private func checkJournal(_ state: DeploymentState, _ isSettled: Bool) {
        guard let live = state.live, !world.adopted.contains(live.commit) else { return }
        let lines = (world.journal + state.unwrittenLines).filter {
            $0.info.commit == live.commit && ($0.outcome == .deployed || $0.outcome == .chosen)
        }
        if live.isInJournal { expect(!lines.isEmpty, "the live release has no line in the journal") }
        if isSettled, live.isConfirmed { expect(live.isInJournal, "the live release got no line in the journal") }
    }

    private func checkVerdicts(_ state: DeploymentState, _ isSettled: Bool) {
        for commit in world.swaps where world.hasValidateCommand && world.invalid.contains(commit) {
            report("\(commit.short) failed validation and was at the link")
        }
        if isSettled, let live = state.live, state.isHeldBack(live.commit), !live.isChosen, let good = state.lastGood {
            expect(good.commit == live.commit, "\(live.commit.short) is held back and live")
        }
        if isSettled, let put = state.postponed, state.live?.isChosen == false, !world.hadErrors {
            expect(state.live?.commit != put.commit, "\(put.commit.short) is put off and live")
        }
        if isSettled, let choice, !world.hadErrors {
            expect(state.live?.commit == choice, "\(choice.short) was chosen and is not live any more")
        }
    }

    /// How often a commit was put at the link.
    func swaps(_ commit: Int) -> Int { world.swaps.count { $0 == World.commit(commit) } }
}
