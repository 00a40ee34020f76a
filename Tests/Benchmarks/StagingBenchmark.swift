internal import GitObjects
internal import GitStore
internal import Glibc
internal import Layout
internal import Posix
internal import Releases
internal import Staging
internal import TestSupport

/// The cost of a first release and of a one-line push, from objects in the store to the swapped link.
///
/// `git worktree add` of the same commit runs on the same volume between them, for the ratios.
struct StagingBenchmark {
    private let sizes: [Int]
    private let places: [String]
    private let pushes: Int

    init(arguments: ArraySlice<String>) throws {
        var flags = try Arguments(arguments)
        sizes = try flags.numbers("--files", or: [1_000, 10_000, 100_000])
        let named = flags.texts("--on")
        places = named.isEmpty ? ["/dev/shm", "/tmp"] : named
        pushes = try flags.number("--pushes", or: 7)
        try flags.end()
    }

    func run() throws {
        for place in places {
            print("\(place): first release, `git worktree add`, one-line push (median and best), in milliseconds")
            for size in sizes { try measure(size, on: place) }
        }
    }

    private func measure(_ size: Int, on place: String) throws {
        let directory = place + "/" + TemporaryName.make()
        try Files.makeDirectory(directory)
        defer { try? Files.removeTree(directory) }
        let fixture = try GitFixture(at: directory + "/repository")
        let first = try fixture.manyFiles(size)
        let layout = try ReleaseLayout(root: directory + "/root", link: "link")
        _ = try ObjectStore.open(layout.gitDirectory)
        try AtomicFile.write(
            Array("\(fixture.path)/objects\n".utf8), to: layout.gitDirectory + "/objects/info/alternates")
        let objects = try ObjectStore.openExisting(layout.gitDirectory)
        let stager = Stager(layout: layout, objects: objects)

        func deploy(_ hash: String, from source: Release?) throws -> (release: Release, time: Double, processor: Double)
        {
            guard let commit = ObjectID(hash) else { throw SystemError(code: 22, operation: "read \(hash)") }
            let (start, processorStart) = (ContinuousClock.now, try processorTime())
            let staged = try stager.stage(commit, from: source, deadline: .after(.seconds(600)))
            let release = try stager.install(staged)
            try publish(release, in: layout)
            let duration = (ContinuousClock.now - start).inSeconds * 1000
            let processor = try processorTime() - processorStart
            try stager.discard(staged)
            return (release, duration, processor)
        }

        // ext4 passes over the inodes that were deleted within the last five seconds, one by one. What was removed before
        // would make either of the two slow, whichever comes first.
        sleep(6)
        let initial = try deploy(first, from: nil)
        var release = initial.release
        let start = ContinuousClock.now
        try fixture.git("worktree", "add", "--quiet", "--detach", directory + "/worktree", first)
        let worktreeTime = (ContinuousClock.now - start).inSeconds * 1000
        var times: [Double] = []
        var processor: [Double] = []
        for number in 1...pushes {
            let hash = try fixture.commit([GitFixture.manyFilesPath(size / 2): .text("change \(number)\n")])
            try objects.refresh()
            let push = try deploy(hash, from: release)
            times.append(push.time)
            processor.append(push.processor)
            try Files.removeTree(release.path)
            release = push.release
        }
        times.sort()
        processor.sort()
        print(
            "\(size) files: first \(tenths(initial.time)) (processor \(tenths(initial.processor))),",
            "worktree \(tenths(worktreeTime)),",
            "ratio \(hundredths(initial.time / worktreeTime));",
            "push \(tenths(times[times.count / 2])) (best \(tenths(times[0])), processor \(tenths(processor[processor.count / 2]))),",
            "1/\(tenths(worktreeTime / times[times.count / 2])) of worktree")
    }

    /// Processor time of this process and its threads so far, in milliseconds.
    private func processorTime() throws -> Double { try ProcessFigures.current().processorSeconds * 1000 }

    private func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
