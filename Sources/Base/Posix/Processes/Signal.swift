internal import Glibc

/// A signal that a process can be sent.
public struct Signal: Sendable, Hashable, CustomStringConvertible {
    /// The number, as in signal(7).
    public let number: Int32

    /// A signal by its number.
    public init(_ number: Int32) {
        self.number = number
    }

    /// A signal by its name, with or without `SIG`, in any case; nil for an unknown one.
    public init?(named name: String) {
        let bare = name.uppercased()
        let wanted = bare.hasPrefix("SIG") ? String(bare.dropFirst(3)) : bare
        guard let index = Signal.names.firstIndex(of: wanted) else { return nil }
        // Bounded: by the table.
        number = Int32(index) + 1
    }

    /// `SIGTERM`: end in good order.
    public static let terminate = Signal(SIGTERM)
    /// `SIGINT`: the same, from a keyboard.
    public static let interrupt = Signal(SIGINT)
    /// `SIGHUP`: by custom, read the configuration again.
    public static let hangUp = Signal(SIGHUP)
    /// `SIGCHLD`: a child has ended.
    public static let childEnded = Signal(SIGCHLD)
    /// `SIGKILL`: end at once.
    public static let kill = Signal(SIGKILL)
    /// `SIGUSR1`.
    public static let user1 = Signal(SIGUSR1)
    /// `SIGUSR2`.
    public static let user2 = Signal(SIGUSR2)

    /// `SIGTERM` and the like; `signal 40` for those without a name.
    public var description: String { Signal.names.indices.contains(index) ? "SIG\(name)" : "signal \(number)" }

    /// `TERM` and the like; the number for those without a name.
    public var name: String { Signal.names.indices.contains(index) ? Signal.names[index] : "\(number)" }

    private var index: Int { Int(number) - 1 }

    /// The names, without `SIG`, of the signals from 1 on, which have the same numbers on x86-64 and arm64.
    public static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ]
}

/// Signals that one thread waits for, instead of handlers that interrupt any.
public struct SignalSet: Sendable {
    private let numbers: [Int32]

    /// Collects signals by number.
    public init(_ numbers: [Int32]) {
        self.numbers = numbers
    }

    /// Keeps these signals from interrupting this thread and all that are made later; call it before any other is made.
    ///
    /// Child processes do not inherit this: they are started with the usual signal mask.
    public func block() {
        var set = native
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for one of these signals and returns its number; they must be blocked.
    public func wait() -> Int32 {
        var set = native
        while true {
            var number: Int32 = 0
            if unsafe sigwait(&set, &number) == 0 { return number }
        }
    }

    private var native: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in numbers { unsafe sigaddset(&set, number) }
        return set
    }
}
