package import GitFiles
package import GitObjects
package import Posix

/// A piece of work on what a repository holds: plain values in, a plain value out.
package protocol Job: WireValue {
    /// What comes out.
    associatedtype Answer: WireValue
    /// The job's number between our processes.
    static var number: UInt8 { get }
    /// What is being done, for people, such as `stage a release`.
    static var name: String { get }
    /// Whether the work is on one commit's objects, so that a trap in it tells something about that commit.
    static var isAboutCommit: Bool { get }
}

/// The object store of the releases, or that of a submodule.
package enum StoreName: Hashable, WireValue {
    /// That of the releases.
    case root
    /// A submodule's, by its location below it.
    case module(String)

    package func write(to writer: inout WireWriter) {
        if case .module(let location) = self { writer.put(Optional(location)) } else { writer.put(String?.none) }
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self = try reader.take(String?.self).map { .module($0) } ?? .root
    }
}

/// Does the jobs: in this process, or in one that has no secrets and no rights.
///
/// It belongs to one thread. A job throws what it throws wherever it is done: `ReleaseError`, `GitError`, `SystemError`;
/// and `WorkerFailure` where the process that did it failed.
package protocol ReleaseJobs: AnyObject {
    /// Does a job.
    ///
    /// - Parameters:
    ///   - job: the job.
    ///   - deadline: when it must be done.
    ///   - report: is told how many of how many files are done, from any thread.
    ///   - progress: is told how far a copy is; what it throws ends the job.
    /// - Returns: what came out.
    /// - Throws: why nothing did.
    func run<Work: Job>(
        _ job: Work, _ deadline: Deadline, report: (@Sendable (_ done: Int, _ total: Int) -> Void)?,
        progress: ((PackProgress) throws -> Void)?
    ) throws -> Work.Answer

    /// Takes the next bytes of the pack that `BeginPack` has begun.
    func append(_ bytes: Span<UInt8>) throws -> PackProgress

    /// Begins to get ready, where that takes time, and does not wait; a failure shows with the next job.
    func start()

    /// Lets go of everything that is open; the next job begins anew.
    func end()
}

extension ReleaseJobs {
    /// Does a job that nobody watches.
    package func run<Work: Job>(_ job: Work, _ deadline: Deadline) throws -> Work.Answer {
        try run(job, deadline, report: nil, progress: nil)
    }

    /// Where packs for a store go.
    package func destination(_ store: StoreName) -> any PackDestination { JobDestination(self, store) }
}

/// Takes packs into a store by jobs.
private final class JobDestination: PackDestination {
    private let jobs: any ReleaseJobs
    private let store: StoreName
    // That of the pack that is taken in.
    private var deadline: Deadline?

    init(_ jobs: any ReleaseJobs, _ store: StoreName) {
        self.jobs = jobs
        self.store = store
    }

    func state(for question: FetchQuestion, _ deadline: Deadline) throws -> FetchState {
        try jobs.run(ReadFetchState(store: store, question: question), deadline)
    }

    func shallow(_ deadline: Deadline) throws -> [ObjectID] { try jobs.run(ReadShallow(store: store), deadline) }

    func beginPack(_ limits: PackLimits, _ deadline: Deadline) throws {
        self.deadline = deadline
        _ = try jobs.run(BeginPack(store: store, limits: limits), deadline)
    }

    func append(_ bytes: Span<UInt8>) throws -> PackProgress { try jobs.append(bytes) }

    func finishPack(shallow: Set<ObjectID>, unshallow: Set<ObjectID>) throws -> PackProgress {
        let job = FinishPack(shallow: shallow.sorted(), unshallow: unshallow.sorted())
        return try jobs.run(job, deadline ?? .after(.zero))
    }

    func copy(
        _ request: CopyRequest, _ deadline: Deadline, progress: (PackProgress) throws -> Void
    ) throws -> CopyOutcome {
        try withoutActuallyEscaping(progress) { progress in
            try jobs.run(CopyObjects(store: store, request: request), deadline, report: nil, progress: progress)
        }
    }

    func commit(of id: ObjectID, _ deadline: Deadline) throws -> ObjectID? {
        try jobs.run(FindCommit(store: store, id: id), deadline)
    }
}
