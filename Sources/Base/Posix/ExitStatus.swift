internal import Glibc

/// How a process ended.
public enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
    /// By itself, with this code.
    case exited(Int32)
    /// By this signal.
    case signalled(Int32)

    /// Whether it exited with code 0.
    public var isSuccess: Bool { self == .exited(0) }

    /// `exited with code 1` or `ended by signal 9 (killed)`.
    public var description: String {
        switch self {
        case .exited(let code): return "exited with code \(code)"
        case .signalled(let signal):
            guard let text = unsafe strsignal(signal) else { return "ended by signal \(signal)" }
            return unsafe "ended by signal \(signal) (\(String(cString: text).lowercased()))"
        }
    }

    /// Reads the number that waitpid(2) gives.
    init(waitStatus status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }
}
