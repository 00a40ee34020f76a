internal import Posix
internal import TestSupport

/// What a sidecar holds while nothing happens, after a deployment: its anonymous memory, and what a memory controller counts.
struct MemoryBenchmark {
    private let sizes: [Int]
    private let programs: [String]

    init(arguments: ArraySlice<String>) throws {
        var flags = try Arguments(arguments)
        sizes = try flags.numbers("--files", or: [1_000, 100_000])
        programs = [try flags.program()] + flags.texts("--against")
        try flags.end()
    }

    func run() throws {
        for size in sizes {
            let directory = "/dev/shm/" + TemporaryName.make()
            try Files.makeDirectory(directory)
            defer { try? Files.removeTree(directory) }
            let fixture = try GitFixture(at: directory + "/repository.git")
            try fixture.manyFiles(size)
            for program in programs { try measure(program, size, fixture, directory + "/" + TemporaryName.make()) }
        }
    }

    private func measure(_ program: String, _ size: Int, _ fixture: GitFixture, _ directory: String) throws {
        try Files.makeDirectory(directory)
        let group = ControlGroup.make()
        defer { group?.remove() }
        let sidecar = try BackgroundProgram(
            (group?.wrapper ?? []) + [
                program, "--repo=file://\(fixture.path)", "--root=\(directory)/root", "--link=link", "--period=1s",
            ], log: directory + "/log")
        defer { sidecar.stop() }
        // The second deployment shares files with the first, as all others do.
        for number in 1...2 {
            let hash = try fixture.commit([GitFixture.manyFilesPath(number): .text("\(program) \(number)\n")])
            try waitUntil("\(hash) is live; \(sidecar.log.suffix(2000))", within: .seconds(120)) {
                TestFiles.linkTarget(directory + "/root/link")?.hasSuffix(hash) == true
            }
        }
        // A few periods: the old release is gone, and the live one has been looked at as a whole.
        try Deadline.after(.seconds(60)).pause(.seconds(6))
        let process = "/proc/\(sidecar.processID)"
        let children = try TestFiles.text("\(process)/task/\(sidecar.processID)/children").split(separator: " ").count
        let memory = try TestFiles.text(process + "/smaps_rollup").split(separator: "\n")
        let anonymous = memory.first { $0.hasPrefix("Anonymous:") }?.split(separator: " ").dropFirst().first ?? "?"
        let resident = memory.first { $0.hasPrefix("Pss:") }?.split(separator: " ").dropFirst().first ?? "?"
        print(
            "\(size) files, \(program): anonymous \(anonymous) KiB, PSS \(resident) KiB, \(children) children;",
            group?.figures ?? "no memory controller can be used here")
    }
}

/// A group of the memory controller, version 1 or 2.
private struct ControlGroup {
    private let path: String

    /// Makes a group; nil where that cannot be.
    static func make() -> ControlGroup? {
        for parent in ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"] {
            let group = ControlGroup(path: parent + "/benchmark-" + TemporaryName.make())
            guard (try? Files.makeDirectory(group.path)) != nil else { continue }
            if group.counted != nil { return group }
            group.remove()
        }
        return nil
    }

    /// What starts a program in the group.
    var wrapper: [String] { ["sh", "-c", #"echo $$ > "$0/cgroup.procs" && exec "$@""#, path] }

    /// What the controller counts now, in bytes, and of that what is no file's.
    private var counted: (all: String, anonymous: String)? {
        for (all, field) in [("memory.usage_in_bytes", "rss "), ("memory.current", "anon ")] {
            guard let usage = try? TestFiles.text("\(path)/\(all)"), let all = usage.split(separator: "\n").first,
                let lines = try? TestFiles.text("\(path)/memory.stat").split(separator: "\n"),
                let line = lines.first(where: { $0.hasPrefix(field) })
            else { continue }
            return (String(all), String(line.dropFirst(field.count)))
        }
        return nil
    }

    var figures: String? {
        guard let (all, anonymous) = counted, let total = Int(all), let own = Int(anonymous) else { return nil }
        return "its control group \(total >> 10) KiB with the files in memory, \(own >> 10) KiB without"
    }

    /// Removes the group, once the kernel has noticed that the last process is gone.
    func remove() {
        try? waitUntil("the control group can be removed") { (try? runProgram(["rmdir", path]).succeeded()) != nil }
    }
}
