internal import ControlAPI
internal import Deployment
internal import GitObjects
internal import Options
internal import Posix

/// Makes the answer to `GET /v1/status` of what is believed now.
struct StatusReport: Sendable {
    let info: SidecarInfo

    func answer(_ now: Status.Snapshot) -> StatusAnswer {
        let state = now.state
        let time = Timestamp.now()
        let clock = ContinuousClock.now
        var answer = StatusAnswer()
        answer.version = Product.version
        answer.started = now.started
        answer.repository = info.repository
        answer.ref = info.reference
        answer.root = info.root
        answer.link = info.link
        answer.period = info.period.inSeconds
        answer.now = time
        answer.condition = now.condition.rawValue
        answer.remote = state.remote.map { .init(hash: "\($0.commit)", verified: $0.verified) }
        answer.published = state.live.map { live in
            .init(
                hash: "\(live.commit)", ref: live.info.reference, subject: live.info.subject, time: live.release.time,
                isVerified: state.isVerified)
        }
        answer.running = state.running.map {
            .init(hash: "\($0.commit)", verdict: $0.verdict, cause: $0.cause, confirmed: $0.time)
        }
        answer.lag = now.lag(at: clock).inSeconds
        answer.deployment = state.work.map { work in
            var stage = StageAnswer(work, work.stage)
            stage.seconds = work.began.duration(to: clock).inSeconds
            stage.progress = now.progress.map { .init(done: $0.done, total: $0.total, unit: $0.unit) }
            return stage
        }
        answer.quarantine = state.heldBack.map {
            HeldAnswer(
                hash: "\($0.commit)", stage: $0.stage.rawValue, reason: $0.reason, output: $0.output, time: $0.time)
        }
        answer.postponed = state.postponed.map {
            HeldAnswer(
                hash: "\($0.commit)", stage: $0.stage.rawValue, reason: $0.reason, output: $0.output, time: $0.time)
        }
        answer.failures = state.failures
        answer.lastFailure = state.lastFailure.map {
            FailureAnswer(stage: $0.stage.rawValue, message: $0.message, time: $0.time)
        }
        answer.attempt = state.attempt
        answer.nextAttempt = now.nextAttempt.map { time.adding(clock.duration(to: $0)) }
        return answer
    }
}

extension StageAnswer {
    init(_ work: Work?, _ stage: Stage) {
        self.init(attempt: work?.attempt, hash: work?.commit?.description, stage: stage.rawValue)
    }
}
