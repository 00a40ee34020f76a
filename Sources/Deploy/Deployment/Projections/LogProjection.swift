internal import GitObjects
internal import Posix
package import Telemetry

/// Says in the log what happened: a line for each change, nothing for an attempt that found none.
package final class LogProjection: Projection {
    private let logger: Logger
    private let link: String
    // What was last said to be held back, and why nothing can be served: said once.
    private var heldBack: ObjectID?
    private var postponed: Postponed?
    private var outage: String?
    private var unproved: String?

    package init(_ logger: Logger, link: String) {
        self.logger = logger
        self.link = link
    }

    package func take(_ fact: Fact, _ state: DeploymentState, at moment: Moment) {
        switch fact {
        case .fetched(let summary):
            logger.info(
                "fetched",
                [
                    "hash": "\(summary.commit)", "ref": "\(summary.reference)", "objects": .count(summary.objects),
                    "bytes": .count(summary.bytes),
                ])
        case .signatureVerified(let commit, let signer):
            logger.info("signature verified", ["hash": "\(commit)", "signer": "\(signer)"])
        case .staged(_, let summary):
            for warning in summary.warnings {
                logger.warning("a file was written as it is", ["reason": "\(warning)"])
            }
        case .intended(let intent): announce(intent, state)
        case .published(let publication): publish(publication, state, moment)
        case .adopted(let release):
            logger.warning(
                "the link leads to a release that was not recorded; it is taken over",
                ["hash": "\(release.commit)", "link": "\(link)"])
        case .lost(let reason):
            if outage != reason {
                logger.error("nothing that can be served is at the link", ["link": "\(link)", "reason": "\(reason)"])
            }
            outage = reason
        case .unproved(let commit, let reason):
            if unproved == reason { return }
            unproved = reason
            logger.warning(
                "the live release is not proved to be what its commit says",
                ["hash": "\(commit)", "reason": "\(reason)"])
        case .proved: (outage, unproved) = (nil, nil)
        case .repaired(let commit, let differences):
            (outage, unproved) = (nil, nil)
            logger.warning(
                "the live release was not as it was published; it is repaired",
                ["hash": "\(commit)", "differences": .list(differences.prefix(5).map { .text($0) })])
        case .disturbed(let commit):
            logger.warning(
                "what lies in the way in the live release is moved away; the application is told", ["hash": "\(commit)"]
            )
        case .told(_, let notices):
            for notice in notices {
                logger.info("application told", ["action": "\(notice.action)", "outcome": "\(notice.outcome)"])
            }
        case .confirmed(let confirmation): confirm(confirmation, state)
        case .released(let commits):
            logger.info(
                "what was held back may be tried again", ["hashes": .list(commits.map { .text("\($0)") })])
        case .deploymentEnded(let record): end(record, state)
        case .retained(let report):
            if !report.removed.isEmpty {
                logger.debug("removed releases", ["hashes": .list(report.removed.map { .text("\($0)") })])
            }
        case .storeReplaced(let submodules, let reason):
            logger.warning(
                "the object store is damaged and is replaced; what is needed is fetched again",
                ["submodules": .list(submodules.map { .text($0) }), "error": "\(reason)"])
        case .found(let message, let subject): logger.warning("\(message)", ["subject": "\(subject)"])
        case .attemptEnded(let outcome, _): end(outcome, state)
        case .attemptBegan, .commitFound, .stageBegan, .stageEnded, .stageFailed, .remoteHas, .abandoned, .interrupted,
            .flushed, .heldBack, .postponed, .journaled:
            break
        }
    }

    package func saveProblemChanged(_ problem: String?) {
        if let problem {
            // The release is live all the same; what is lost is what a restart would have known.
            logger.error("cannot save the state; it is tried again", ["error": "\(problem)"])
        } else {
            logger.info("the state is saved again")
        }
    }

    private func announce(_ intent: Intent, _ state: DeploymentState) {
        guard let from = intent.goesBackFrom else { return }
        if intent.isChosen {
            logger.info("going back by hand", ["hash": "\(intent.info.commit)", "from": "\(from)"])
        }
    }

    private func publish(_ publication: Publication, _ state: DeploymentState, _ moment: Moment) {
        outage = nil
        let info = publication.intent.info
        logger.info(
            "published",
            [
                "hash": "\(info.commit)", "ref": "\(info.reference)", "link": "\(link)", "subject": "\(info.subject)",
                "seconds": .seconds(state.work.map { $0.began.duration(to: moment.instant) } ?? .zero),
            ])
    }

    private func confirm(_ confirmation: Confirmation, _ state: DeploymentState) {
        guard let verdict = confirmation.verdict else { return }
        logger.info(
            "confirmed",
            [
                "hash": "\(confirmation.commit)", "running": "\(verdict)", "cause": "\(confirmation.cause)",
                "checks": .count(confirmation.checks), "healthy_after": .seconds(confirmation.healthyAfter),
            ])
        for step in confirmation.escalations {
            logger.warning("the application was made to restart", ["by": "\(step)"])
        }
        if verdict == "stale" {
            logger.warning("the application still uses an old release", ["cause": "\(confirmation.cause)"])
        }
        let held = state.heldBack.last.flatMap { $0.isByHand ? nil : $0.commit }
        let left = [held, state.postponed?.commit].compactMap { $0 }.first { $0 == state.work?.commit }
        if let left, left != confirmation.commit {
            logger.warning("rolled back", ["hash": "\(confirmation.commit)", "from": "\(left)"])
        }
    }

    private func end(_ record: DeploymentRecord, _ state: DeploymentState) {
        let fields: LogFields = [
            "hash": "\(record.info.commit)", "stage": "\(record.stage.rawValue)", "reason": "\(record.reason ?? "")",
            "output": "\(record.output ?? "")",
        ]
        switch record.outcome {
        case .rejected: logger.error("rejected; what is live stays", fields)
        case .rolledBack: logger.error("the application does not run the new release; going back", fields)
        case .failed where state.postponed?.commit == record.info.commit:
            logger.error("not deployed, for a reason that is not the commit's: it is put off", fields)
        case .failed: logger.error("the application does not run the new release, which stays published", fields)
        case .overtaken: logger.warning("overtaken by a newer commit before the application ran it", fields)
        case .deployed, .chosen: break
        }
    }

    private func end(_ outcome: Outcome, _ state: DeploymentState) {
        switch outcome {
        case .heldBack(let commit):
            if heldBack != commit {
                heldBack = commit
                let reason = state.heldBack.first { $0.commit == commit }?.reason ?? ""
                logger.info("what the remote has is held back", ["hash": "\(commit)", "reason": "\(reason)"])
            }
            logger.debug("the commit is held back", ["hash": "\(commit)"])
        case .postponed(let commit, let error):
            if postponed != state.postponed {
                postponed = state.postponed
                logger.warning(
                    "what the remote has is put off until the parameters change",
                    ["hash": "\(commit)", "stage": "\(error.stage.rawValue)", "reason": "\(error)"])
            }
        case .deployed, .chosen: heldBack = nil
        case .failed(let error) where error.description.contains(TakeBackWords.neither): rollBackFailed(error, state)
        case .failed(let error):
            logger.error(
                state.live == nil ? "sync failed; nothing is published yet" : "sync failed; what is live stays",
                ["stage": "\(error.stage.rawValue)", "failures": .count(state.failures)], error: error)
        case .refused(let error):
            logger.error(
                "the order to go back was not carried out to the end", ["stage": "\(error.stage.rawValue)"],
                error: error)
        case .rejected(_, let error):
            if error.description.contains(TakeBackWords.neither) { rollBackFailed(error, state) }
        case .unchanged, .overtaken, .cancelled: break
        }
    }

    private func rollBackFailed(_ error: StageError, _ state: DeploymentState) {
        logger.error(
            "rolled back, but the application does not run the good release either",
            ["hash": "\(state.live.map { "\($0.commit)" } ?? "")", "stage": "\(error.stage.rawValue)"], error: error)
    }
}
