internal import GitObjects
internal import Options
internal import Posix
internal import Releases
internal import Telemetry

// From a commit in the store to a directory that readers of the link see.
extension Deployer {
    /// Makes the directory of a commit, has the prepare command write in it and the validate command judge it.
    ///
    /// Both run where the release is going to stay, so that absolute paths which they write hold; nobody sees it yet.
    func makeRelease(_ commit: ObjectID, _ deadline: Deadline) throws(StageError) -> Release {
        // Read once: what is fetched and what is staged go by the same patterns.
        let options = try perform(.stage, quietly: true) { try stagingOptions() }
        let submodules = try perform(.fetch, quietly: true) { () throws -> [SubmoduleCheckout] in
            var needed = Submodules(plan, options, layout, logger, connect: parts.connect)
            needed.meter = { [narrator] in narrator.meter(.fetch, unit: "objects", logging: "fetching") }
            needed.isComplete = !mustRedeploy
            return try needed.gather(for: commit, parts.jobs, from: parts.remote, deadline)
        }
        let release = try perform(.stage) {
            let meter = narrator.meter(.stage, unit: "files", logging: "staging")
            // What could not be proved may hold anything: nothing of it goes into another release.
            let job = StageRelease(
                commit: commit, source: isLiveProved ? live : nil, submodules: submodules, options: options)
            let staged = try parts.jobs.run(
                job, deadline, report: { done, total in meter.report(done, of: total) }, progress: nil)
            figures.filesWritten.add(Double(staged.figures.written))
            figures.filesShared.add(Double(staged.figures.shared))
            for warning in staged.warnings { logger.warning("a file was written as it is", ["reason": "\(warning)"]) }
            return staged.release
        }
        do throws(StageError) {
            try prepareAndValidate(release, options)
        } catch {
            discard(release)
            throw error
        }
        return release
    }

    /// Swaps the link, and remembers that it did.
    func publish(_ release: Release, _ origin: Origin, isChosen: Bool = false) throws(StageError) {
        let published = try perform(.publish) { () throws -> Release in
            // Kept before it is live: from the first moment on its commit must not fall to a compaction.
            _ = try parts.jobs.run(
                KeepCommit(store: .root, commit: release.commit), deadline(plan.settings.syncTimeout))
            return try publisher.publish(release) { publishedAt = CurrentProcess.timeSinceBoot }
        }
        // What the worker may write to has moved.
        if plan.publishMode == .directory { parts.jobs.end() }
        let time = Timestamp.now()
        if let former = state.current, former.commit != release.commit {
            state.retired.removeAll { $0.commit == former.commit || $0.commit == release.commit }
            state.retired.insert(
                State.Retired(
                    commit: former.commit, time: time, reference: former.reference, subject: former.subject,
                    published: former.time), at: 0)
        }
        state.current = State.Published(
            commit: origin.commit, reference: origin.reference, subject: origin.subject, time: time,
            isConfirmed: parts.reloader == nil, isChosen: isChosen)
        live = published
        isLiveProved = true
        saveState()
        status.update { status in
            status.published = state.current
            status.quarantine = state.quarantine
        }
        figures.published.setToNow()
        noteKept()
        beginWatch()
        logger.info(
            "published",
            [
                "hash": "\(origin.commit)", "ref": "\(origin.reference)", "link": "\(layout.link)",
                "subject": "\(origin.subject)",
                "seconds": .seconds(durations.reduce(.zero) { $0 + $1.duration }),
            ])
    }

    /// How releases are made, by the parameters as they are now.
    func stagingOptions() throws(SystemError) -> StagingOptions {
        var options = try StagingOptions(plan)
        options.space = parts.space
        return options
    }

    private func prepareAndValidate(_ release: Release, _ options: StagingOptions) throws(StageError) {
        let settings = plan.settings
        if let command = settings.prepareCommand {
            try perform(.prepare) {
                try judge(command, release, settings.prepareTimeout)
                _ = try parts.jobs.run(
                    AcceptChanges(release: release, options: options), deadline(settings.syncTimeout))
            }
        }
        if let command = settings.validateCommand {
            try perform(.validate) {
                try judge(command, release, settings.validateTimeout)
                if let change = try changeByJudge(release) {
                    throw Verdict(description: "\(command.program) changed the release: \(change)")
                }
            }
        }
    }

    /// What the validate command has changed: it is to judge what is published, not to make it something else.
    ///
    /// What it added, such as a cache, does no harm. Times alone, which a clock may have spoilt, are no proof.
    private func changeByJudge(_ release: Release) throws -> Difference? {
        let limit = deadline(plan.settings.syncTimeout)
        if try verify(release, .quick, limit).isEmpty { return nil }
        return try verify(release, .full, limit).first { $0.kind != .added }
    }

    /// Runs a command in the release; when it does not succeed, the commit is bad.
    ///
    /// It has a time limit of its own, beside `--sync-timeout`: installing dependencies may take longer than fetching.
    private func judge(_ words: CommandWords, _ release: Release, _ timeout: Duration) throws {
        let command = Command(
            words.program, words.arguments, environment: environment(for: release), directory: release.path)
        let deadline = deadline(timeout)
        let result = try runCommand(command, deadline: deadline, combined: true, outputLimit: 16 * 1024)
        if result.interruption == .cancelled { try deadline.check("run \(words.program)") }
        guard result.isSuccess else {
            let reason = result.interruption == .timeout ? "did not end within \(timeout.inSeconds) s" : result.reason
            throw Verdict(description: "\(words.program) \(reason)", output: result.output.text)
        }
    }

    /// What commands that have to do with a release get, beside what we got and less our own secrets.
    func environment(for release: Release) -> Environment {
        var environment = Environment.withoutSecrets
        environment["GITSYNC_HASH"] = "\(release.commit)"
        // Before it is published the one before it is what is live.
        let previous = live?.commit == release.commit ? state.retired.first?.commit : live?.commit
        environment["GITSYNC_PREVIOUS_HASH"] = previous.map { "\($0)" } ?? ""
        environment["GITSYNC_RELEASE"] = release.path
        return environment
    }

    /// Gives a release that was never published to the cleaner.
    private func discard(_ release: Release) {
        guard release.commit != live?.commit else { return }
        do {
            try parts.cleaner.discard(release.path)
        } catch {
            logger.warning("cannot remove a release that is not used", error: error)
        }
    }
}
