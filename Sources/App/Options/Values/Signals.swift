internal import Posix

/// A signal of Linux, by name or number.
public struct SignalName: OptionValue, Hashable, CustomStringConvertible {
    /// The number, which is the same on x86-64 and arm64.
    public let number: Int32

    /// The signal with a number from 1 to 31; nil for any other.
    public init?(number: Int32) {
        guard 1...Int32(Signal.names.count) ~= number else { return nil }
        self.number = number
    }

    /// The name without `SIG`.
    public var text: String { Signal(number).name }
    /// The name without `SIG`.
    public var description: String { text }
    /// `SIGNAL`.
    public static var placeholder: String { "SIGNAL" }

    /// Reads `HUP`, `SIGHUP` or `1`.
    public static func read(_ text: String) throws(ValueProblem) -> SignalName {
        let number = Signal(named: text)?.number ?? Int32(text)
        if let number, let signal = SignalName(number: number) { return signal }
        let upper = text.uppercased()
        let name = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
        let near = nearest(to: name, among: Signal.names).map { "; did you mean \($0)?" } ?? ""
        throw ValueProblem("expected a signal, such as HUP, SIGHUP or 1\(near)")
    }
}

/// How the process is found that a signal goes to.
public enum SignalTarget: OptionValue, Hashable {
    /// By the name of its program.
    case name(String)
    /// By the path of its program.
    case executable(Path)
    /// By a regular expression over its command line.
    case commandLine(String)
    /// By a file that holds its number.
    case pidFile(Path)
    /// By the TCP port that it listens on.
    case port(UInt16)

    /// `TARGET`.
    public static var placeholder: String { "TARGET" }

    /// The kind, a colon and what is looked for.
    public var text: String {
        switch self {
        case .name(let name): "name:\(name)"
        case .executable(let path): "exe:\(path)"
        case .commandLine(let pattern): "cmdline:\(pattern)"
        case .pidFile(let path): "pidfile:\(path)"
        case .port(let port): "port:\(port)"
        }
    }

    /// Reads `name:nginx`, `exe:/usr/sbin/nginx`, `cmdline:REGEX`, `pidfile:/run/nginx.pid` or `port:8080`.
    public static func read(_ text: String) throws(ValueProblem) -> SignalTarget {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let kind = parts.first, let value = parts.dropFirst().first, !value.isEmpty else { throw malformed }
        switch kind {
        case "name": return .name(value)
        case "exe": return .executable(Path(value))
        case "cmdline":
            do throws(RegularExpression.Malformed) {
                _ = try RegularExpression(value)
            } catch {
                throw ValueProblem("expected a regular expression after cmdline: (\(error))")
            }
            return .commandLine(value)
        case "pidfile": return .pidFile(Path(value))
        case "port":
            guard let port = UInt16(value), port > 0 else {
                throw ValueProblem("expected a port from 1 to 65535 after port:")
            }
            return .port(port)
        default: throw malformed
        }
    }

    private static var malformed: ValueProblem {
        ValueProblem("expected a process, as name:NAME, exe:PATH, cmdline:REGEX, pidfile:PATH or port:NUMBER")
    }

    /// The target with relative file names made absolute.
    public func resolved(against directory: String) -> SignalTarget {
        switch self {
        case .executable(let path): .executable(path.resolved(against: directory))
        case .pidFile(let path): .pidFile(path.resolved(against: directory))
        case .name, .commandLine, .port: self
        }
    }
}
