internal import GitObjects
internal import JSON
internal import Options
internal import Posix

/// How we are, as `GET /v1/status` says it.
struct StatusReport: Sendable {
    let facts: Facts

    func json(_ now: Status.Snapshot) -> JSONValue {
        let time = Timestamp.now()
        let clock = ContinuousClock.now
        return [
            "version": .string(Product.version), "started": "\(now.started)", "now": "\(time)",
            "repository": .string(facts.repository), "ref": .string(facts.reference), "root": .string(facts.root),
            "link": .string(facts.link), "period": JSONValue(seconds: facts.period),
            "condition": .string(now.condition.rawValue),
            "remote": now.remote.map { ["hash": "\($0.commit)", "verified": "\($0.verified)"] } ?? .null,
            "published": published(now) ?? .null, "running": running(now) ?? .null,
            "lag": JSONValue(seconds: now.lag(at: clock)), "deployment": deployment(now, clock) ?? .null,
            "quarantine": .array(now.quarantine.map(quarantined)), "failures": JSONValue(now.failures),
            "last_failure": now.lastFailure.map(failure) ?? .null, "attempt": JSONValue(now.attempt),
            "next_attempt": now.nextAttempt.map { "\(time.adding(clock.duration(to: $0)))" } ?? .null,
        ]
    }

    /// The same without times and without what each look at the remote changes: when this differs, there is news.
    func news(_ now: Status.Snapshot) -> JSONValue {
        [
            "condition": .string(now.condition.rawValue), "remote": JSONValue(now.remote.map { "\($0.commit)" }),
            "published": published(now), "running": running(now), "behind": .bool(now.behindSince != nil),
            "deployment": now.work.flatMap { work in
                work.isNews ? ["hash": JSONValue(work.commit?.description), "stage": "\(work.stage.rawValue)"] : nil
            },
            "quarantine": .array(now.quarantine.map(quarantined)), "failures": JSONValue(now.failures),
            "last_failure": now.lastFailure.map { ["stage": "\($0.stage.rawValue)", "message": .string($0.message)] },
        ]
    }

    private func published(_ now: Status.Snapshot) -> JSONValue? {
        now.published.map { published in
            [
                "hash": "\(published.commit)", "ref": .string(published.reference),
                "subject": .string(published.subject), "time": "\(published.time)", "verified": .bool(now.isVerified),
            ]
        }
    }

    private func running(_ now: Status.Snapshot) -> JSONValue? {
        now.running.map { running in
            [
                "hash": "\(running.commit)", "verdict": .string(running.verdict), "cause": .string(running.cause),
                "confirmed": "\(running.time)",
            ]
        }
    }

    private func deployment(_ now: Status.Snapshot, _ clock: ContinuousClock.Instant) -> JSONValue? {
        now.work.map { work in
            [
                "attempt": JSONValue(work.attempt), "hash": JSONValue(work.commit?.description) ?? .null,
                "stage": "\(work.stage.rawValue)", "seconds": JSONValue(seconds: work.began.duration(to: clock)),
                "progress": work.progress.map(\.json) ?? .null,
            ]
        }
    }

    private func quarantined(_ held: State.Quarantined) -> JSONValue {
        [
            "hash": "\(held.commit)", "stage": "\(held.stage.rawValue)", "reason": .string(held.reason),
            "output": .string(held.output), "time": "\(held.time)",
        ]
    }

    private func failure(_ failure: Status.Failure) -> JSONValue {
        ["stage": "\(failure.stage.rawValue)", "message": .string(failure.message), "time": "\(failure.time)"]
    }
}

extension Status.Progress {
    var json: JSONValue {
        ["done": JSONValue(done), "total": JSONValue(total), "unit": .string(unit)]
    }
}

extension JSONValue {
    /// Seconds, to the microsecond.
    init(seconds duration: Duration) {
        let seconds = (duration.inSeconds * 1_000_000).rounded() / 1_000_000
        // A whole number is written without a fraction.
        self = Int(exactly: seconds).map { JSONValue($0) } ?? JSONValue(seconds)
    }
}

extension Timestamp {
    /// The time so much later, or earlier.
    func adding(_ duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        let total = Int64(nanoseconds) + attoseconds / 1_000_000_000
        let carry = total < 0 ? -1 : total / 1_000_000_000
        return Timestamp(seconds: self.seconds + seconds + carry, nanoseconds: Int32(total - carry * 1_000_000_000))
    }
}
