internal import Options
internal import Posix
internal import Telemetry

// What is remembered of a deployment, in the state, the journal and the figures.
extension Deployer {
    private static let mostQuarantined = 50

    /// Holds a bad commit back until a newer one comes.
    func reject(
        _ origin: Origin, at stage: Stage, _ reason: String, _ output: String, _ outcome: JournalEntry.Outcome
    ) {
        holdBack(origin, at: stage, reason, output)
        saveState()
        figures.quarantined.set(Double(state.quarantine.count))
        status.update { $0.quarantine = state.quarantine }
        logger.error(
            outcome == .rolledBack
                ? "the application does not run the new release; going back" : "rejected; what is live stays",
            [
                "hash": "\(origin.commit)", "stage": "\(stage.rawValue)", "reason": "\(reason)", "output": "\(output)",
            ])
        note(origin, outcome, at: stage, reason: reason, output: output)
    }

    /// Adds a commit to those that are held back, in memory alone.
    func holdBack(_ origin: Origin, at stage: Stage, _ reason: String, _ output: String) {
        state.quarantine.removeAll { $0.commit == origin.commit }
        state.quarantine.append(
            State.Quarantined(commit: origin.commit, stage: stage, reason: reason, output: output, time: .now()))
        if state.quarantine.count > Deployer.mostQuarantined { state.quarantine.removeFirst() }
    }

    /// Lets commits go whose time in quarantine is up.
    func releaseQuarantine() {
        let limit = plan.settings.quarantineTTL
        guard limit > .zero, !state.quarantine.isEmpty else { return }
        let now = Timestamp.now().secondsSince1970
        let held = state.quarantine.filter { now - $0.time.secondsSince1970 < limit.inSeconds }
        if held.count < state.quarantine.count { replaceQuarantine(held) }
    }

    func replaceQuarantine(_ held: [State.Quarantined]) {
        state.quarantine = held
        saveState()
        figures.quarantined.set(Double(held.count))
        status.update { $0.quarantine = held }
    }

    /// Writes how a deployment ended into the journal and counts it.
    func note(
        _ origin: Origin, _ outcome: JournalEntry.Outcome, at stage: Stage, reason: String? = nil, output: String? = nil
    ) {
        figures.deployments.add(1, outcome.rawValue, stage.rawValue)
        // A newer commit has made it: what was held back before is history.
        if outcome == .deployed, !state.quarantine.isEmpty { replaceQuarantine([]) }
        let entry = JournalEntry(
            time: .now(), commit: origin.commit, reference: origin.reference, subject: origin.subject,
            outcome: outcome, stage: stage, reason: reason, output: output.flatMap { $0.isEmpty ? nil : $0 },
            durations: durations)
        narrator.tell(entry)
        do {
            try parts.journal.append(entry)
        } catch {
            logger.warning("cannot write the journal", error: error)
        }
    }

    func saveState() {
        do {
            try parts.stateFile.save(state)
        } catch {
            // The release is live all the same; what is lost is what a restart would have remembered.
            logger.error("cannot save the state", error: error)
        }
    }
}
