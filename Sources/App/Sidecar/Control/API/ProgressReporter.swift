internal import ControlAPI
internal import Deployment
internal import GitObjects
internal import JSON
internal import Posix
internal import Telemetry

/// Publishes the progress of an attempt to event subscribers once it has found a change, or at once when it was ordered.
///
/// Most attempts find nothing. What they do is buffered, and sent first when there turns out to be something.
final class ProgressReporter: Projection {
    private struct Step {
        let stage: Stage
        let state: String
        var duration: Duration?
        var message: String?
    }

    private let events: Events
    private let statusLine: StatusLine?
    private var isReporting = false
    private var isOrdered = false
    private var commit: ObjectID?
    private var buffered: [Step] = []

    init(_ events: Events, _ statusLine: StatusLine? = nil) {
        self.events = events
        self.statusLine = statusLine
    }

    func take(_ fact: Fact, _ state: DeploymentState, at moment: Moment) {
        switch fact {
        case .attemptBegan(_, let isOrdered):
            self.isOrdered = isOrdered
            isReporting = isOrdered
            commit = nil
            buffered.removeAll(keepingCapacity: true)
        case .commitFound(let commit, _):
            self.commit = commit
            isReporting = true
            for step in buffered { send(step, state.work) }
            buffered.removeAll(keepingCapacity: true)
            events.statusChanged()
        case .stageBegan(let stage, let isPart):
            guard state.work != nil, !isPart else { return }
            report(Step(stage: stage, state: "started"), state)
            if isReporting { events.statusChanged() }
        case .stageEnded(let stage, let duration, let isPart):
            statusLine?.show("")
            if state.work != nil, !isPart { report(Step(stage: stage, state: "ended", duration: duration), state) }
        case .stageFailed(let error, let duration):
            statusLine?.show("")
            guard state.work != nil else { return }
            report(
                Step(stage: error.stage, state: "failed", duration: duration, message: error.description), state)
        case .deploymentEnded(let record): events.send("deployment", record.json)
        case .attemptEnded(let outcome, _): end(outcome, state)
        case .published, .adopted, .lost, .repaired, .confirmed, .heldBack, .postponed, .released:
            events.statusChanged()
        default: break
        }
    }

    private func report(_ step: Step, _ state: DeploymentState) {
        if isReporting { send(step, state.work) } else { buffered.append(step) }
    }

    private func send(_ step: Step, _ work: Work?) {
        var answer = StageAnswer(work, step.stage)
        answer.state = step.state
        answer.seconds = step.duration?.inSeconds
        answer.message = step.message
        events.send("stage", answer.json)
    }

    private func end(_ outcome: Outcome, _ state: DeploymentState) {
        let isQuiet: Bool
        switch outcome {
        case .unchanged, .heldBack, .postponed: isQuiet = true
        default: isQuiet = false
        }
        if isQuiet, !isOrdered { return }
        let failure = outcome.failure
        let answer = AttemptAnswer(
            attempt: state.attempt, outcome: outcome.name, hash: (outcome.commit ?? commit)?.description,
            stage: failure?.stage.rawValue, message: failure?.description)
        events.send("attempt", answer.json)
    }
}

extension Outcome {
    /// What the event of an attempt's end calls it.
    var name: String {
        switch self {
        case .unchanged: "unchanged"
        case .deployed: "deployed"
        case .chosen: "chosen"
        case .heldBack: "held-back"
        case .postponed: "postponed"
        case .rejected: "rejected"
        case .overtaken: "overtaken"
        case .failed, .refused, .cancelled: "failed"
        }
    }

    var commit: ObjectID? {
        switch self {
        case .unchanged(let commit), .deployed(let commit), .chosen(let commit), .heldBack(let commit),
            .rejected(let commit, _), .overtaken(let commit, _), .postponed(let commit, _):
            commit
        case .failed, .refused, .cancelled: nil
        }
    }

    var failure: StageError? {
        switch self {
        case .rejected(_, let error), .postponed(_, let error), .failed(let error), .refused(let error): error
        case .overtaken(_, let newer): StageError(.confirm, Failure("overtaken by \(newer)"))
        case .unchanged, .deployed, .chosen, .heldBack, .cancelled: nil
        }
    }
}
