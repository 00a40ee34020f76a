internal import Glibc
public import Posix

/// One process, as `/proc` showed it at one moment.
public struct ProcessEntry: Sendable, Equatable {
    /// The process number.
    public let processID: Int32
    /// The parent's number; 0 where it cannot be seen from here.
    public let parentID: Int32
    /// The letter of its state, such as `R`, `S` or `Z`.
    public let state: Character
    /// The name that it has given itself, at most 15 bytes.
    public let name: String
    /// Its real user; nil when not asked for.
    public var userID: UInt32?
    /// The path of its program; nil when not asked for or when we may not know it.
    public var executable: String?
    /// Its arguments, the program's name first; empty when not asked for, and for zombies.
    public var arguments: [String] = []
    /// Its working directory; nil when not asked for or when we may not know it.
    public var workingDirectory: String?
    /// When it was started, in ticks since the machine was.
    public var startTicks: UInt64
    /// Processor time so far, in ticks.
    public let processorTicks: UInt64
    /// Memory that is in use, in bytes.
    public let residentBytes: UInt64
    /// Whether it is a thread of the kernel.
    public let isKernelThread: Bool

    /// Whether it has ended and its parent has not asked how.
    public var isZombie: Bool { state == "Z" || state == "X" }
    /// Its arguments in one line; the name in brackets when there are none.
    public var commandLine: String { arguments.isEmpty ? "[\(name)]" : arguments.joined(separator: " ") }
    /// When it was started: the time since the machine was, rounded down to a tick.
    public var startTime: Duration {
        let (seconds, ticks) = startTicks.quotientAndRemainder(
            dividingBy: UInt64(clamping: CurrentProcess.ticksPerSecond))
        // Bounded: durations have 128 bits.
        return .seconds(Int64(clamping: seconds))
            + .nanoseconds(
                Int64(clamping: ticks).multipliedSaturated(by: 1_000_000_000 / CurrentProcess.ticksPerSecond))
    }
    /// `process 12 (nginx)`.
    var shown: String { "process \(processID) (\(name))" }

    init(_ status: ProcessStatus) {
        processID = status.processID
        parentID = status.parentID
        state = status.state
        name = status.name
        startTicks = status.startTicks
        processorTicks = status.processorTicks
        residentBytes = status.residentPages &* CurrentProcess.pageSize
        isKernelThread = status.isKernelThread
    }
}

/// What is read about each process beside what costs nothing.
public struct ProcessDetails: OptionSet, Sendable {
    /// The details as bits.
    public let rawValue: Int

    /// Takes bits.
    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// The user.
    public static let user = ProcessDetails(rawValue: 1)
    /// The path of the program.
    public static let executable = ProcessDetails(rawValue: 2)
    /// The arguments.
    public static let arguments = ProcessDetails(rawValue: 4)
    /// The working directory.
    public static let workingDirectory = ProcessDetails(rawValue: 8)
    /// Everything.
    public static let all: ProcessDetails = [.user, .executable, .arguments, .workingDirectory]
}

/// All processes that can be seen from here, at one moment.
public struct ProcessTable: Sendable {
    /// The processes by number.
    public let processes: [Int32: ProcessEntry]
    private let children: [Int32: [Int32]]

    /// Makes a table of given processes.
    init(_ entries: [ProcessEntry]) {
        processes = Dictionary(entries.map { ($0.processID, $0) }, uniquingKeysWith: { _, later in later })
        children = Dictionary(grouping: entries.map(\.processID).sorted()) { [processes] in
            processes[$0]?.parentID ?? 0
        }
    }

    /// Reads the table; processes that end meanwhile are left out.
    public static func read(_ details: ProcessDetails = .all) throws(SystemError) -> ProcessTable {
        var entries: [ProcessEntry] = []
        for number in try ProcessDirectory.all() {
            if let entry = try ProcessEntry.read(number, details) { entries.append(entry) }
        }
        return ProcessTable(entries)
    }

    /// Whether `/proc` hides the processes of other users (`hidepid`): there is always a first process.
    public var isPartial: Bool { processes[1] == nil }

    /// Parent, grandparent and so on, the nearest first.
    public func ancestors(of processID: Int32) -> [Int32] {
        var result: [Int32] = []
        var current = processes[processID]?.parentID ?? 0
        // The entries were not read at one instant, so that a number used twice could close a circle.
        while current != 0, current != processID, !result.contains(current) {
            result.append(current)
            current = processes[current]?.parentID ?? 0
        }
        return result
    }

    /// Children, their children and so on, in the order of their numbers within one generation.
    public func descendants(of processID: Int32) -> [ProcessEntry] {
        var seen: Set<Int32> = [processID]
        var queue = [processID]
        var result: [ProcessEntry] = []
        while let current = queue.first {
            queue.removeFirst()
            for child in children[current] ?? [] where seen.insert(child).inserted {
                queue.append(child)
                if let entry = processes[child] { result.append(entry) }
            }
        }
        return result
    }
}

extension ProcessEntry {
    /// Reads one process; nil when there is none of that number any more.
    static func read(_ number: Int32, _ details: ProcessDetails) throws(SystemError) -> ProcessEntry? {
        guard let directory = try ProcessDirectory.open(number), let status = try directory.status() else { return nil }
        var entry = ProcessEntry(status)
        if entry.isKernelThread { return entry }
        if details.contains(.user) { entry.userID = try directory.userID() }
        if details.contains(.arguments) {
            entry.arguments = (try directory.arguments() ?? []).map { String(decoding: $0, as: UTF8.self) }
        }
        if details.contains(.executable) {
            entry.executable = try permitted { () throws(SystemError) in try directory.link("exe") }
        }
        if details.contains(.workingDirectory) {
            entry.workingDirectory = try permitted { () throws(SystemError) in try directory.link("cwd") }
        }
        return entry
    }

    /// The text of a link; nil where we may not read it.
    private static func permitted(_ read: () throws(SystemError) -> [UInt8]?) throws(SystemError) -> String? {
        do {
            return try read().map { String(decoding: $0, as: UTF8.self) }
        } catch {
            if error.code == EACCES || error.code == EPERM { return nil }
            throw error
        }
    }
}
