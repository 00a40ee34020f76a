internal import Deployment
internal import GitStore
internal import Layout
internal import Options
internal import Posix
internal import Releases
internal import Remote
internal import Telemetry

/// What the source and the releases of one root work on together.
final class Workspace {
    let plan: Plan
    let layout: ReleaseLayout
    let recovery: Recovery
    let space: SpaceGuard
    let cancellation: Cancellation
    let logger: Logger
    /// Makes a counter of how far a stage is.
    let progress: (_ stage: Stage, _ unit: String, _ message: String) -> StageProgress

    /// What has been brought for a commit's release.
    var submodules: [SubmoduleCheckout] = []
    private let recorded: ObjectID?
    private var opened: ObjectStore?
    // Read once for each release: what is fetched and what is staged go by the same patterns.
    private var options: (commit: ObjectID, options: StagingOptions)?

    /// `recorded` is the commit that the last run published.
    init(
        _ plan: Plan, _ layout: ReleaseLayout, _ recovery: Recovery, recorded: ObjectID?, cancellation: Cancellation,
        logger: Logger, progress: @escaping (Stage, String, String) -> StageProgress
    ) {
        self.plan = plan
        self.layout = layout
        self.recovery = recovery
        self.recorded = recorded
        self.cancellation = cancellation
        self.logger = logger
        self.progress = progress
        space = SpaceGuard(plan, root: layout.root)
    }

    /// The object store; the root is swept and the store opened when it is wanted first.
    ///
    /// On a volume that is full or fails this may not succeed for a while: what is live is served meanwhile.
    var store: ObjectStore {
        get throws {
            if let opened { return opened }
            let (store, findings) = try recovery.open(recorded: recorded)
            for finding in findings { logger.warning(finding.message, ["subject": "\(finding.subject)"]) }
            opened = store
            return store
        }
    }

    /// How the release of a commit is made, by the files of patterns as they are when it is begun.
    func stagingOptions(for commit: ObjectID, anew: Bool = false) throws(SystemError) -> StagingOptions {
        if !anew, let options, options.commit == commit { return options.options }
        var read = try StagingOptions(plan)
        read.space = space
        options = (commit, read)
        return read
    }

    func stager(for commit: ObjectID) throws -> Stager {
        Stager(layout: layout, objects: try store, options: try stagingOptions(for: commit))
    }

    func deadline(_ limit: Duration) -> Deadline { .after(limit, cancellation: cancellation) }
}
