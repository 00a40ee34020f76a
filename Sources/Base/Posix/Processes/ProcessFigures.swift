internal import Glibc

/// What this process uses at the moment.
public struct ProcessFigures: Sendable, Equatable {
    /// Memory that is in use, in bytes (RSS).
    public let residentBytes: UInt64
    /// Open descriptors.
    public let openDescriptors: Int
    /// The limit of open descriptors.
    public let descriptorLimit: UInt64
    /// Threads.
    public let threads: Int
    /// Processor time so far, in seconds, user's and kernel's.
    public let processorSeconds: Double
    /// When the process was started, in seconds since 1970.
    public let startTime: Double

    /// Reads the figures from `/proc`.
    public static func current() throws(SystemError) -> ProcessFigures {
        // The program's name may hold spaces and parentheses: fields are counted from its last parenthesis, which ends
        // the second one.
        let line = try Files.read("/proc/self/stat", limit: 4096)
        // Bounded: the fields are counted as they lie in memory.
        let rest = line[((line.lastIndex(of: UInt8(ascii: ")")) ?? -1) + 1)...]
        let fields = rest.split(separator: UInt8(ascii: " ")).map { Double(String(decoding: $0, as: UTF8.self)) ?? 0 }
        func field(_ number: Int) -> Double { number - 3 < fields.count ? fields[number - 3] : 0 }
        let ticks = Double(CurrentProcess.ticksPerSecond)
        let page = CurrentProcess.pageSize
        var limit = rlimit()
        try systemCall("read the limit of descriptors") { unsafe getrlimit(__rlimit_resource_t(7), &limit) }
        return ProcessFigures(
            residentBytes: UInt64(saturating: field(24)).multipliedSaturated(by: page),
            openDescriptors: try openDescriptors(),
            descriptorLimit: UInt64(clamping: limit.rlim_cur),
            threads: Int(saturating: field(20)),
            processorSeconds: (field(14) + field(15)) / ticks,
            startTime: try bootTime() + field(22) / ticks)
    }

    /// How many descriptors are open.
    public static func openDescriptors() throws(SystemError) -> Int {
        // One of them is open only for counting.
        try FileDescriptor.openDirectory("/proc/self/fd").entries().count - 1
    }

    private static func bootTime() throws(SystemError) -> Double {
        let text = String(decoding: try Files.read("/proc/stat", limit: 4 * 1024 * 1024), as: UTF8.self)
        for line in text.split(separator: "\n") where line.hasPrefix("btime ") {
            return Double(line.dropFirst(6)) ?? 0
        }
        return 0
    }
}
