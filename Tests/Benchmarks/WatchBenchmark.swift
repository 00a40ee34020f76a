internal import GitObjects
internal import GitStore
internal import Layout
internal import Posix
internal import Releases
internal import Staging
internal import TestSupport

/// What it costs to watch a live release, and to prove it at start.
struct WatchBenchmark {
    private let sizes: [Int]
    private let place: String

    init(arguments: ArraySlice<String>) throws {
        var flags = try Arguments(arguments)
        sizes = try flags.numbers("--files", or: [1_000, 10_000, 100_000])
        place = flags.texts("--on").last ?? "/dev/shm"
        try flags.end()
    }

    func run() throws {
        for size in sizes { try measure(size) }
    }

    private func measure(_ size: Int) throws {
        let directory = place + "/" + TemporaryName.make()
        try Files.makeDirectory(directory)
        defer { try? Files.removeTree(directory) }
        let fixture = try GitFixture(at: directory + "/repository")
        let hash = try fixture.manyFiles(size)
        let layout = try ReleaseLayout(root: directory + "/root", link: "link")
        let objects = try ObjectStore.open(layout.gitDirectory)
        let deadline = Deadline.after(.seconds(300))
        guard let commit = ObjectID(hash) else { return }
        _ = try SourceRepository.open(fixture.path).copy(wants: [commit], to: objects, depth: 1, deadline: deadline)
        let stager = Stager(layout: layout, objects: objects)
        let live = try stager.install(try stager.stage(commit, from: nil, deadline: deadline))
        try publish(live, in: layout)
        let cleaner = try Cleaner(layout)
        let byContent = try time { _ = try recover(layout, cleaner, deadline) }
        let byIndex = try time { _ = try recover(layout, cleaner, deadline) }
        var watch = try LiveWatch(layout: layout, live: live)
        let first = try time { _ = try watch.step(share: 1) }
        try deadline.pause(.milliseconds(100))
        _ = try watch.step(share: 1)
        var passes: [Double] = []
        let before = try ProcessFigures.current().processorSeconds
        for _ in 0..<7 { passes.append(try time { _ = try watch.step(share: 1) }) }
        let processor = (try ProcessFigures.current().processorSeconds - before) * 1000 / 7
        var steps: [Double] = []
        for _ in 0..<50 { steps.append(try time { _ = try watch.step(share: 0.02) }) }
        passes.sort()
        steps.sort()
        print(
            "\(size) files: start by index \(rounded(byIndex)) ms, by every byte \(rounded(byContent)) ms; watch: first pass",
            "\(rounded(first)) ms, a pass \(rounded(passes[3])) ms (processor \(rounded(processor))), a fiftieth \(rounded(steps[25])) ms",
            "(worst \(rounded(steps[49])))")
    }

    private func time(_ body: () throws -> Void) throws -> Double {
        let start = ContinuousClock.now
        try body()
        return (ContinuousClock.now - start).inSeconds * 1000
    }

    private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
