/// What `/proc/PID/stat` says about a process.
public struct ProcessStatus: Sendable, Equatable {
    /// The process number.
    public let processID: Int32
    /// The name of the program, as the process has set it: at most 15 bytes.
    public let name: String
    /// The letter of its state, such as `R`, `S` or `Z`.
    public let state: Character
    /// The parent's number; 0 for none, or one that cannot be seen from here.
    public let parentID: Int32
    /// Whether it is a thread of the kernel.
    public let isKernelThread: Bool
    /// Processor time so far, in ticks, user's and kernel's.
    public let processorTicks: UInt64
    /// When it was started, in ticks since the machine was.
    public let startTicks: UInt64
    /// Memory that is in use, in pages.
    public let residentPages: UInt64

    /// Whether it has ended and its parent has not asked how.
    public var isZombie: Bool { state == "Z" || state == "X" }

    /// Reads the line; nil when it is not one.
    public init?(line: [UInt8]) {
        // The name may hold spaces, line ends and parentheses: it ends at the last parenthesis there is.
        guard let open = line.firstIndex(of: UInt8(ascii: "(")), let close = line.lastIndex(of: UInt8(ascii: ")")),
            open < close
        else { return nil }
        let fields = line[(close + 1)...].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        // Bounded: the fields are counted as they lie in memory.
        func field<Number: FixedWidthInteger>(_ number: Int, _: Number.Type) -> Number? {
            number - 3 < fields.count ? Number(String(decoding: fields[number - 3], as: UTF8.self)) : nil
        }
        guard let processID = Int32(String(decoding: line[..<open], as: UTF8.self).filter { $0 != " " }),
            let state = fields.first?.first, let parentID = field(4, Int32.self), let flags = field(9, UInt64.self),
            let userTicks = field(14, UInt64.self), let kernelTicks = field(15, UInt64.self),
            let startTicks = field(22, UInt64.self), let residentPages = field(24, Int64.self)
        else { return nil }
        self.processID = processID
        name = String(decoding: line[(open + 1)..<close], as: UTF8.self)
        self.state = Character(Unicode.Scalar(state))
        self.parentID = parentID
        // PF_KTHREAD.
        isKernelThread = flags & 0x0020_0000 != 0
        processorTicks = userTicks &+ kernelTicks
        self.startTicks = startTicks
        self.residentPages = UInt64(clamping: residentPages)
    }
}

/// What a process does with the signals that it gets, as `/proc/PID/status` shows it at one moment.
public struct SignalHandling: Sendable, Equatable {
    /// What comes of a signal.
    public enum Effect: Sendable {
        /// It ends the process.
        case ends
        /// It waits until the process fetches it, as some programs do.
        case waits
        /// It waits, like every other signal: for a moment, because the process is making a child, or for good.
        case waitsWithAll
        /// A handler gets it, or nothing happens.
        case harmless
    }

    // One bit for a signal, the lowest for signal 1.
    private let blocked: UInt64
    private let spared: UInt64

    /// Reads the sets by their names; nil when one is missing, as for a process that has ended.
    init?(fields: [String: String]) {
        func set(_ name: String) -> UInt64? { fields[name].flatMap { UInt64($0, radix: 16) } }
        guard let blocked = set("SigBlk"), let ignored = set("SigIgn"), let caught = set("SigCgt") else { return nil }
        self.blocked = blocked
        spared = ignored | caught
    }

    /// What comes of a signal by this number.
    public func effect(of signal: Int32) -> Effect {
        guard 1...64 ~= signal, !SignalHandling.gentle.contains(signal) else { return .harmless }
        // Bounded: by the guard.
        let bit: UInt64 = 1 << UInt64(signal - 1)
        if spared & bit != 0 { return .harmless }
        if blocked & bit == 0 { return .ends }
        return blocked & SignalHandling.faults == SignalHandling.faults ? .waitsWithAll : .waits
    }

    /// ILL, BUS, FPE and SEGV, which nobody holds back who means certain signals.
    private static let faults: UInt64 = (1 << 3) | (1 << 6) | (1 << 7) | (1 << 10)

    /// CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG and WINCH: by default they stop a process at most.
    private static let gentle: Set<Int32> = [17, 18, 19, 20, 21, 22, 23, 28]
}
