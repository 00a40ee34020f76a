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

/// How a live release was found, and what was done about it.
public struct Recovered: Sendable {
    /// Whether it is what its commit says.
    public internal(set) var isVerified = false
    /// What was wrong with it; nil when nothing was.
    public internal(set) var damage: String?
    /// Whether it can be proved or repaired only by fetching its objects and deploying it once more.
    public internal(set) var needsDeployment = false
    /// Why it could not be looked at; nil when it could.
    public internal(set) var obstacle: String?
    /// What was found and done.
    public internal(set) var findings: [Finding] = []
}

/// One thing that was found, for the log: a sentence that is always the same, and what it is about.
public struct Finding: Sendable, Equatable {
    /// The sentence.
    public let message: String
    /// What it is about: paths, commits, words of the system.
    public let subject: String
}

extension Finding: CustomStringConvertible {
    /// The sentence with its subject.
    public var description: String { subject.isEmpty ? message : "\(message): \(subject)" }
}

/// What was done about stores that turned out to be damaged.
public struct ReplacedStores: Sendable, Equatable {
    /// Whether the root's store was replaced by an empty one.
    public internal(set) var isRootReplaced = false
    /// Stores of submodules, by location, that were given up.
    public internal(set) var modules: [String] = []

    /// Whether nothing was damaged.
    public var isEmpty: Bool { !isRootReplaced && modules.isEmpty }
}

extension Recovery {
    /// Looks at every byte of the object stores, and gives those up in which one has changed since it was written.
    ///
    /// What is live is served on; the next fetch brings what is needed. It costs as much as reading the stores: call it
    /// when an object could not be read.
    ///
    /// - Parameter deadline: when to give up.
    /// - Returns: what was replaced.
    /// - Throws: what the system refused, a passed deadline among it.
    public func replaceDamagedStores(deadline: Deadline) throws -> ReplacedStores {
        let check = try jobs.run(CheckStores(), deadline)
        if let replacement = check.replacement { try replaceStore(with: replacement) }
        if check.replacement != nil || !check.modules.isEmpty { cleaner.start() }
        return ReplacedStores(isRootReplaced: check.replacement != nil, modules: check.modules)
    }
}

// Has the object store opened, and puts an empty one in the place of a damaged one.
extension Recovery {
    /// Opens the store; one that is of no use is replaced, and the records of the releases go with it.
    func openStore(_ deadline: Deadline) throws {
        guard case .unusable(let replacement) = try jobs.run(OpenStore(), deadline) else { return }
        find("the object store is of no use and is replaced; a fetch is needed", replacement.reason)
        try replaceStore(with: replacement)
        _ = try jobs.run(OpenStore(), deadline)
    }

    /// Exchanges the store for one that lies in the staging directory.
    func replaceStore(with replacement: StoreReplacement) throws(ReleaseError) {
        // What is open of the old one is let go: a pack that is open is taken for one of the same name that comes later.
        jobs.end()
        guard TemporaryName.matches(Array(replacement.name.utf8)), !replacement.name.contains("/") else {
            throw .refused(operation: "replace the object store", reason: "\(replacement.name) is no name of ours")
        }
        let fresh = layout.stagingPlace.appending(replacement.name)
        try system { () throws(SystemError) in
            try exchange(fresh, layout.store)
            if replacement.isForeign {
                // Somebody may miss it: it is not ours to remove.
                try layout.discard(layout.replacedStore)
                try fresh.rename(to: layout.replacedStore)
                find("what was in the object store's place is kept", layout.replacedStore.path)
            } else {
                try layout.discard(fresh)
            }
        }
    }

    private func exchange(_ fresh: Place, _ old: Place) throws(SystemError) {
        do throws(SystemError) {
            try fresh.exchange(with: old)
        } catch  where error.isUnsupported {
            // Nobody but us and people with git look at the store: a moment without it does no harm.
            let aside = layout.stagingPlace.unused()
            try old.rename(to: aside)
            try fresh.rename(to: old)
            try aside.rename(to: fresh)
        }
    }
}
