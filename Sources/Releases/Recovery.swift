internal import GitFiles
public import GitObjects
public import Posix

/// Brings a root into order at start, before the network is asked, and repairs a live release that was damaged.
///
/// What readers see is never removed before something whole takes its place.
public final class Recovery {
    let layout: ReleaseLayout
    let mode: PublishMode
    let options: StagingOptions
    let cleaner: Cleaner
    let jobs: any ReleaseJobs
    var findings: [Finding] = []

    /// For one root; the lock on it must be held.
    package init(
        layout: ReleaseLayout, mode: PublishMode = .symlink, options: StagingOptions = StagingOptions(),
        cleaner: Cleaner, jobs: any ReleaseJobs
    ) {
        self.layout = layout
        self.mode = mode
        self.options = options
        self.cleaner = cleaner
        self.jobs = jobs
    }

    /// Sweeps, opens the store, and proves, repairs or publishes anew the release that is live or was.
    ///
    /// - Parameters:
    ///   - recorded: the commit that the last run published, as far as somebody remembers it; it is published again
    ///     when the link is gone.
    ///   - deadline: when to give up.
    /// - Returns: the live release, and what was found.
    /// - Throws: a failure of the system that keeps us from working on the root at all. What can be lived with is a
    ///   finding, as is something foreign at the link: nothing is live then, and publishing says so.
    public func run(recorded: ObjectID?, deadline: Deadline) throws -> Recovered {
        findings = []
        if let recorded { try adopt(recorded) }
        let isBlocked = try findObstacle()
        try system { () throws(SystemError) in
            try Files.makeDirectories(layout.releases)
            try Files.makeDirectories(layout.trash.path)
        }
        let live = isBlocked ? nil : try findLive(recorded)
        try sweep(live)
        try openStore(deadline)
        try pruneRecords(live)
        var recovered = Recovered()
        if let live {
            try prove(live, &recovered, deadline)
        } else {
            // Whatever goes live from now on is written in this run of the machine.
            try system { () throws(SystemError) in try BootRecord(layout: layout).write() }
        }
        recovered.findings = findings
        cleaner.start()
        return recovered
    }

    /// Makes a damaged live release anew from the store, and puts it where readers see it.
    ///
    /// - Returns: how it ended, as at start.
    public func repair(_ live: Release, deadline: Deadline) throws -> Recovered {
        findings = []
        try adopt(live.commit)
        var recovered = Recovered()
        try prove(live, &recovered, deadline)
        recovered.findings = findings
        cleaner.start()
        return recovered
    }

    var publisher: Publisher { Publisher(layout: layout, mode: mode) }

    func find(_ message: String, _ subject: String = "") {
        findings.append(Finding(message: message, subject: subject))
    }

    /// Knows a published directory again that lost its `.git` file, by a file in it that we wrote.
    private func adopt(_ commit: ObjectID) throws(ReleaseError) {
        guard mode == .directory, try publisher.current() == nil else { return }
        try system { () throws(SystemError) in
            let worktree = Worktree(layout: layout)
            guard try Files.statusIfPresent(layout.link)?.kind == .directory,
                let record = try worktree.index(of: commit)
            else { return }
            var isOurs = false
            for entry in 0..<record.count where !isOurs {
                let status = try Files.statusIfPresent(layout.link + "/" + record.pathText(entry))
                isOurs = status.map { record.matches(entry, $0) } ?? false
            }
            if !isOurs { return }
            find("the published directory had no .git file of ours; it was written again", layout.link)
            try AtomicFile.write(worktree.pointer(commit, at: layout.link), to: layout.link + "/.git")
        }
    }

    /// Whether something foreign lies where we publish.
    private func findObstacle() throws(ReleaseError) -> Bool {
        do throws(ReleaseError) {
            try publisher.check()
            return false
        } catch .refused(let operation, let reason) {
            find("something that is not ours is in the way of publishing", "cannot \(operation): \(reason)")
            return true
        }
    }

    /// The release that is live by the link, or by the record when there is no link.
    private func findLive(_ recorded: ObjectID?) throws(ReleaseError) -> Release? {
        if let live = try publisher.current() { return live }
        // A root that published by a symbolic link until now.
        if mode == .directory, let live = try Publisher(layout: layout).current() { return live }
        guard let recorded else { return nil }
        find("the link is gone; the release that was recorded is published again", "\(recorded)")
        return Release(commit: recorded, path: layout.directory(of: recorded))
    }

    private func prove(_ live: Release, _ recovered: inout Recovered, _ deadline: Deadline) throws {
        let boot = BootRecord(layout: layout)
        let byContent = try system { () throws(SystemError) in try boot.isOutdated() }
        let isThere = try system { () throws(SystemError) in try Files.statusIfPresent(live.path) != nil }
        let job = ExamineRelease(release: live, options: options, byContent: byContent)
        let examination: Examination
        do {
            examination = try jobs.run(job, deadline)
        } catch let failure as WorkerFailure where isThere {
            // Whatever made the worker fail, what is live is served.
            find("the live release cannot be proved and is served as it is", "\(failure)")
            recovered.live = try isPublished(live) ? live : publish(live)
            return
        }
        switch examination {
        case .whole:
            recovered.live = try isPublished(live) ? live : publish(live)
            recovered.isVerified = true
        case .unproven(let error):
            find("the live release cannot be proved and is served as it is; a fetch is needed", "\(error)")
            recovered.live = try isPublished(live) ? live : publish(live)
            recovered.needsFetch = true
        case .damaged(let reason, let sharable):
            find("the live release is not as it was made", "\(live.commit): \(reason)")
            try rebuild(live, isThere: isThere, sharing: sharable && isThere, &recovered, deadline)
        }
        if recovered.isVerified { try system { () throws(SystemError) in try boot.write() } }
    }

    private func rebuild(
        _ live: Release, isThere: Bool, sharing: Bool, _ recovered: inout Recovered, _ deadline: Deadline
    ) throws {
        recovered.live = isThere ? live : nil
        do {
            switch try jobs.run(RemakeRelease(release: live, isShared: sharing, options: options), deadline) {
            case .made(let release):
                recovered.live = try isPublished(release) ? release : publish(release)
                recovered.isVerified = true
            case .prepared:
                find("the live release was prepared by a command and must be deployed again", "\(live.commit)")
                recovered.needsDeployment = true
                return
            case .unknownSubmodules:
                find("which submodules the live release had is not known; it must be deployed again", "\(live.commit)")
                recovered.needsDeployment = true
                return
            }
        } catch ReleaseError.store(let error) where error.cause == nil {
            find("the store lacks objects of the live release; a fetch is needed", "\(error)")
            recovered.needsFetch = true
        } catch {
            find("the live release could not be made anew", "\(error)")
        }
        if !isThere, recovered.live == nil {
            find("nothing is published", "\(live.commit)")
        }
    }

    /// Whether readers of the link see this very directory.
    private func isPublished(_ release: Release) throws(ReleaseError) -> Bool {
        try publisher.current()?.path == release.path
    }

    private func publish(_ release: Release) throws(ReleaseError) -> Release {
        let published = try publisher.publish(release)
        // Where a directory is published, what was exchanged for it lies in its place now.
        if published.path != release.path { try cleaner.discard(release.path) }
        return published
    }
}
