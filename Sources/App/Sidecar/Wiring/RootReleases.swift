internal import Assembly
internal import Deployment
internal import Figures
internal import GitObjects
internal import HTTPClient
internal import Layout
internal import Options
internal import Posix
internal import Releases
internal import Reload
internal import Telemetry

/// The releases below the root, and the link that leads to one of them, as a deployment uses them.
final class RootReleases: ReleaseStore {
    private let workspace: Workspace
    private let publisher: Publisher
    private let cleanup: ReleaseCleanup
    private let cleaner: Cleaner
    private let logger: Logger
    /// The few files that were written for the release that was staged last.
    private var written: (commit: ObjectID, paths: [[UInt8]])?
    private let revisionFile: RevisionFile?
    private let trial: Trial?
    private var watch: (commit: ObjectID, watch: LiveWatch)?
    /// When the link was swapped last, on the clock of processes' start times; at our own start at the earliest.
    private(set) var publishedAt = CurrentProcess.timeSinceBoot

    private var plan: Plan { workspace.plan }
    private var layout: ReleaseLayout { workspace.layout }

    /// `http` is how HTTP is spoken to the application.
    init(_ workspace: Workspace, cleaner: Cleaner, http: HTTPConfiguration) {
        self.workspace = workspace
        self.cleaner = cleaner
        let plan = workspace.plan
        revisionFile = RevisionFile(plan)
        trial = Trial(plan, http: http)
        publisher = Publisher(layout: workspace.layout, mode: plan.publishMode)
        cleanup = ReleaseCleanup(layout: workspace.layout, cleaner: cleaner)
        logger = workspace.logger
    }

    // The link.

    func linkTarget() throws(Failure) -> LinkTarget {
        try port {
            if let live = try workspace.recovery.current() {
                return .release(live.commit, isThere: try layout.requiredPlace(at: live.path).isDirectory())
            }
            do throws(ReleaseError) {
                try publisher.check()
                return .nothing
            } catch .refused(let operation, let reason) {
                return .foreign("cannot \(operation): \(reason)")
            }
        }
    }

    func checkLink() throws(Failure) { try port { try publisher.check() } }

    func canRepublish(_ commit: ObjectID) -> Bool { workspace.recovery.canRepublish(commit) }

    func publish(_ commit: ObjectID) throws(Failure) -> [String] {
        watch = nil
        defer { endJobsAfterPublishing() }
        return try port {
            // Nothing of the store is needed here, since this may be the way back. That the commit stays in it is seen to at
            // the end of the attempt, before anything is compacted.
            try publisher.publish(release(commit)) { publishedAt = CurrentProcess.timeSinceBoot }
        }
    }

    /// Where a directory is published, the worker process may write in the one that it found at the link when it started.
    private func endJobsAfterPublishing() {
        if plan.publishMode == .directory { workspace.jobs.end() } else { workspace.endJobsIfResting() }
    }

    func flushFew(_ commit: ObjectID, _ limit: Deadline) throws(Failure) {
        guard let written, written.commit == commit, !written.paths.isEmpty else { return }
        try port {
            _ = try workspace.run(FlushFiles(release: release(commit), paths: written.paths), limit)
        }
    }

    func flush(_ commit: ObjectID, _ limit: Deadline) throws(Failure) {
        try port {
            _ = try workspace.run(FlushFiles(release: nil, paths: []), limit)
            // From now on it is enough to look at every byte after a restart of the machine.
            try workspace.recovery.noteBoot()
        }
    }

    // Making a release.

    private func release(_ commit: ObjectID) -> Release {
        Release(commit: commit, path: layout.directory(of: commit))
    }

    /// Where the release of a commit is; the live one may be at the link itself, or where another tool has put it.
    func directory(of commit: ObjectID) -> String {
        if let live = try? workspace.recovery.current(), live.commit == commit { return live.path }
        return layout.directory(of: commit)
    }

    func stage(_ commit: ObjectID, sharing live: ObjectID?, _ limit: Deadline) throws(Failure) -> StagingSummary {
        try workspace.port(about: commit) {
            let progress = workspace.progress(.stage, "files", "staging")
            let job = StageRelease(
                commit: commit, source: live.map { Release(commit: $0, path: directory(of: $0)) },
                submodules: workspace.submodules, options: try workspace.stagingOptions(for: commit))
            written = nil
            let staged = try workspace.run(job, limit) { done, total in progress.report(done, of: total) }
            try writeRevision(in: release(commit))
            // A command writes what nobody counts.
            if !hasPrepareCommand { written = (commit, staged.written) }
            return StagingSummary(
                written: staged.figures.written, shared: staged.figures.shared, warnings: staged.warnings)
        }
    }

    var hasPrepareCommand: Bool { plan.settings.prepareCommand != nil }
    var hasValidateCommand: Bool { plan.settings.validateCommand != nil }

    func prepare(_ commit: ObjectID, previous: ObjectID?) throws(Failure) {
        guard let command = plan.settings.prepareCommand else { return }
        try judge(command, commit, previous, plan.settings.prepareTimeout)
        try workspace.port(about: commit) {
            let job = AcceptChanges(release: release(commit), options: try workspace.stagingOptions(for: commit))
            _ = try workspace.run(job, workspace.deadline(plan.settings.syncTimeout))
        }
    }

    func validate(_ commit: ObjectID, previous: ObjectID?) throws(Failure) {
        guard let command = plan.settings.validateCommand else { return }
        try judge(command, commit, previous, plan.settings.validateTimeout)
        if let change = try workspace.port(about: commit, { try changeByJudge(commit) }) {
            throw Failure("\(command.program) changed the release: \(change)", blame: .commit)
        }
    }

    var hasTrial: Bool { trial != nil }

    func tryOut(_ commit: ObjectID, previous: ObjectID?) throws(Failure) {
        guard let trial else { return }
        let directory = layout.directory(of: commit)
        try port {
            try trial.run(
                commit, in: directory, .forRelease(commit, previous: previous, directory: directory),
                workspace.deadline(plan.settings.trialTimeout))
        }
        if let change = try workspace.port(about: commit, { try changeByJudge(commit) }) {
            throw Failure("\(trial.program.path) changed the release: \(change)", blame: .commit)
        }
    }

    /// What the validate command has changed: it is to judge what is published, not to make it something else.
    ///
    /// What it added, such as a cache, does no harm. Times alone, which a clock may have spoilt, are no proof.
    private func changeByJudge(_ commit: ObjectID) throws -> Difference? {
        let limit = workspace.deadline(plan.settings.syncTimeout)
        if try workspace.verify(release(commit), .quick, limit).isEmpty { return nil }
        return try workspace.verify(release(commit), .full, limit).first { $0.kind != .added }
    }

    /// Runs a command in the release; when it does not succeed, the commit is bad.
    ///
    /// It has a time limit of its own, beside `--sync-timeout`: installing dependencies may take longer than fetching.
    private func judge(
        _ words: CommandWords, _ commit: ObjectID, _ previous: ObjectID?, _ timeout: Duration
    ) throws(Failure) {
        let directory = layout.directory(of: commit)
        let command = Command(
            words.program, words.arguments,
            environment: .forRelease(commit, previous: previous, directory: directory), directory: directory)
        let deadline = workspace.deadline(timeout)
        // Nobody is to wonder for longer why nothing happens.
        let patience = Duration.seconds(5)
        func tell() {
            logger.info(
                "a command takes its time",
                [
                    "command": "\(words.program)", "after": "\(durationText(patience))",
                    "limit": "\(durationText(timeout))",
                ])
        }
        let result: CommandResult
        do throws(SystemError) {
            result = try runCommand(
                command, deadline: deadline, combined: true, outputLimit: 16 * 1024, longRun: (patience, tell))
        } catch {
            throw Failure(cannotStart: command, error)
        }
        if result.interruption == .cancelled { try port { try deadline.check("run \(words.program)") } }
        guard result.isSuccess else {
            let reason = result.interruption == .timeout ? "did not end within \(durationText(timeout))" : result.reason
            throw Failure("\(words.program) \(reason)", output: result.output.text, blame: .commit)
        }
    }

    /// Adds what says which commit it is, where that is asked for.
    private func writeRevision(in release: Release) throws {
        guard let revisionFile, try !revisionFile.isWritten(in: release, layout) else { return }
        do {
            try revisionFile.write(in: release, layout)
        } catch {
            throw Failure(revisionFileOf: error)
        }
    }

    func discard(_ commit: ObjectID) {
        do {
            try cleaner.discard(layout.release(named: "\(commit)"))
        } catch {
            logger.warning("cannot remove a release that is not used", error: error)
        }
    }

    /// The absolute paths of all releases but the live one.
    func others(than live: ObjectID) throws(SystemError) -> [String] {
        try layout.releasesPlace.entriesIfPresent().map { entry in
            layout.releases + "/" + String(decoding: entry.name, as: UTF8.self)
        }.filter { $0 != layout.directory(of: live) }
    }

    // Looking after the live release.

    func freshen(_ commit: ObjectID, _ limit: Deadline) -> [String] {
        do {
            var options = try workspace.stagingOptions(for: commit)
            // It is not live: when it is published there is nothing in it but what its commit holds.
            options.edits = .strict
            switch try workspace.run(
                RepairRelease(release: release(commit), options: options, byContent: false), limit)
            {
            case .made: return []
            case .prepared: return ["a command prepared it, and what it wrote was changed"]
            case .unknownSubmodules: return ["which submodules it had is not known"]
            }
        } catch {
            return ["\(error)"]
        }
    }

    func prove(_ commit: ObjectID, _ limit: Deadline, willDisturb: () -> Void) throws(Failure) -> Proof {
        defer { endJobsAfterPublishing() }
        return try port {
            let live = Release(commit: commit, path: directory(of: commit))
            watch = nil
            try workspace.open(limit)
            let recovered = try workspace.recovery.prove(live, deadline: limit, willDisturb: willDisturb)
            for finding in recovered.findings {
                logger.warning(finding.message, ["subject": "\(finding.subject)"])
            }
            if recovered.needsDeployment {
                return recovered.damage.map { .broken($0) } ?? .needsDeployment("its objects have to be fetched again")
            }
            guard recovered.isVerified else {
                return .unknown(recovered.damage ?? recovered.obstacle ?? "it could not be made anew")
            }
            try writeRevision(in: Release(commit: commit, path: directory(of: commit)))
            return recovered.damage.map { .repaired([$0]) } ?? .whole
        }
    }

    func watch(_ commit: ObjectID, share: Double) throws(Failure) -> [String] {
        try port {
            guard try beginWatch(commit) else { return [] }
            let passes = watch?.watch.passes
            let found = try watch?.watch.step(share: share) ?? []
            if !found.isEmpty { return found.map(\.description) }
            if watch?.watch.passes != passes, let file = revisionFile {
                let live = Release(commit: commit, path: directory(of: commit))
                if try !file.isWritten(in: live, layout) { return [file.path] }
            }
            // Submodules are not in the index that is walked in steps: they are looked at when it has been.
            guard watch?.watch.passes != passes, try !layout.submodules(of: commit).isEmpty else { return [] }
            let live = Release(commit: commit, path: directory(of: commit))
            return try ReleaseVerifier(layout: layout).verifySubmodules(
                of: live, plan.settings.edits == .strict ? .additions : .quick,
                workspace.deadline(plan.settings.syncTimeout)
            ).map(\.description)
        }
    }

    /// Begins to watch the live release; false where there is no record of what was written.
    private func beginWatch(_ commit: ObjectID) throws -> Bool {
        if watch?.commit == commit { return true }
        let live = Release(commit: commit, path: directory(of: commit))
        defer { workspace.endJobsIfResting() }
        try workspace.open(workspace.deadline(plan.settings.syncTimeout))
        do throws(ReleaseError) {
            watch = (commit, try LiveWatch(layout: layout, mode: plan.publishMode, edits: EditMode(plan), live: live))
            return true
        } catch .refused {
            // A release that another tool has made: it is served as it is and replaced by the next one.
            return false
        }
    }

    var watchedFiles: Int { watch?.watch.files ?? 0 }

    // What becomes of the others.

    func retain(_ plan: RetentionPlan, _ limit: Deadline) throws(Failure) -> RetentionReport {
        defer { workspace.endJobsIfResting() }
        return try port {
            try workspace.open(limit)
            var report = RetentionReport()
            var released: [ObjectID] = []
            if let live = plan.live {
                let result = try cleanup.keep(
                    live: Release(commit: live, path: directory(of: live)), commits: plan.commits,
                    directories: plan.directories, workspace.jobs, limit)
                (report.directories, report.removed) = (result.directories, result.removed)
                report.nextExpiry = result.nextExpiry
                released = result.released
            }
            try tidy(plan, released, limit)
            let known = try workspace.describe(plan.commits, limit)
            report.available = zip(plan.commits, known).compactMap { commit, summary in
                summary != nil || canRepublish(commit) ? commit : nil
            }
            report.storeBytes = try workspace.run(MeasureStore(), limit)
            if let live = plan.live, try beginWatch(live) { report.releaseBytes = watch?.watch.bytes }
            return report
        }
    }

    /// Lets the stores of submodules go that no release needs, and compacts stores when it is time.
    private func tidy(_ retention: RetentionPlan, _ released: [ObjectID], _ limit: Deadline) throws {
        let tidied = try workspace.run(
            TidyStores(
                live: retention.live, previous: retention.commits, mode: CompactionMode(plan),
                depth: plan.settings.depth, released: released), limit)
        if !tidied.modules.removed.isEmpty {
            cleaner.start()
            logger.info(
                "removed the stores of submodules", ["names": .list(tidied.modules.removed.map { .text($0) })])
        }
        if let packs = tidied.removedPacks {
            logger.debug(
                "compacted the object store",
                ["removed_packs": .count(packs), "removed_objects": .count(tidied.removedLooseObjects)])
        }
    }
}

extension Failure {
    /// Why the revision file could not be written: where the commit has something in its place, another name is needed.
    fileprivate init(revisionFileOf error: ReleaseError) {
        switch error {
        case .refused: self.init("\(error)", blame: .configuration)
        case .system(let cause) where cause.isNoSuchPath:
            self.init("\(error); choose another --revision-file", blame: .configuration)
        case .system, .store: self.init(error)
        }
    }

    /// Why a command could not be started: a program of the release is what its commit made it, any other is ours.
    init(cannotStart command: Command, _ error: SystemError) {
        let blame: Blame =
            error.isCancelled
            ? .cancelled : !error.isMisnamed ? .attempt : command.isInDirectory ? .commit : .configuration
        self.init("\(error)", blame: blame)
    }
}

extension Environment {
    /// What commands that have to do with a release get, beside what we got and less our own secrets.
    static func forRelease(_ commit: ObjectID, previous: ObjectID?, directory: String) -> Environment {
        var environment = Environment.withoutSecrets
        environment["GITSYNC_HASH"] = "\(commit)"
        environment["GITSYNC_PREVIOUS_HASH"] = previous.map { "\($0)" } ?? ""
        environment["GITSYNC_RELEASE"] = directory
        return environment
    }
}
