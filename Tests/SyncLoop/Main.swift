internal import GitObjects
internal import GitStore
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
        let recovered = try Recovery(layout: layout, mode: mode, cleaner: cleaner, jobs: LocalJobs(layout)).run(
            recorded: nil, deadline: .after(.seconds(30)))
        let objects = try ObjectStore.open(layout.gitDirectory)
        var live = recovered.live
        if let live, !recovered.isVerified {
            throw SystemError(code: 5, operation: "recover \(live.path): \(recovered.findings)")
        }
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
            let release = try Publisher(layout: layout, mode: mode).publish(try stager.install(staged))
            try stager.discard(staged)
            _ = try Keeper(layout: layout, cleaner: cleaner).keep(
                live: release, previous: live.map { [$0.commit] } ?? [], retired: [], LocalJobs(layout),
                .after(.seconds(60)), now: .now())
            let often = number % 3 == 2 ? CompactionMode.always : .auto
            _ = try Compaction(layout: layout, mode: often).runIfNeeded(
                objects, live: release.commit, deadline: deadline)
            live = release
        }
        _ = consume lock
    }

    private func step() throws {
        try FileDescriptor.open(progress, .write, [.create, .append]).writeAll([UInt8(ascii: ".")])
    }
}
