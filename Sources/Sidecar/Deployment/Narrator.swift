internal import GitObjects
internal import JSON
internal import Posix
internal import Telemetry

/// Says where an attempt is: in the status, and to those who listen once there is something to tell.
///
/// Most attempts find nothing. What they do is not said, unless somebody asked for them; when there turns out to be
/// something, what was kept back is said first.
final class Narrator {
    private struct Step {
        let stage: Stage
        let state: String
        var seconds: Duration?
        var message: String?
    }

    private let status: Status
    private let events: Events
    private let logger: Logger
    private let statusLine: StatusLine?
    private var attempt = 0
    private var isOrdered = false
    private var isSpeaking = false
    private var isAtWork = false
    private var commit: ObjectID?
    private var keptBack: [Step] = []

    init(_ status: Status, _ events: Events, _ logger: Logger, _ statusLine: StatusLine? = nil) {
        self.status = status
        self.events = events
        self.logger = logger
        self.statusLine = statusLine
    }

    /// An attempt begins.
    func begin(_ attempt: Int, isOrdered: Bool) {
        self.attempt = attempt
        self.isOrdered = isOrdered
        isSpeaking = isOrdered
        isAtWork = true
        commit = nil
        keptBack.removeAll(keepingCapacity: true)
        let work = Status.Work(attempt: attempt, began: .now)
        status.update { status in
            status.attempt = attempt
            status.nextAttempt = nil
            status.work = work
        }
    }

    /// There is something to tell; `isNews` when a release is going to be made live.
    func speak(of commit: ObjectID, isNews: Bool) {
        self.commit = commit
        isSpeaking = true
        status.update { status in
            status.work?.commit = commit
            if isNews { status.work?.isNews = true }
        }
        for step in keptBack { send(step) }
        keptBack.removeAll(keepingCapacity: true)
        events.statusChanged()
    }

    /// A stage begins; a part of one that is not worth a word is `quiet`.
    func begin(_ stage: Stage, quietly: Bool) {
        guard isAtWork, !quietly else { return }
        status.update { status in
            status.work?.stage = stage
            status.work?.progress = nil
        }
        tell(Step(stage: stage, state: "started"))
        if isSpeaking { events.statusChanged() }
    }

    /// A stage has ended, or failed.
    func end(_ stage: Stage, after duration: Duration, _ failure: StageError?, quietly: Bool) {
        statusLine?.show("")
        guard isAtWork else { return }
        if let failure {
            tell(Step(stage: stage, state: "failed", seconds: duration, message: failure.description))
        } else if !quietly {
            tell(Step(stage: stage, state: "ended", seconds: duration))
        }
    }

    /// Counts how far a stage is, for threads that work on it.
    func meter(_ stage: Stage, unit: String, logging message: String) -> Meter {
        Meter(
            status: status, events: events, logger: logger, statusLine: statusLine, attempt: attempt, commit: commit,
            stage: stage, unit: unit, message: message)
    }

    /// A deployment has ended.
    func tell(_ entry: JournalEntry) {
        events.send("deployment", entry.json)
    }

    /// The attempt has ended as it should.
    func end(_ outcome: Outcome) {
        switch outcome {
        case .unchanged(let commit): end("unchanged", commit, isQuiet: true)
        case .deployed(let commit): end("deployed", commit, isQuiet: false)
        case .chosen(let commit): end("chosen", commit, isQuiet: false)
        case .heldBack(let commit): end("held-back", commit, isQuiet: true)
        case .rejected(let commit, let error): end("rejected", commit, error, isQuiet: false)
        }
    }

    /// The attempt has ended.
    func end(_ outcome: String, _ commit: ObjectID?, _ failure: StageError? = nil, isQuiet: Bool) {
        isAtWork = false
        status.update { $0.work = nil }
        if isQuiet, !isOrdered { return }
        events.send(
            "attempt",
            [
                "attempt": JSONValue(attempt), "outcome": .string(outcome),
                "hash": JSONValue((commit ?? self.commit)?.description) ?? .null,
                "stage": JSONValue(failure?.stage.rawValue) ?? .null,
                "message": JSONValue(failure?.description) ?? .null,
            ])
    }

    private func tell(_ step: Step) {
        if isSpeaking { send(step) } else { keptBack.append(step) }
    }

    private func send(_ step: Step) {
        events.send(
            "stage",
            [
                "attempt": JSONValue(attempt), "hash": JSONValue(commit?.description) ?? .null,
                "stage": "\(step.stage.rawValue)", "state": .string(step.state),
                "seconds": step.seconds.map { JSONValue(seconds: $0) } ?? .null, "progress": .null,
                "message": JSONValue(step.message) ?? .null,
            ])
    }
}
