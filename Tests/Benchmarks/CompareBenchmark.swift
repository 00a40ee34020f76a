internal import Posix
internal import TestSupport

/// From a push to the swapped link, beside another build of the program: both follow one repository and take turns, so that
/// what else the machine does falls on both.
///
/// Runs the built programs, as a pod would; the trigger is a signal, so that no period is part of the figures.
struct CompareBenchmark {
    private let pushes: Int
    private let files: Int
    private let place: String
    private let programs: [(name: String, path: String)]

    init(arguments: ArraySlice<String>) throws {
        var flags = try Arguments(arguments)
        pushes = try flags.number("--pushes", or: 30)
        files = try flags.number("--files", or: 1_000)
        place = flags.texts("--on").last ?? "/dev/shm"
        var programs = [(name: "this", path: try flags.program())]
        for path in flags.texts("--against") {
            guard TestFiles.exists(path) else { throw BadArgument(description: "there is no \(path)") }
            programs.append((name: path, path: path))
        }
        self.programs = programs
        try flags.end()
    }

    func run() throws {
        let directory = place + "/" + TemporaryName.make()
        try Files.makeDirectory(directory)
        defer { try? Files.removeTree(directory) }
        let fixture = try GitFixture(at: directory + "/repository.git")
        try fixture.manyFiles(files)
        print("\(files) files, \(pushes) pushes, in milliseconds from the signal to the swapped link:")
        try measure("from a path", "file://" + fixture.path, fixture, directory + "/by-path")
        let server = try GitHTTPServer(serving: directory)
        defer { server.stop() }
        try measure("over HTTP", server.url("repository.git"), fixture, directory + "/by-http")
    }

    private func measure(_ way: String, _ url: String, _ fixture: GitFixture, _ directory: String) throws {
        try Files.makeDirectory(directory)
        let contestants = try programs.enumerated().map { number, program in
            try Contestant(program, url, directory: "\(directory)/\(number)")
        }
        defer { for contestant in contestants { contestant.sidecar.stop() } }
        guard let first = try fixture.tip(of: "main") else { return }
        for contestant in contestants { try contestant.waitUntilLive(first) }
        for number in 0..<pushes {
            let hash = try fixture.commit([GitFixture.manyFilesPath(number % files): .text("\(way) \(number)\n")])
            for contestant in number % 2 == 0 ? contestants : contestants.reversed() {
                try contestant.waitUntilIdle()
                let before = try contestant.processorSeconds()
                let start = ContinuousClock.now
                contestant.sidecar.signal(1)
                try contestant.waitUntilLive(hash)
                contestant.times.append((ContinuousClock.now - start).inSeconds * 1000)
                try contestant.waitUntilIdle()
                contestant.processor.append((try contestant.processorSeconds() - before) * 1000)
            }
        }
        for contestant in contestants {
            print(
                "\(way), \(contestant.name): \(figures(contestant.times)); processor \(figures(contestant.processor))")
        }
        for other in contestants.dropFirst() {
            let ratio = median(contestants[0].times) / median(other.times)
            print("\(way): this takes \((ratio * 100).rounded() / 100) of \(other.name)")
        }
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private func figures(_ values: [Double]) -> String {
        func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
        let sorted = values.sorted()
        return "median \(rounded(sorted[sorted.count / 2])), best \(rounded(sorted[0])),"
            + " 90 % \(rounded(sorted[sorted.count * 9 / 10]))"
    }
}

/// A sidecar that follows the repository in a root of its own.
private final class Contestant {
    let name: String
    let sidecar: BackgroundProgram
    private let link: String
    var times: [Double] = []
    var processor: [Double] = []

    init(_ program: (name: String, path: String), _ url: String, directory: String) throws {
        name = program.name
        try Files.makeDirectory(directory)
        link = directory + "/root/link"
        sidecar = try BackgroundProgram(
            [
                program.path, "--repo=\(url)", "--root=\(directory)/root", "--link=link", "--period=1h",
                "--sync-on-signal=SIGHUP",
            ], log: directory + "/log")
    }

    func waitUntilLive(_ hash: String) throws {
        let deadline = Deadline.after(.seconds(60))
        while TestFiles.linkTarget(link)?.hasSuffix(hash) != true {
            guard sidecar.isRunning, deadline.remaining > .zero else {
                throw NeverLive(description: "\(hash) is not live with \(name): \(sidecar.log.suffix(2000))")
            }
            try deadline.pause(.microseconds(100))
        }
    }

    /// Waits until what follows a deployment is done: no child is left, and the process uses no time.
    func waitUntilIdle() throws {
        let deadline = Deadline.after(.seconds(60))
        var last = -1.0
        while deadline.remaining > .zero {
            let used = try processorSeconds()
            if used == last, try !hasChildren() { return }
            last = used
            try deadline.pause(.milliseconds(50))
        }
        throw NeverLive(description: "\(name) does not come to rest: \(sidecar.log.suffix(2000))")
    }

    private func hasChildren() throws -> Bool {
        let process = "/proc/\(sidecar.processID)/task"
        return try TestFiles.list(process).contains { task in
            // A thread may have ended since it was listed.
            ((try? TestFiles.text("\(process)/\(task)/children")) ?? "").contains { $0 != " " }
        }
    }

    /// What the process and its children that have ended took.
    func processorSeconds() throws -> Double {
        let status = try TestFiles.text("/proc/\(sidecar.processID)/stat")
        let fields = status[(status.lastIndex(of: ")") ?? status.startIndex)...].split(separator: " ")
        guard fields.count > 15 else { return 0 }
        return fields[12...15].reduce(0) { $0 + (Double($1) ?? 0) / 100 }
    }
}

private struct NeverLive: Error, CustomStringConvertible {
    let description: String
}
