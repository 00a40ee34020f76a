internal import GitObjects
internal import Posix
internal import Releases
internal import Reload
internal import Telemetry

/// A release that was chosen and cannot be published.
struct ChoiceError: Error, CustomStringConvertible {
    let description: String
}

// What a person decides: which release is live, and that what is held back may be tried again.
extension Deployer {
    /// Publishes a release that is still kept, and holds back the commit that it replaces.
    ///
    /// The remote is not asked. What a person chose stays published even when the application does not run it: then every
    /// further attempt tries to confirm it.
    func choose(_ commit: ObjectID) throws(StageError) -> Outcome {
        guard let former = live, let current = state.current else {
            throw StageError(stage: .publish, cause: ChoiceError(description: "cannot go back: nothing is published"))
        }
        // Chosen twice in a row, or gone back to already by the deployment before.
        if former.commit == commit {
            try confirmWhatIsLive()
            return .unchanged(commit)
        }
        let isInStore = try perform(.publish, quietly: true) { try describe([commit])[0] != nil }
        guard status.now.kept.contains(where: { $0.commit == commit }), isInStore else {
            throw StageError(
                stage: .publish, cause: ChoiceError(description: "cannot go back to \(commit): it is not kept any more")
            )
        }
        narrator.speak(of: commit, isNews: true)
        let left = Origin(current)
        logger.info("going back by hand", ["hash": "\(commit)", "from": "\(left.commit)"])
        try checkPublishing()
        let chosen = try publishAgain(Release(commit: commit, path: layout.directory(of: commit)), leaving: left)
        settled = nil
        figures.quarantined.set(Double(state.quarantine.count))
        do throws(StageError) {
            try apply(live ?? former, from: former, goesBack: true)
        } catch {
            note(
                chosen, .chosen, at: error.stage, reason: error.description,
                output: (error.cause as? ReloadError)?.output)
            throw error
        }
        note(chosen, .chosen, at: .confirm)
        try perform(.keep) { try keep() }
        return .chosen(commit)
    }

    /// Lets everything that is held back be tried again.
    func resume() {
        if !state.quarantine.isEmpty {
            logger.info(
                "what was held back may be tried again",
                ["hashes": .list(state.quarantine.map { .text("\($0.commit)") })])
            replaceQuarantine([])
        }
        settled = nil
    }
}
