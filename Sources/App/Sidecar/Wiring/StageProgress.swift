internal import ControlAPI
internal import Deployment
internal import GitObjects
internal import JSON
internal import Posix
internal import Telemetry

/// Publishes how far a stage is: in the status, to event subscribers and as a bar on a terminal a few times a second, in the
/// log every few seconds.
///
/// Any thread may report, as often as it likes; a stage that is over soon is not worth a word.
final class StageProgress: Sendable {
    private struct Times {
        var shown: ContinuousClock.Instant
        var logged: ContinuousClock.Instant
    }

    private let status: Status
    private let events: Events
    private let logger: Logger
    private let statusLine: StatusLine?
    private let stage: Stage
    private let unit: String
    private let message: String
    private let clock: (any MonotonicClock)?
    private let began: ContinuousClock.Instant
    private let times: Locked<Times>

    private static let pause = Duration.milliseconds(300)
    private static let logPause = Duration.seconds(5)

    init(
        _ stage: Stage, unit: String, logging message: String, status: Status, events: Events, logger: Logger,
        statusLine: StatusLine?, clock: (any MonotonicClock)? = nil
    ) {
        self.stage = stage
        self.unit = unit
        self.message = message
        self.status = status
        self.events = events
        self.logger = logger
        self.statusLine = statusLine
        self.clock = clock
        began = .now(on: clock)
        times = Locked(Times(shown: began, logged: began))
    }

    /// So many of so many are done; zero for a total that is not known.
    func report(_ done: Int, of total: Int, bytes: Int? = nil) {
        let now = ContinuousClock.Instant.now(on: clock)
        let (shows, logs) = times.withLock { times in
            guard times.shown.duration(to: now) >= StageProgress.pause else { return (false, false) }
            times.shown = now
            let logs = times.logged.duration(to: now) >= StageProgress.logPause
            if logs { times.logged = now }
            return (true, logs)
        }
        guard shows else { return }
        let progress = Status.Progress(done: done, total: total, unit: unit)
        status.setProgress(progress)
        let work = status.read { $0.state.work }
        var answer = StageAnswer(work, stage)
        answer.state = "progress"
        answer.seconds = began.duration(to: now).inSeconds
        answer.progress = .init(done: done, total: total, unit: unit)
        events.send("stage", answer.json)
        if let statusLine {
            let name = stage.rawValue + String(repeating: " ", count: max(1, 9 - stage.rawValue.count))
            return statusLine.show(name + ProgressText(done: done, total: total, unit: unit).bar())
        }
        guard logs else { return }
        var fields: LogFields = ["\(unit)": .count(done), "of": .count(total)]
        if let bytes { fields["bytes"] = .count(bytes) }
        logger.info(message, fields)
    }
}
