internal import GitObjects
internal import GitStore
internal import Layout
internal import Posix
internal import Releases
internal import Staging

/// Moves a root between commits of a repository on this machine until it is killed, as a sidecar does.
///
///     SyncLoop ROOT symlink|directory REPOSITORY PROGRESS COMMIT…
///
/// It adds a byte to the file PROGRESS when it has recovered the root and after each publish. It ends only by a signal or
/// with an error.
@main
struct SyncLoop {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count > 4, let mode = PublishMode(rawValue: arguments[1]) else {
            print("usage: SyncLoop ROOT symlink|directory REPOSITORY PROGRESS COMMIT...")
            return
        }
        try SyncLoop(
            layout: ReleaseLayout(root: arguments[0], link: "link"), mode: mode, repository: arguments[2],
            progress: arguments[3], commits: arguments[4...].compactMap { ObjectID($0) }
        ).run()
    }

    let layout: ReleaseLayout
    let mode: PublishMode
    let repository: String
    let progress: String
    let commits: [ObjectID]

    private func run() throws {
        let lock = try RootLock(layout)
        let cleaner = try Cleaner(layout)
        let (objects, found) = try recover(cleaner)
        var live = found
        // Each run begins elsewhere, so that over many kills every step from one commit to another is taken.
        let start = Int(ProcessIdentity.process) % commits.count
        for number in 0... {
            try step()
            let deadline = Deadline.after(.seconds(30))
            let commit = commits[(start + number) % commits.count]
            _ = try SourceRepository.open(repository).copy(
                wants: [commit], to: objects, haves: objects.shallow.sorted(), depth: 1, deadline: deadline)
            if commit == live?.commit { continue }
            let stager = Stager(layout: layout, objects: objects)
            let staged = try stager.stage(commit, from: live, deadline: deadline)
            let installed = try stager.install(staged)
            let publisher = Publisher(layout: layout, mode: mode)
            let warnings = try publisher.publish(installed)
            if !warnings.isEmpty { throw SystemError(code: 5, operation: "publish \(commit): \(warnings)") }
            let release = publisher.place(of: installed)
            try stager.discard(staged)
            _ = try ReleaseCleanup(layout: layout, cleaner: cleaner).keep(
                live: release, commits: live.map { [$0.commit] } ?? [], directories: [:], LocalJobs(layout),
                .after(.seconds(60)))
            let often = number % 3 == 2 ? CompactionMode.always : .auto
            _ = try Compaction(layout: layout, mode: often).runIfNeeded(
                objects, live: release.commit, deadline: deadline)
            live = release
        }
        _ = consume lock
    }

    /// The store, and the release that is live once it has been proved; nobody remembers what was published.
    private func recover(_ cleaner: Cleaner) throws -> (store: ObjectStore, live: Release?) {
        let recovery = Recovery(layout: layout, mode: mode, cleaner: cleaner, jobs: LocalJobs(layout))
        let deadline = Deadline.after(.seconds(30))
        let findings = try recovery.open(recorded: nil, deadline: deadline)
        let store = try ObjectStore.openExisting(layout.gitDirectory)
        guard let live = try recovery.current() else {
            try recovery.noteBoot()
            return (store, nil)
        }
        let recovered = try recovery.prove(live, deadline: deadline)
        guard recovered.isVerified else {
            throw SystemError(code: 5, operation: "recover \(live.path): \(findings + recovered.findings)")
        }
        return (store, try recovery.current())
    }

    private func step() throws {
        try FileDescriptor.open(progress, .write, [.create, .append]).writeAll([UInt8(ascii: ".")])
    }
}
