internal import Assembly
internal import Deployment
internal import GitObjects
internal import Options
internal import Posix
internal import Releases
internal import Reload

/// The server beside us, as a deployment uses it.
final class ReloadedApplication: Application {
    private let reloader: Reloader
    private let releases: RootReleases
    private let workspace: Workspace
    private let log: AppLog?
    // Made when it is told, so that confirming speaks of the same change.
    private var change: ReleaseChange?

    init(_ reloader: Reloader, _ releases: RootReleases, _ workspace: Workspace) {
        self.reloader = reloader
        log = AppLog(workspace.plan)
        self.releases = releases
        self.workspace = workspace
    }

    func checkPermission() throws(Failure) { try port { try reloader.checkPermission() } }

    func tell(_ change: Change) throws(Failure) -> [Deployment.Notice] {
        log?.mark()
        return try telling(log) {
            let described = try describe(change)
            self.change = described
            return try reloader.notify(described, deadline: workspace.deadline(workspace.plan.actionLimit)).map {
                Deployment.Notice(action: "\($0.action)", outcome: $0.outcome)
            }
        }
    }

    func confirm(
        _ change: Change, within limit: Duration?, _ look: (ConfirmProgress) throws(Failure) -> Void
    ) throws(Failure) -> Deployment.Confirmation {
        // Another process told it.
        if self.change == nil { log?.mark() }
        return try telling(log) {
            let described = try self.change ?? describe(change)
            let deadline = workspace.deadline(workspace.plan.confirmLimit)
            let confirmation = try reloader.confirm(described, deadline: deadline, within: limit) { progress in
                try look(ConfirmProgress(answeredFailures: progress.answeredFailures, elapsed: progress.elapsed))
            }
            return Deployment.Confirmation(
                commit: change.commit, verdict: confirmation.evidence.verdict.rawValue,
                cause: confirmation.evidence.cause, time: .now(), checks: confirmation.checks,
                healthyAfter: confirmation.healthyAfter, escalations: confirmation.escalations)
        }
    }

    /// Runs code inside a port; where the application is why it fails, its own words are part of the failure.
    private func telling<Result: ~Copyable>(_ log: AppLog?, _ body: () throws -> Result) throws(Failure) -> Result {
        do {
            return try body()
        } catch {
            var failure = Failure(error)
            if let log, failure.blame == .commit {
                failure.add(log.words(workspace.deadline(.seconds(5))))
            }
            throw failure
        }
    }

    private func describe(_ change: Change) throws -> ReleaseChange {
        let directory = releases.directory(of: change.commit)
        // Which paths have changed matters to rules alone.
        let paths =
            reloader.settings.rules.isEmpty
            ? []
            : try workspace.run(
                FindChanges(old: change.former, new: change.commit),
                workspace.deadline(workspace.plan.settings.syncTimeout))
        return ReleaseChange(
            commit: change.commit, paths: paths, release: directory,
            otherReleases: try releases.others(than: change.commit),
            publishedAt: releases.publishedAt,
            environment: .forRelease(change.commit, previous: change.former, directory: directory),
            goesBack: change.goesBack)
    }
}

extension Failure {
    /// Adds what the application has logged: all of it to the output, the last line to the reason.
    fileprivate mutating func add(_ words: String) {
        guard let last = words.split(separator: "\n").last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return }
        description += "; the application logged last: \(last)"
        output += (output.isEmpty || output.hasSuffix("\n") ? "" : "\n") + "The application logged:\n\(words)\n"
    }
}
