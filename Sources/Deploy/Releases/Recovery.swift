internal import GitFiles
public import GitObjects
package import Layout
public import Posix

/// Brings a root into order at start, before the network is asked, and repairs a live release that was damaged.
///
/// What readers see is never removed before something whole takes its place.
public final class Recovery {
    let layout: ReleaseLayout
    let mode: PublishMode
    let options: StagingOptions
    /// What removes directories.
    public let cleaner: Cleaner
    /// What has the object store.
    package let jobs: any ReleaseJobs
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

    /// Sweeps the root and has the store opened.
    ///
    /// - Parameters:
    ///   - recorded: the commit that the last run published, as far as somebody remembers it.
    ///   - deadline: when to give up.
    /// - Returns: what was found.
    /// - Throws: a failure of the system that keeps us from working on the root at all; what is live is served on.
    public func open(recorded: ObjectID?, deadline: Deadline) throws -> [Finding] {
        findings = []
        if let recorded { try rebuild(recorded) }
        try system { () throws(SystemError) in
            _ = try layout.releasesPlace.makeDirectories()
            _ = try layout.trash.makeDirectories()
        }
        let live = try current() ?? recorded.map { Release(commit: $0, path: layout.directory(of: $0)) }
        try sweep(live)
        try openStore(deadline)
        try pruneRecords(live)
        cleaner.start()
        return findings
    }

    /// Notes that whatever is published from now on is written in this run of the machine.
    public func noteBoot() throws(ReleaseError) {
        try system { () throws(SystemError) in try BootRecord(layout: layout).write() }
    }

    /// Finds out whether a live release is what its commit says, and repairs it from the store where it is not.
    ///
    /// Files are replaced one by one and the directories stay, so that a process that works in one goes on. Only a release
    /// whose directory is of no use is made anew. Which release the link leads to does not change; it goes to our place,
    /// and to the way in which we publish now.
    ///
    /// - Parameters:
    ///   - live: the release, where it is reached.
    ///   - deadline: when to give up.
    ///   - willDisturb: is called before something is moved away that a process may be using.
    /// - Returns: how it was found, and what was done.
    /// - Throws: a failure of the system that keeps us from looking at it or from publishing it again.
    public func prove(
        _ live: Release, deadline: Deadline, willDisturb: () -> Void = {}
    ) throws -> Recovered {
        findings = []
        try rebuild(live.commit)
        var recovered = Recovered()
        try prove(live, &recovered, deadline, willDisturb)
        recovered.findings = findings
        cleaner.start()
        return recovered
    }

    /// Whether the directory of an earlier release is there, and is the worktree of its commit.
    public func canRepublish(_ commit: ObjectID) -> Bool {
        let release = Release(commit: commit, path: layout.directory(of: commit))
        // What cannot be looked at cannot be published either.
        return (try? Worktree(layout: layout).isIntact(release)) ?? false
    }

    /// The release at the link; in directory mode also that of a root that published by a symbolic link until now.
    public func current() throws(ReleaseError) -> Release? {
        if let live = try publisher.current() { return live }
        return mode == .directory ? try Publisher(layout: layout).current() : nil
    }

    var publisher: Publisher { Publisher(layout: layout, mode: mode) }

    func find(_ message: String, _ subject: String = "") {
        findings.append(Finding(message: message, subject: subject))
    }

    /// Knows a published directory again that lost its `.git` file, by a file in it that we wrote.
    private func rebuild(_ commit: ObjectID) throws(ReleaseError) {
        guard mode == .directory, try publisher.current() == nil else { return }
        try system { () throws(SystemError) in
            let worktree = Worktree(layout: layout)
            guard try layout.linkPlace.isDirectory(), let record = try worktree.index(of: commit) else { return }
            let directory = try layout.linkPlace.openDirectory()
            let verification = Verification(
                index: record, prepared: nil, directory: directory.number, open: nil)
            if try !verification.holdsAnyFile() { return }
            find("the published directory had no .git file of ours; it was written again", layout.link)
            try layout.linkPlace.appending(Worktree.pointerName).replace(
                worktree.pointer(commit, at: layout.linkPlace.path))
        }
    }

    private func prove(
        _ live: Release, _ recovered: inout Recovered, _ deadline: Deadline, _ willDisturb: () -> Void
    ) throws {
        let boot = BootRecord(layout: layout)
        let byContent = try system { () throws(SystemError) in try boot.isOutdated() }
        let isThere = try system { () throws(SystemError) in try layout.place(of: live).statusIfPresent() != nil }
        // First, since the worker may neither look into a directory that is closed nor open it.
        let closed = try DirectoryModes(layout: layout).restore(live)
        if let first = closed.first {
            recovered.damage = first.description
            find("directories of the live release got their permissions back", "\(first) and \(closed.count - 1) more")
        }
        let examination: VerifyResult
        do {
            examination = try jobs.run(ExamineRelease(release: live, options: options, byContent: byContent), deadline)
        } catch let failure as WorkerFailure where isThere {
            // Whatever made the worker fail, what is live is served.
            find("the live release cannot be proved and is served as it is", "\(failure)")
            recovered.obstacle = "\(failure)"
            return
        }
        switch examination {
        case .whole:
            if try isPublishedByFormerLink(live) { try publishAgain(live) }
            recovered.isVerified = true
        case .unproven(let error):
            find("the live release cannot be proved and is served as it is; a fetch is needed", "\(error)")
            recovered.needsDeployment = true
        case .damaged(let reason, let damage):
            recovered.damage = reason
            find("the live release is not as it was made", "\(live.commit): \(reason)")
            if damage != .files { willDisturb() }
            try mend(live, &recovered) {
                damage == .everything
                    ? try jobs.run(
                        RemakeRelease(release: live, isShared: !byContent && isThere, options: options), deadline)
                    : try jobs.run(RepairRelease(release: live, options: options, byContent: byContent), deadline)
            }
        }
        if recovered.isVerified { try system { () throws(SystemError) in try boot.write() } }
    }

    private func mend(_ live: Release, _ recovered: inout Recovered, _ repair: () throws -> Remade) throws {
        do {
            switch try repair() {
            case .made(let release):
                let isElsewhere = try isPublishedByFormerLink(live)
                if isElsewhere || release.path != live.path { try publishAgain(release) }
                recovered.isVerified = true
            case .prepared:
                find("the live release was prepared by a command and must be deployed again", "\(live.commit)")
                recovered.needsDeployment = true
            case .unknownSubmodules:
                find("which submodules the live release had is not known; it must be deployed again", "\(live.commit)")
                recovered.needsDeployment = true
            }
        } catch ReleaseError.store(let error) where error.cause == nil {
            find("the store lacks objects of the live release; a fetch is needed", "\(error)")
            recovered.needsDeployment = true
        } catch {
            find("the live release could not be repaired", "\(error)")
        }
    }

    /// Whether a directory is to be published, and a symbolic link leads to the release until now.
    private func isPublishedByFormerLink(_ live: Release) throws(ReleaseError) -> Bool {
        guard mode == .directory else { return false }
        return try Publisher(layout: layout).current() == live
    }

    /// Where a directory is published, its successor is exchanged for it; a release of another tool gets our place.
    private func publishAgain(_ release: Release) throws(ReleaseError) {
        for warning in try publisher.publish(release) { find("the link was swapped, with a warning", warning) }
        if publisher.place(of: release) != release { try cleaner.discard(release.path) }
    }
}
