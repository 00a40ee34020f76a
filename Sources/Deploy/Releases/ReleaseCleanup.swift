public import GitObjects
public import Layout
public import Posix

/// What a look at the old releases has led to.
public struct CleanupResult: Sendable, Equatable {
    /// Commits whose directories are still there.
    public internal(set) var directories: [ObjectID] = []
    /// Releases whose directories were given to the cleaner.
    public internal(set) var removed: [ObjectID] = []
    /// Commits that the store need not keep any more.
    public internal(set) var released: [ObjectID] = []
    /// When the next directory's time is up; nil when none waits.
    public internal(set) var nextExpiry: Timestamp?
}

/// Lets releases go that were replaced: their directories, and their commits in the store.
public struct ReleaseCleanup: Sendable {
    private let layout: ReleaseLayout
    private let cleaner: Cleaner

    /// A cleanup; the cleaner removes directories.
    public init(layout: ReleaseLayout, cleaner: Cleaner) {
        self.layout = layout
        self.cleaner = cleaner
    }

    /// Keeps what must be kept and lets the rest go; call it while nothing is being staged.
    ///
    /// No directory is removed here: each goes to the cleaner by a rename.
    ///
    /// - Parameters:
    ///   - live: the release that is published; neither its directory nor its commit is ever touched.
    ///   - commits: what can be gone back to without the network.
    ///   - directories: the directories that stay, and until when; nil without an end that is known.
    ///   - jobs: what has the object store.
    ///   - deadline: when the store must be done.
    /// - Returns: what is still there, and what went.
    /// - Throws: a failure of the system or of the store; what was not done is done by the next call.
    package func keep(
        live: Release, commits: [ObjectID], directories: [ObjectID: Timestamp?], _ jobs: any ReleaseJobs,
        _ deadline: Deadline
    ) throws -> CleanupResult {
        var result = CleanupResult()
        try sweepStaging()
        result.released = try jobs.run(KeepCommits(commits: [live.commit] + commits), deadline)
        for place in try ReleasePlaces(layout: layout).all() {
            if place.path == live.path { continue }
            // Where a directory is published, one of the live commit's name is what was exchanged for it.
            if place.commit == live.commit {
                try discard(place, withRecord: false)
                continue
            }
            guard let end = directories[place.commit] else {
                try discard(place, withRecord: true)
                result.removed.append(place.commit)
                continue
            }
            result.directories.append(place.commit)
            if let end { result.nextExpiry = min(result.nextExpiry ?? end, end) }
        }
        try discardForeign()
        return result
    }

    /// What is not named as a release is has no place among them; a neighbour that needs it keeps it elsewhere.
    private func discardForeign() throws(ReleaseError) {
        let names = try system { () throws(SystemError) in
            try layout.releasesPlace.entriesIfPresent().map(\.name)
        }
        for name in names where ObjectID(hex: name.span) == nil {
            let place = layout.releasesPlace.appending(String(decoding: name, as: UTF8.self))
            // The link may lie there.
            if (layout.link + "/").hasPrefix(place.path + "/") { continue }
            try cleaner.discard(place)
        }
    }

    /// Gives what publishing and staging left behind to the cleaner.
    private func sweepStaging() throws(ReleaseError) {
        let count = try system { () throws(SystemError) in try layout.sweepStaging() }
        if count > 0 { cleaner.start() }
    }

    private func discard(_ place: ReleasePlace, withRecord: Bool) throws(ReleaseError) {
        // The directory first: one without a record would be an unknown one, a record without a directory is nothing.
        try cleaner.discard(place.place)
        if withRecord { try cleaner.discard(layout.record(of: place.commit)) }
    }
}
