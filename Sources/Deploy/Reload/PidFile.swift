internal import Posix

/// A file that holds the number of a process, and may have outlived it.
struct PidFile {
    let path: String
    let table: ProcessTable
    let target: Target
    var memory = PidFileMemory.shared

    /// How much later than the file a process may have been started; clocks are set by small steps at times.
    static let slack = Duration.seconds(5)

    /// The process that the file names.
    ///
    /// A server writes the file after it has started; what was started later has the number of a server that ended. When a
    /// process was started is known by the kernel's ticks. When the file was written is known only by a clock that people
    /// set, so that its time is a hint: a process that the file has named before, or whose program belongs to it, is not
    /// doubted for it.
    func process() throws(ReloadError) -> ProcessEntry {
        let number = try number()
        guard let entry = table.processes[number], !entry.isZombie else {
            throw stale("process \(number), which the file names, does not run")
        }
        let written = try system(nil) { () throws(SystemError) in
            try Files.status(path, followingLinks: true).modificationTime
        }
        if !memory.knows(entry, in: path), memory.isOlder(written, than: entry.startTime, by: Self.slack),
            !isProgramOfFile(try details(of: entry))
        {
            throw stale(
                "\(entry.shown) was started after the file was written: it only has the number of an earlier one",
                hint: "have the server write the file again, or find it by its name")
        }
        memory.note(entry, in: path)
        return entry
    }

    /// Whether a process goes by the file's name, as nginx does that writes nginx.pid, or by what the file named before.
    private func isProgramOfFile(_ entry: ProcessEntry) -> Bool {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let stem = file.hasSuffix(".pid") ? String(file.dropLast(4)) : ""
        if !stem.isEmpty, entry.isNamed(stem) { return true }
        return memory.program(in: path) == entry.name
    }

    private func details(of entry: ProcessEntry) throws(ReloadError) -> ProcessEntry {
        let read = try system(nil) { () throws(SystemError) in
            try ProcessEntry.read(entry.processID, [.executable, .arguments])
        }
        guard let read, read.startTicks == entry.startTicks else { return entry }
        return read
    }

    private func number() throws(ReloadError) -> Int32 {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, limit: 4096)
        } catch {
            throw ReloadError(
                code: error.isNotFound ? .noTarget : .system, operation: "find \(target)", message: "\(error)")
        }
        let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first
        guard let text, let number = Int32(text), number > 0 else {
            // A server that is just writing it has emptied it first.
            throw stale("the file holds no process number")
        }
        return number
    }

    private func stale(_ message: String, hint: String? = nil) -> ReloadError {
        ReloadError(code: .stalePidFile, operation: "find \(target)", message: message, hint: hint)
    }
}

/// What was seen of pid files, and of the clock that stamps them, since this program was started.
final class PidFileMemory: Sendable {
    static let shared = PidFileMemory()

    /// The clock that people set and the one that they cannot, as arguments of tests.
    struct Clocks: Sendable {
        var wall: @Sendable () -> Timestamp = { .now() }
        var sinceBoot: @Sendable () -> Duration = { CurrentProcess.timeSinceBoot }
    }

    private struct Content: Sendable {
        /// By path, the process that the file named last.
        var named: [String: (process: Int32, startTicks: UInt64, program: String)] = [:]
        /// How far apart the two clocks have been, the first time first; a step of the one makes another.
        var offsets: [Duration] = []
    }

    private let clocks: Clocks
    private let content = Locked(Content())

    /// Offsets that differ by less are one: clocks are also set gradually.
    private static let grain = Duration.seconds(1)
    private static let mostOffsets = 32

    init(_ clocks: Clocks = Clocks()) {
        self.clocks = clocks
        noteClock()
    }

    /// Looks how far apart the clocks are now.
    func noteClock() {
        let wall = clocks.wall()
        // Bounded: both are times of this machine's clocks, and a duration holds far more than either.
        let offset = .seconds(wall.seconds) + .nanoseconds(Int64(clamping: wall.nanoseconds)) - clocks.sinceBoot()
        content.withLock { content in
            if content.offsets.contains(where: { abs($0, offset) < Self.grain }) { return }
            content.offsets.append(offset)
            // The first stays: the oldest files were stamped by it.
            if content.offsets.count > Self.mostOffsets { content.offsets.remove(at: 1) }
        }
    }

    // Bounded: so are their distances.
    private func abs(_ one: Duration, _ other: Duration) -> Duration { max(one - other, other - one) }

    /// Whether a file was written before a process was started, whichever of the times that the clock has shown was right.
    func isOlder(_ written: Int64, than start: Duration, by slack: Duration) -> Bool {
        noteClock()
        return content.withLock { content in
            // Bounded: a file's time has 64 bits of nanoseconds.
            content.offsets.allSatisfy { .nanoseconds(written) - $0 + slack < start }
        }
    }

    /// Whether the file has named this very process before.
    func knows(_ entry: ProcessEntry, in path: String) -> Bool {
        content.withLock { content in
            content.named[path].map { $0.process == entry.processID && $0.startTicks == entry.startTicks } ?? false
        }
    }

    /// The name of the process that the file named last.
    func program(in path: String) -> String? { content.withLock { $0.named[path]?.program } }

    func note(_ entry: ProcessEntry, in path: String) {
        content.withLock { $0.named[path] = (entry.processID, entry.startTicks, entry.name) }
    }
}
