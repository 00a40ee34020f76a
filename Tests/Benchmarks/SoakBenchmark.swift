internal import Posix
internal import TestSupport

/// A day of polls as fast as they go, with pushes in between: memory, descriptors, threads and disk must stay flat.
///
/// Runs the built program against a real server, as a pod would; `make build` first.
struct SoakBenchmark {
    /// A poll every ten seconds for 24 hours, if it is not given.
    private let polls: Int
    private let pollsPerPush: Int
    private let files: Int
    private let program: String

    init(arguments: ArraySlice<String>) throws {
        var flags = try Arguments(arguments)
        polls = try flags.number("--polls", or: 8_640)
        pollsPerPush = try flags.number("--polls-per-push", or: 60)
        files = try flags.number("--files", or: 1_000)
        program = try flags.program()
        try flags.end()
    }

    func run() throws {
        let directory = "/dev/shm/" + TemporaryName.make()
        try Files.makeDirectory(directory)
        defer { try? Files.removeTree(directory) }
        let fixture = try GitFixture(at: directory + "/repository.git")
        try fixture.manyFiles(files)
        let server = try GitHTTPServer(serving: directory)
        defer { server.stop() }
        let sidecar = try BackgroundProgram(
            [
                program, "--repo=\(server.url("repository.git"))", "--root=\(directory)/root", "--link=link",
                "--period=10ms", "--jitter=0%", "--exechook-command=/bin/true",
            ], log: directory + "/log")
        defer { sidecar.stop() }

        print("\(files) files, \(polls) polls, a push every \(pollsPerPush) polls")
        print("    polls   pushes   memory KiB   descriptors   threads   root KiB")
        var pushes = 0
        var samples: [Sample] = []
        for number in stride(from: pollsPerPush, through: polls, by: pollsPerPush) {
            try waitUntil("\(number) polls", within: .seconds(120)) {
                try server.exchanges().count >= number || !sidecar.isRunning
            }
            let hash = try fixture.commit([GitFixture.manyFilesPath(pushes % files): .text("push \(pushes)\n")])
            pushes += 1
            try waitUntil("push \(pushes) is live; \(sidecar.log.suffix(2000))", within: .seconds(30)) {
                TestFiles.linkTarget(directory + "/root/link")?.hasSuffix(hash) == true || !sidecar.isRunning
            }
            guard sidecar.isRunning else {
                throw NeverEnds(description: "the sidecar ended: \(sidecar.log.suffix(2000))")
            }
            let isReport = number / pollsPerPush % max(1, polls / pollsPerPush / 12) == 0
            guard isReport || number + pollsPerPush > polls else { continue }
            let sample = try Sample(of: sidecar.processID, root: directory + "/root")
            samples.append(sample)
            print(padded(number, 9), padded(pushes, 8), sample.description)
        }
        sidecar.signal(15)
        let status = sidecar.waitForEnd()
        try judge(samples, status)
    }

    /// The first samples are left out: until then caches fill.
    private func judge(_ samples: [Sample], _ status: Int32?) throws {
        guard samples.count > 6, let last = samples.last else { return }
        let first = samples[2]
        // A hook or a request that is under way holds some for a moment. What leaks with each poll or push would be
        // hundreds at the end: the least of the last must not be above the most of the first.
        func least(_ of: ArraySlice<Sample>, _ figure: (Sample) -> Int) -> Int { of.map(figure).min() ?? 0 }
        func most(_ of: ArraySlice<Sample>, _ figure: (Sample) -> Int) -> Int { of.map(figure).max() ?? 0 }
        let (early, late) = (samples.prefix(4), samples.suffix(4))
        let isFlat =
            last.memory <= first.memory + max(first.memory / 10, 2048)
            && least(late, \.descriptors) <= most(early, \.descriptors)
            && least(late, \.threads) <= most(early, \.threads) && last.disk <= first.disk * 3 / 2 && status == 0
        print(isFlat ? "flat" : "NOT FLAT (exit code at the end: \(status.map { "\($0)" } ?? "none"))")
        if !isFlat { ThisProcess.exit(1) }
    }

    /// What the sidecar holds at one moment.
    private struct Sample: CustomStringConvertible {
        let memory: Int
        let descriptors: Int
        let threads: Int
        let disk: Int

        init(of process: Int32, root: String) throws {
            let fields = try TestFiles.text("/proc/\(process)/statm").split(separator: " ")
            memory = (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4
            descriptors = try TestFiles.list("/proc/\(process)/fd").count
            threads = try TestFiles.list("/proc/\(process)/task").count
            let size = try runProgram(["du", "-sk", root]).output
            disk = Int(size.prefix { $0.isNumber }) ?? 0
        }

        var description: String {
            [padded(memory, 12), padded(descriptors, 13), padded(threads, 9), padded(disk, 10)].joined(separator: " ")
        }
    }
}

private struct NeverEnds: Error, CustomStringConvertible {
    let description: String
}

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: " ", count: max(0, width - digits.count)) + digits
}
