internal import Assembly
internal import Deployment
internal import GitFiles
internal import GitObjects
internal import Layout
internal import Options
internal import Posix
internal import Releases
internal import Remote
internal import Telemetry

/// What the source and the releases of one root work on together.
///
/// What a repository holds is read by the worker process alone, by jobs. It is there while an attempt is under way, and in
/// between only for as long as the live release is looked after.
final class Workspace {
    let plan: Plan
    let layout: ReleaseLayout
    let recovery: Recovery
    let jobs: any ReleaseJobs
    let space: SpaceGuard
    let cancellation: Cancellation
    let logger: Logger
    /// Makes a counter of how far a stage is.
    let progress: (_ stage: Stage, _ unit: String, _ message: String) -> StageProgress

    /// What has been brought for a commit's release.
    var submodules: [SubmoduleCheckout] = []
    private let recorded: ObjectID?
    private var isOpen = false
    // Why the root could not be opened since the last attempt: the next one tries again.
    private var openingProblem: (any Error)?
    private var isResting = false
    // How often the worker process crashed over the objects of a commit.
    private var crashes: [ObjectID: Int] = [:]
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
        jobs = recovery.jobs
        space = SpaceGuard(plan, root: layout.root)
    }

    /// Sweeps the root and opens the object store, when they are wanted first.
    ///
    /// On a volume that is full or fails this may not succeed for a while: what is live is served meanwhile.
    func open(_ deadline: Deadline) throws {
        if isOpen { return }
        // Between two attempts the live release is looked at often.
        if isResting, let openingProblem { throw openingProblem }
        do {
            for finding in try recovery.open(recorded: recorded, deadline: deadline) {
                logger.warning(finding.message, ["subject": "\(finding.subject)"])
            }
        } catch {
            openingProblem = error
            throw error
        }
        isOpen = true
    }

    /// Has the worker process do a job, in the root that was opened.
    func run<Work: Job>(
        _ job: Work, _ deadline: Deadline, report: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
    ) throws -> Work.Answer {
        try open(deadline)
        return try jobs.run(job, deadline, report: report, progress: nil)
    }

    /// What commits say of themselves; nil for those that are not in the store.
    func describe(_ commits: [ObjectID], _ deadline: Deadline) throws -> [CommitSummary?] {
        let found = try run(DescribeCommits(commits: commits), deadline)
        guard found.count == commits.count else {
            throw WorkerFailure(
                job: DescribeCommits.name, isAboutCommit: false, cause: .nonsense("it described other commits"))
        }
        return found
    }

    /// Where a release is not as it was made.
    func verify(
        _ release: Release, _ depth: VerificationDepth, _ deadline: Deadline
    ) throws -> [Difference] {
        let options = try stagingOptions(for: release.commit)
        return try run(VerifyRelease(release: release, depth: depth, options: options), deadline)
    }

    /// How the release of a commit is made, by the files of patterns as they are when it is begun.
    func stagingOptions(for commit: ObjectID, anew: Bool = false) throws(SystemError) -> StagingOptions {
        if !anew, let options, options.commit == commit { return options.options }
        var read = try StagingOptions(plan)
        read.space = space
        options = (commit, read)
        return read
    }

    func deadline(_ limit: Duration) -> Deadline { .after(limit, cancellation: cancellation) }
}

// When the worker process is there.
extension Workspace {
    /// An attempt has something to do: the worker process stays until it ends.
    func work() {
        isResting = false
        openingProblem = nil
    }

    /// The attempt is over: the worker process ends.
    func rest() {
        isResting = true
        jobs.end()
    }

    /// Something was done for the live release: between two attempts the worker process ends with it.
    func endJobsIfResting() {
        if isResting { jobs.end() }
    }
}

// What a crash of the worker process says about a commit.
extension Workspace {
    /// Runs code on the objects of a commit inside a port.
    ///
    /// The process may have crashed by chance, or for want of memory for a moment: only a second crash over the same commit
    /// speaks against the commit.
    func port<Result: ~Copyable>(about commit: ObjectID, _ body: () throws -> Result) throws(Failure) -> Result {
        do {
            return try body()
        } catch {
            var failure = Failure(error)
            if Failure.isCrash(error), failure.blame == .attempt {
                crashes[commit, default: 0] += 1
                if crashes[commit, default: 0] > 1 { failure.blame = .commit }
            }
            throw failure
        }
    }
}
