public import GitObjects
public import Posix

/// A release that was replaced and whose directory is still there.
public struct RetiredRelease: Sendable, Equatable {
    /// Its commit.
    public let commit: ObjectID
    /// When it was replaced.
    public let since: Timestamp

    /// Names a release and the time when it was replaced.
    public init(commit: ObjectID, since: Timestamp) {
        self.commit = commit
        self.since = since
    }
}

/// What a look at the old releases has led to.
public struct KeepResult: Sendable, Equatable {
    /// Releases whose directories are still there, for the next call.
    public internal(set) var retired: [RetiredRelease] = []
    /// Releases whose directories were given to the cleaner.
    public internal(set) var removed: [ObjectID] = []
    /// Commits that the store need not keep any more.
    public internal(set) var released: [ObjectID] = []
    /// When the next directory's time is up; nil when none waits.
    public internal(set) var nextExpiry: Timestamp?
}

/// Decides what stays of the releases that were replaced: their directories for a while, their commits in the store.
public struct Keeper: Sendable {
    private let layout: ReleaseLayout
    private let cleaner: Cleaner
    private let staleTimeout: Duration

    /// A keeper.
    ///
    /// - Parameters:
    ///   - layout: the root.
    ///   - cleaner: what removes directories.
    ///   - staleTimeout: how long the directory of a release stays after it was replaced.
    public init(layout: ReleaseLayout, cleaner: Cleaner, staleTimeout: Duration = .zero) {
        self.layout = layout
        self.cleaner = cleaner
        self.staleTimeout = staleTimeout
    }

    /// Keeps what must be kept and lets the rest go; call it when a release was published and when `nextExpiry` comes,
    /// and while nothing is being staged.
    ///
    /// No directory is removed here: each goes to the cleaner by a rename.
    ///
    /// - Parameters:
    ///   - live: the release that is published; neither its directory nor its commit is ever touched.
    ///   - previous: commits that can be gone back to without the network, the last good one among them.
    ///   - retired: what the last call returned, also across restarts.
    ///   - jobs: what has the object store.
    ///   - deadline: when the store must be done.
    ///   - now: the time.
    /// - Returns: what waits for the next call, and what went.
    /// - Throws: a failure of the system or of the store; what was not done is done by the next call.
    package func keep(
        live: Release, previous: [ObjectID], retired: [RetiredRelease], _ jobs: any ReleaseJobs, _ deadline: Deadline,
        now: Timestamp
    ) throws -> KeepResult {
        var result = KeepResult()
        try sweepStaging()
        result.released = try jobs.run(KeepCommits(commits: [live.commit] + previous), deadline)
        let known = Dictionary(retired.map { ($0.commit, $0.since) }, uniquingKeysWith: min)
        for place in try ReleasePlaces(layout: layout).all() {
            if place.path == live.path { continue }
            // Where a directory is published, one of the live commit's name is what was exchanged for it.
            if place.commit == live.commit {
                try discard(place, withRecord: false)
                continue
            }
            // A clock that was set back must not keep a directory for years.
            let since = min(known[place.commit] ?? now, now)
            let expiry = since.advanced(by: staleTimeout)
            if expiry <= now {
                try discard(place, withRecord: true)
                result.removed.append(place.commit)
            } else {
                result.retired.append(RetiredRelease(commit: place.commit, since: since))
                result.nextExpiry = min(result.nextExpiry ?? expiry, expiry)
            }
        }
        return result
    }

    /// Gives what publishing and staging left behind to the cleaner.
    private func sweepStaging() throws(ReleaseError) {
        let count = try system { () throws(SystemError) in try layout.trash.takeAll(in: layout.staging) }
        if count > 0 { cleaner.start() }
    }

    private func discard(_ place: ReleasePlace, withRecord: Bool) throws(ReleaseError) {
        // The directory first: one without a record would be an unknown one, a record without a directory is nothing.
        try cleaner.discard(place.path)
        if withRecord { try cleaner.discard(layout.metadata(of: place.commit)) }
    }
}

extension Timestamp {
    /// The time so much later.
    func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = Int64(self.nanoseconds) + attoseconds / 1_000_000_000
        return Timestamp(
            seconds: self.seconds + seconds + nanoseconds / 1_000_000_000,
            nanoseconds: Int32(nanoseconds % 1_000_000_000))
    }
}
