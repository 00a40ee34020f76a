internal import GitObjects
internal import GitStore
internal import Layout
internal import Posix
internal import Releases
internal import Staging
internal import TestSupport

/// What it costs to have a push on the disk: its few files one by one before the swap, or the volume after it.
///
/// Both are measured on a volume at rest and behind what somebody else has written and the kernel has not.
struct FlushBenchmark {
    private let sizes: [Int]
    private let places: [String]
    private let rounds: Int
    private let foreign: Int

    init(arguments: ArraySlice<String>) throws {
        var flags = try Arguments(arguments)
        sizes = try flags.numbers("--changed", or: [1, 8, 64, 1_000])
        let named = flags.texts("--on")
        places = named.isEmpty ? ["/dev/shm", "/tmp"] : named
        rounds = try flags.number("--rounds", or: 5)
        foreign = try flags.number("--foreign", or: 200)
        try flags.end()
    }

    func run() throws {
        for place in places {
            print(
                "\(place): to the disk, in milliseconds, median of \(rounds); behind \(foreign) MiB of others in brackets"
            )
            for size in sizes { try measure(size, on: place) }
        }
    }

    private func measure(_ size: Int, on place: String) throws {
        let directory = place + "/" + TemporaryName.make()
        try Files.makeDirectory(directory)
        defer { try? Files.removeTree(directory) }
        let fixture = try GitFixture(at: directory + "/repository")
        _ = try fixture.manyFiles(max(1_000, size))
        let layout = try ReleaseLayout(root: directory + "/root", link: "link")
        _ = try ObjectStore.open(layout.gitDirectory)
        try AtomicFile.write(
            Array("\(fixture.path)/objects\n".utf8), to: layout.gitDirectory + "/objects/info/alternates")
        let objects = try ObjectStore.openExisting(layout.gitDirectory)
        _ = try layout.releasesPlace.makeDirectories()
        let jobs = LocalJobs(layout)
        var number = 0

        func push() throws -> StagedSummary {
            number += 1
            var changes: [String: GitFixture.File] = [:]
            for file in 0..<size { changes[GitFixture.manyFilesPath(file)] = .text("change \(number) of \(file)\n") }
            guard let commit = ObjectID(try fixture.commit(changes)) else {
                throw SystemError(code: 22, operation: "read a commit")
            }
            try objects.refresh()
            jobs.end()
            return try jobs.run(
                StageRelease(commit: commit, source: nil, submodules: [], options: StagingOptions()),
                .after(.seconds(600)))
        }

        func median(_ isForeign: Bool, _ flush: (StagedSummary) throws -> Void) throws -> Double {
            var times: [Double] = []
            for _ in 0..<rounds {
                _ = try jobs.run(FlushFiles(release: nil, paths: []), .after(.seconds(600)))
                // What was written for the first release is no part of a push.
                let staged = try push()
                if isForeign {
                    try AtomicFile.write([UInt8](repeating: 7, count: foreign << 20), to: directory + "/others")
                }
                let start = ContinuousClock.now
                try flush(staged)
                times.append((ContinuousClock.now - start).inSeconds * 1000)
                try Files.removeTree(staged.release.path)
            }
            times.sort()
            return (times[times.count / 2] * 100).rounded() / 100
        }

        let listed = (0..<size).map { Array(GitFixture.manyFilesPath($0).utf8) }
        func few(_ staged: StagedSummary) throws {
            _ = try jobs.run(FlushFiles(release: staged.release, paths: listed), .after(.seconds(600)))
        }
        func all(_ staged: StagedSummary) throws {
            _ = try jobs.run(FlushFiles(release: nil, paths: []), .after(.seconds(600)))
        }
        print(
            "\(size) changed files: one by one \(try median(false, few)) (\(try median(true, few))),",
            "the volume \(try median(false, all)) (\(try median(true, all)))")
    }
}
