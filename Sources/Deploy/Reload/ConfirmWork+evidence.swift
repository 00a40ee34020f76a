internal import Figures
internal import Posix

extension ConfirmWork {
    /// Looks at the processes until they show that the release runs, or that it is no use to wait any longer.
    ///
    /// Nil means that they did not react in time, were signalled again, and have to become well again first.
    func waitForEvidence() throws(ReloadError) -> Evidence? {
        if provesRevision { return Evidence(.proved, "the health check's answer carries the commit") }
        if reloader.isLeftAlone { return Evidence(.unknown, "the change asked for nothing to be done") }
        if settings.targets.isEmpty { return Evidence(.unknown, "no target says which processes to look at") }

        let search = EvidenceSearch(
            places: ReleasePaths(current: change.release, others: change.otherReleases),
            publishedAt: change.publishedAt)
        let begin = deadline.now
        let end = begin + settings.evidenceTimeout
        // Long after every worker that a signal has brought, and not after the whole time that there is.
        let late = begin + min(settings.evidenceTimeout, settings.healthTimeout / 2) + settings.settleTime
        var pause = Duration.milliseconds(5)
        while true {
            let roots = try roots()
            var evidence = try search.evidence(of: roots)
            // What is young by now comes and goes, such as the commands that a script runs.
            let isLate = deadline.now >= late
            if isLate { evidence = evidence.withoutChildren(youngerThan: settings.settleTime) }
            if evidence.verdict == .proved || evidence.verdict == .likely {
                // Nobody was told, so nobody is on the way up or down.
                if reloader.signalled.isEmpty && !evidence.hasFresh { return evidence }
                if evidence.isSettled(settings.settleTime) {
                    // It was well before the new processes had their say, perhaps.
                    try waitUntilHealthy()
                    return evidence
                }
                // On a busy machine the time can be up before there was a look that counts.
                if isLate || deadline.remaining == .zero, limited(settings.healthTimeout).remaining == .zero {
                    throw restless()
                }
                try self.pause(.milliseconds(20))
                continue
            }
            // Nobody was told, so nobody will change.
            if reloader.signalled.isEmpty { return evidence }
            // All that were found may have ended before they were looked at.
            if evidence.processes.isEmpty {
                try checkAlive()
                if limited(settings.healthTimeout).remaining == .zero { throw gone() }
            } else if let verdict = try judge(evidence, isLate: deadline.now >= end) {
                return verdict
            }
            if try escalate() { return nil }
            try self.pause(pause)
            pause = min(pause * 2, .milliseconds(100))
        }
    }

    /// The evidence, when waiting for better is no use; throws when it does not do.
    private func judge(_ evidence: Evidence, isLate: Bool) throws(ReloadError) -> Evidence? {
        let isWatched = settings.escalation != Escalation()
        // A server that takes up a change without new processes shows nothing; its health check has to do.
        if !isWatched || (evidence.verdict == .unknown && settings.health != nil) { return isLate ? evidence : nil }
        if canEscalate || limited(settings.healthTimeout).remaining > .zero { return nil }
        throw ReloadError(
            code: .unconfirmed, operation: "confirm \(change.commit)",
            message: "the application does not take it up: \(evidence.cause)")
    }

    private func restless() -> ReloadError {
        ReloadError(
            code: .unconfirmed, operation: "confirm \(change.commit)",
            message: "it does not stay up: no process of it has lived for \(durationText(settings.settleTime))"
                + " within \(durationText(settings.healthTimeout))")
    }

    private func gone() -> ReloadError {
        let names = reloader.signalled.map(\.process.entry.shown).joined(separator: ", ")
        return ReloadError(
            code: .ended, operation: "confirm \(change.commit)",
            message: "\(names) ended and nobody started it again within \(durationText(settings.healthTimeout))")
    }
}
