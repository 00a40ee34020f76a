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
        guard let found = Signal.names.first(where: { $0.1 == wanted }) else { return nil }
        number = found.0
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
    public var description: String {
        Signal.names.first { $0.0 == number }.map { "SIG\($0.1)" } ?? "signal \(number)"
    }

    private static let names: [(Int32, String)] = [
        (SIGHUP, "HUP"), (SIGINT, "INT"), (SIGQUIT, "QUIT"), (SIGILL, "ILL"), (SIGTRAP, "TRAP"), (SIGABRT, "ABRT"),
        (SIGBUS, "BUS"), (SIGFPE, "FPE"), (SIGKILL, "KILL"), (SIGUSR1, "USR1"), (SIGSEGV, "SEGV"), (SIGUSR2, "USR2"),
        (SIGPIPE, "PIPE"), (SIGALRM, "ALRM"), (SIGTERM, "TERM"), (SIGCHLD, "CHLD"), (SIGCONT, "CONT"),
        (SIGSTOP, "STOP"), (SIGTSTP, "TSTP"), (SIGTTIN, "TTIN"), (SIGTTOU, "TTOU"), (SIGURG, "URG"),
        (SIGWINCH, "WINCH"), (SIGSYS, "SYS"),
    ]
}
