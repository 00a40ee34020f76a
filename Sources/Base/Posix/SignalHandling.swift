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
