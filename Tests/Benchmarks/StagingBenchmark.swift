internal import GitStore
internal import Posix
internal import Releases
internal import TestSupport

/// The cost of a first release and of a one-line push, from objects in the store to the swapped link.
///
/// `git worktree add` of the same commit runs on the same volume between them, for the ratios.
struct StagingBenchmark {
    private var sizes: [Int] = []
    private var places: [String] = []

    init(arguments: ArraySlice<String>) {
        var rest = arguments
        while let name = rest.popFirst(), let value = rest.popFirst() {
            switch name {
            case "--files": if let size = Int(value) { sizes.append(size) }
            case "--on": places.append(value)
            default: break
            }
        }
        if sizes.isEmpty { sizes = [1_000, 10_000, 100_000] }
        if places.isEmpty { places = ["/dev/shm", "/tmp"] }
    }

    func run() throws {
        for place in places {
            print("\(place): first release, `git worktree add`, one-line push (median and best of 7), in milliseconds")
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
        let publisher = Publisher(layout: layout)

        func deploy(_ hash: String, from source: Release?) throws -> (Release, Double) {
            guard let commit = ObjectID(hash) else { throw SystemError(code: 22, operation: "read \(hash)") }
            let start = ContinuousClock.now
            let staged = try stager.stage(commit, from: source, deadline: .after(.seconds(600)))
            let release = try publisher.publish(try stager.install(staged))
            let duration = (ContinuousClock.now - start).inSeconds * 1000
            try stager.discard(staged)
            return (release, duration)
        }

        var (release, firstTime) = try deploy(first, from: nil)
        let start = ContinuousClock.now
        try fixture.git("worktree", "add", "--quiet", "--detach", directory + "/worktree", first)
        let worktreeTime = (ContinuousClock.now - start).inSeconds * 1000
        var pushes: [Double] = []
        for number in 1...7 {
            let hash = try fixture.commit([GitFixture.manyFilesPath(size / 2): .text("change \(number)\n")])
            try objects.refresh()
            let (next, duration) = try deploy(hash, from: release)
            pushes.append(duration)
            try Files.removeTree(release.path)
            release = next
        }
        pushes.sort()
        print(
            "\(size) files: first \(tenths(firstTime)), worktree \(tenths(worktreeTime)),",
            "ratio \(tenths(firstTime / worktreeTime * 10) / 10); push \(tenths(pushes[3])) (\(tenths(pushes[0]))),",
            "1/\(tenths(worktreeTime / pushes[3])) of worktree")
    }

    private func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
