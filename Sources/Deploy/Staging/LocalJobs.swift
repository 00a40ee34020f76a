package import GitFiles
package import GitObjects
package import GitStore
package import Layout
package import Posix
package import Releases

/// A job that this module knows how to do.
protocol LocalJob<Answer>: Job {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> Answer
}

/// What a job is done with beside its own values.
struct JobContext {
    let deadline: Deadline
    let report: (@Sendable (Int, Int) -> Void)?
    let progress: ((PackProgress) throws -> Void)?
}

/// Does the jobs in this process, on object stores that stay open between them.
package final class LocalJobs: ReleaseJobs {
    let layout: ReleaseLayout
    /// How many threads a job may start at most; nil for what the options say.
    private let mostThreads: Int?
    private var stores: [StoreName: ObjectStore] = [:]
    private var intake: Intake?

    /// For the stores and releases of one root.
    package init(_ layout: ReleaseLayout, mostThreads: Int? = nil) {
        self.layout = layout
        self.mostThreads = mostThreads
    }

    /// For a store that is open, without releases.
    package static func over(_ store: ObjectStore) throws -> LocalJobs {
        let jobs = LocalJobs(try ReleaseLayout(root: parent(of: store.path), link: "link"))
        jobs.stores[.root] = store
        return jobs
    }

    /// Where packs for a store that is open go.
    package static func destination(over store: ObjectStore) throws -> any PackDestination {
        try over(store).destination(.root)
    }

    package func run<Work: Job>(
        _ job: Work, _ deadline: Deadline, report: (@Sendable (_ done: Int, _ total: Int) -> Void)?,
        progress: ((PackProgress) throws -> Void)?
    ) throws -> Work.Answer {
        guard let job = job as? any LocalJob<Work.Answer> else {
            throw WorkerFailure(job: Work.name, isAboutCommit: false, cause: .nonsense("the job is not known"))
        }
        // A pack that was begun is finished, or given up.
        if !(job is FinishPack) { intake = nil }
        return try job.perform(on: self, JobContext(deadline: deadline, report: report, progress: progress))
    }

    package func append(_ bytes: Span<UInt8>) throws -> PackProgress {
        guard let intake else { throw LocalJobs.noPack }
        do throws(GitError) {
            return try intake.append(bytes)
        } catch {
            // It is of no use any more.
            self.intake = nil
            throw error
        }
    }

    package func start() {}

    package func end() {
        intake = nil
        stores = [:]
    }

    static let noPack = GitError(code: .unspecified, operation: "index the pack", message: "no pack was begun")

    /// A store, made where there is none.
    func store(_ name: StoreName) throws(GitError) -> ObjectStore {
        if let known = stores[name] { return known }
        let fresh = try ObjectStore.open(path(of: name))
        stores[name] = fresh
        return fresh
    }

    /// A store that must be there.
    func existing(_ name: StoreName) throws(GitError) -> ObjectStore {
        if let known = stores[name] { return known }
        let found = try ObjectStore.openExisting(path(of: name))
        stores[name] = found
        return found
    }

    /// Lets go of the stores of submodules, which somebody else has opened, compacted or removed.
    func forgetModules() {
        stores = stores.filter { $0.key == .root }
    }

    func path(of name: StoreName) -> String {
        switch name {
        case .root: layout.gitDirectory
        case .module(let location): layout.moduleStore(location)
        }
    }

    func stager(_ options: StagingOptions) throws(GitError) -> Stager {
        var options = options
        if let mostThreads { options.threads = min(options.usedThreads, mostThreads) }
        return Stager(layout: layout, objects: try store(.root), options: options)
    }

    func begin(_ store: ObjectStore, _ limits: PackLimits, _ deadline: Deadline) throws(GitError) {
        intake = nil
        intake = try Intake(store, limits, deadline)
    }

    func finish(_ shallow: [ObjectID], _ unshallow: [ObjectID]) throws(GitError) -> PackProgress {
        guard let intake else { throw LocalJobs.noPack }
        self.intake = nil
        return try intake.finish(shallow, unshallow)
    }
}

/// A pack that is being taken in.
private final class Intake {
    private let store: ObjectStore
    private var indexer: PackIndexer?

    init(_ store: ObjectStore, _ limits: PackLimits, _ deadline: Deadline) throws(GitError) {
        self.store = store
        indexer = try store.indexPack(limits: limits, deadline: deadline)
    }

    func append(_ bytes: Span<UInt8>) throws(GitError) -> PackProgress {
        try indexer?.append(bytes)
        return indexer?.progress ?? PackProgress()
    }

    /// Makes what came visible in the store.
    ///
    /// Where history ends is written before the commits that lack their parents can be seen, and commits that got theirs
    /// are struck off the list afterwards: a crash in between leaves a store that is shallower than need be, never broken.
    func finish(_ shallow: [ObjectID], _ unshallow: [ObjectID]) throws(GitError) -> PackProgress {
        guard let indexer = self.indexer.take() else { throw LocalJobs.noPack }
        let before = try store.shallow
        let added = before.union(shallow)
        if added != before { try store.replaceShallow(added) }
        let pack: IndexedPack
        do throws(GitError) {
            pack = try indexer.finish()
        } catch {
            // The commits at the new ends never came.
            if added != before { try store.replaceShallow(before) }
            throw error
        }
        let after = added.subtracting(unshallow)
        if after != added { try store.replaceShallow(after) }
        return pack.progress
    }
}
