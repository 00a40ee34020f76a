internal import HTTPClient
internal import JSON
internal import Posix
internal import TestSupport

/// Whether somebody who asks for metrics all the time, and listens to events, slows publishing down.
///
/// Blocks of pushes with and without them take turns, so that what else the machine does falls on both.
struct ControlBenchmark {
    private let blocks: Int
    private let pushes: Int
    private let files: Int
    private let requestsPerMinute: Int
    private let program: String

    init(arguments: ArraySlice<String>) throws {
        var flags = try Arguments(arguments)
        blocks = max(2, try flags.number("--blocks", or: 10))
        pushes = try flags.number("--pushes", or: 20)
        files = try flags.number("--files", or: 1_000)
        requestsPerMinute = try flags.number("--requests", or: 10_000)
        program = try flags.program()
        try flags.end()
    }

    func run() throws {
        HTTPLibrary.start()
        let directory = "/dev/shm/" + TemporaryName.make()
        try Files.makeDirectory(directory)
        defer { try? Files.removeTree(directory) }
        let fixture = try GitFixture(at: directory + "/repository.git")
        try fixture.manyFiles(files)
        let port = try freePort()
        let sidecar = try BackgroundProgram(
            [
                program, "--repo=file://\(fixture.path)", "--root=\(directory)/root", "--link=link", "--period=10ms",
                "--jitter=0%", "--http-bind=127.0.0.1:\(port)", "--http-metrics",
            ], log: directory + "/log")
        defer { sidecar.stop() }
        var times: (alone: [Double], asked: [Double]) = ([], [])
        var asked = 0
        var (number, length) = (0, Duration.zero)
        for block in 0..<blocks {
            let isAsked = block % 2 == 1
            let askers = isAsked ? try Askers(port: port, perMinute: requestsPerMinute) : nil
            let start = ContinuousClock.now
            for _ in 0..<pushes {
                number += 1
                let hash = try fixture.commit([GitFixture.manyFilesPath(number % files): .text("push \(number)\n")])
                try waitUntil("push \(number) is live; \(sidecar.log.suffix(2000))", within: .seconds(30)) {
                    TestFiles.linkTarget(directory + "/root/link")?.hasSuffix(hash) == true || !sidecar.isRunning
                }
                let seconds = try deploymentSeconds(directory + "/root/.git-sidecar/releases.log", hash)
                if isAsked { times.asked.append(seconds) } else { times.alone.append(seconds) }
            }
            if let askers {
                asked += try askers.stop()
                length += ContinuousClock.now - start
            }
        }
        report(times.alone, times.asked, Double(asked) / length.inSeconds * 60)
    }

    /// How long a deployment took, by the sidecar's own word.
    private func deploymentSeconds(_ journal: String, _ hash: String) throws -> Double {
        var found: JSONValue?
        try waitUntil("\(hash) is in the journal") {
            let last = try TestFiles.text(journal).split(separator: "\n").last ?? ""
            found = try? JSONValue.read(String(last))
            return found?["hash"]?.string == hash
        }
        guard case .object(let stages) = found?["seconds"] else { return 0 }
        return stages.reduce(0) { $0 + ($1.value.double ?? 0) }
    }

    private func report(_ alone: [Double], _ asked: [Double], _ rate: Double) {
        func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }
        func shown(_ seconds: Double) -> Double { (seconds * 10_000).rounded() / 10 }
        print("\(files) files, \(alone.count + asked.count) pushes, \(Int(rate)) requests for metrics a minute")
        print("a deployment alone: median \(shown(median(alone))) ms; beside them: \(shown(median(asked))) ms")
        print("ratio \((median(asked) / median(alone) * 100).rounded() / 100)")
    }
}

/// Somebody who asks for metrics at a steady pace.
private final class Askers {
    private let cancellation: Cancellation
    private let count = Locked(0)
    private let thread: NativeThread

    init(port: UInt16, perMinute: Int) throws {
        let (cancellation, count) = (try Cancellation(), count)
        self.cancellation = cancellation
        let pause = Duration.seconds(60) / perMinute
        thread = try NativeThread("asker") {
            // A client belongs to one thread. Without one nothing is counted, which is printed.
            guard let client = try? HTTPClient(HTTPConfiguration(userAgent: "benchmark")) else { return }
            let start = ContinuousClock.now
            var number = 0
            while !cancellation.isCancelled {
                let request = HTTPRequest("http://127.0.0.1:\(port)/metrics")
                // One that fails is missing in the count, which is printed.
                if (try? client.fetch(request, limit: 1 << 20, deadline: .after(.seconds(10)))) != nil {
                    count.withLock { $0 += 1 }
                }
                number += 1
                let due = start.advanced(by: pause * number)
                let wait = ContinuousClock.now.duration(to: due)
                if wait > .zero { try? Deadline.after(.seconds(60), cancellation: cancellation).pause(wait) }
            }
        }
    }

    /// Ends it and returns how many answers there were.
    func stop() throws -> Int {
        cancellation.cancel()
        thread.join()
        return count.withLock { $0 }
    }
}
