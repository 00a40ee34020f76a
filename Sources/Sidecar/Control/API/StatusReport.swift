internal import Deployment
internal import GitObjects
internal import JSON
internal import Options
internal import Posix

/// How we are, as `GET /v1/status` says it.
struct StatusReport: Sendable {
    let info: SidecarInfo

    func json(_ now: Status.Snapshot) -> JSONValue {
        let state = now.state
        let time = Timestamp.now()
        let clock = ContinuousClock.now
        return [
            "version": .string(Product.version), "started": "\(now.started)", "now": "\(time)",
            "repository": .string(info.repository), "ref": .string(info.reference), "root": .string(info.root),
            "link": .string(info.link), "period": JSONValue(seconds: info.period),
            "condition": .string(now.condition.rawValue),
            "remote": state.remote.map { ["hash": "\($0.commit)", "verified": "\($0.verified)"] } ?? .null,
            "published": published(now) ?? .null, "running": running(now) ?? .null,
            "lag": JSONValue(seconds: now.lag(at: clock)), "deployment": deployment(now, clock) ?? .null,
            "quarantine": .array(state.heldBack.map(heldBack)), "failures": JSONValue(state.failures),
            "last_failure": state.lastFailure.map(failure) ?? .null, "attempt": JSONValue(state.attempt),
            "next_attempt": now.nextAttempt.map { "\(time.adding(clock.duration(to: $0)))" } ?? .null,
        ]
    }

    /// The same without times and without what each look at the remote changes: when this differs, there is news.
    func news(_ now: Status.Snapshot) -> JSONValue {
        let state = now.state
        return [
            "condition": .string(now.condition.rawValue), "remote": JSONValue(state.remote.map { "\($0.commit)" }),
            "published": published(now), "running": running(now), "behind": .bool(state.behindSince != nil),
            "deployment": state.work.flatMap { work in
                work.isNew ? ["hash": JSONValue(work.commit?.description), "stage": "\(work.stage.rawValue)"] : nil
            },
            "quarantine": .array(state.heldBack.map(heldBack)), "failures": JSONValue(state.failures),
            "last_failure": state.lastFailure.map {
                ["stage": "\($0.stage.rawValue)", "message": .string($0.message)]
            },
        ]
    }

    private func published(_ now: Status.Snapshot) -> JSONValue? {
        now.state.live.map { live in
            [
                "hash": "\(live.commit)", "ref": .string(live.info.reference), "subject": .string(live.info.subject),
                "time": "\(live.release.time)", "verified": .bool(now.state.isVerified),
            ]
        }
    }

    private func running(_ now: Status.Snapshot) -> JSONValue? {
        now.state.running.map { running in
            [
                "hash": "\(running.commit)", "verdict": .string(running.verdict), "cause": .string(running.cause),
                "confirmed": "\(running.time)",
            ]
        }
    }

    private func deployment(_ now: Status.Snapshot, _ clock: ContinuousClock.Instant) -> JSONValue? {
        now.state.work.map { work in
            [
                "attempt": JSONValue(work.attempt), "hash": JSONValue(work.commit?.description) ?? .null,
                "stage": "\(work.stage.rawValue)", "seconds": JSONValue(seconds: work.began.duration(to: clock)),
                "progress": now.progress.map(\.json) ?? .null,
            ]
        }
    }

    private func heldBack(_ held: HeldBack) -> JSONValue {
        [
            "hash": "\(held.commit)", "stage": "\(held.stage.rawValue)", "reason": .string(held.reason),
            "output": .string(held.output), "time": "\(held.time)",
        ]
    }

    private func failure(_ failure: FailureReport) -> JSONValue {
        ["stage": "\(failure.stage.rawValue)", "message": .string(failure.message), "time": "\(failure.time)"]
    }
}

extension Status.Progress {
    var json: JSONValue {
        ["done": JSONValue(done), "total": JSONValue(total), "unit": .string(unit)]
    }
}
