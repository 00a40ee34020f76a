internal import GitObjects
internal import GitStore
internal import Layout
internal import Posix
internal import Releases
internal import Staging
internal import TestSupport

/// How big a root grows over many one-line pushes, beside a fresh one, and how long each takes with all that follows it.
struct PushesBenchmark {
    private let pushes: Int
    private let files: Int
    private let place: String

    init(arguments: ArraySlice<String>) throws {
        var flags = try Arguments(arguments)
        pushes = try flags.number("--pushes", or: 1_000)
        files = try flags.number("--files", or: 1_000)
        place = flags.texts("--on").last ?? "/dev/shm"
        try flags.end()
    }

    func run() throws {
        let directory = place + "/" + TemporaryName.make()
        try Files.makeDirectory(directory)
        defer { try? Files.removeTree(directory) }
        let fixture = try GitFixture(at: directory + "/repository")
        let first = try fixture.manyFiles(files)
        var old = try Pusher(root: directory + "/old", repository: fixture.path)
        try old.push(first)
        print("\(files) files, fresh: \(try size(directory + "/old")) KiB")
        var times: [Double] = []
        for number in 1...pushes {
            let hash = try fixture.commit([GitFixture.manyFilesPath(number % files): .text("change \(number)\n")])
            let start = ContinuousClock.now
            try old.push(hash)
            times.append((ContinuousClock.now - start).inSeconds * 1000)
            if number % max(1, pushes / 10) == 0 {
                try old.finish()
                print("after \(number) pushes: \(try size(directory + "/old")) KiB, \(old.compactions) compactions")
            }
        }
        guard let last = try fixture.tip(of: "main") else { return }
        var fresh = try Pusher(root: directory + "/fresh", repository: fixture.path)
        try fresh.push(last)
        try old.finish()
        try fresh.finish()
        let (oldSize, freshSize) = (try size(directory + "/old"), try size(directory + "/fresh"))
        times.sort()
        print(
            "after \(pushes) pushes \(oldSize) KiB, fresh \(freshSize) KiB, ratio",
            Double(oldSize * 100 / freshSize) / 100)
        print(
            "a push, fetch to compaction: median \(rounded(times[times.count / 2])) ms,",
            "99 % \(rounded(times[times.count * 99 / 100])) ms, worst \(rounded(times[times.count - 1])) ms")
    }

    private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    private func size(_ path: String) throws -> Int {
        let output = try runProgram(["du", "-sk", path]).succeeded().output
        return output.split(separator: "\t").first.flatMap { Int($0) } ?? 0
    }
}

/// A root that follows a repository as a sidecar does.
private struct Pusher {
    private let layout: ReleaseLayout
    private let repository: String
    private let objects: ObjectStore
    private let cleaner: Cleaner
    private var live: Release?
    private(set) var compactions = 0

    init(root: String, repository: String) throws {
        layout = try ReleaseLayout(root: root, link: "link")
        self.repository = repository
        cleaner = try Cleaner(layout)
        objects = try recover(layout, cleaner, .after(.seconds(60)))
    }

    mutating func push(_ hash: String) throws {
        guard let commit = ObjectID(hash) else { throw SystemError(code: 22, operation: "read \(hash)") }
        let deadline = Deadline.after(.seconds(60))
        _ = try SourceRepository.open(repository).copy(
            wants: [commit], to: objects, haves: live.map { [$0.commit] } ?? [], depth: 1, deadline: deadline)
        let stager = Stager(layout: layout, objects: objects)
        let staged = try stager.stage(commit, from: live, deadline: deadline)
        let release = try stager.install(staged)
        try publish(release, in: layout)
        try stager.discard(staged)
        _ = try ReleaseCleanup(layout: layout, cleaner: cleaner).keep(
            live: release, commits: live.map { [$0.commit] } ?? [], directories: [:], LocalJobs(layout),
            .after(.seconds(60)))
        let result = try Compaction(layout: layout).runIfNeeded(objects, live: commit, deadline: deadline)
        if result != nil { compactions += 1 }
        live = release
    }

    func finish() throws {
        try cleaner.finish(.after(.seconds(60)))
    }
}
