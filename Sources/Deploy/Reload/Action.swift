internal import HTTPClient
internal import Posix

/// What is done so that the application takes up a release.
public enum Action: Sendable, Equatable {
    /// Nothing, on purpose.
    case none
    /// A signal to the processes that the targets stand for.
    case signal(Int32, [Target])
    /// A request.
    case call(HTTPCall)
    /// A command that runs in the release.
    case run(Program)
    /// A new modification time for a file, which is made when it is missing.
    case touch(String)

    /// Whether nobody else has a part in it: where it cannot begin, nobody has noticed anything.
    var isOurs: Bool {
        switch self {
        case .run, .touch: true
        case .none, .signal, .call: false
        }
    }

    /// The targets that it signals.
    var targets: [Target] {
        if case .signal(_, let targets) = self { targets } else { [] }
    }
}

/// A request that tells the application to reload.
public struct HTTPCall: Sendable, Equatable {
    /// The method, in capitals.
    public var method: String
    /// The whole URL.
    public var url: String
    /// The status codes that mean success.
    public var statuses: ClosedRange<Int>
    /// How long one try may take.
    public var timeout: Duration
    /// A file with header fields, one a line, that is read anew for each try; it may hold secrets.
    public var headerFile: String?

    /// Describes a request.
    public init(
        _ url: String, method: String = "POST", statuses: ClosedRange<Int> = 200...299,
        timeout: Duration = .seconds(10), headerFile: String? = nil
    ) {
        self.url = url
        self.method = method
        self.statuses = statuses
        self.timeout = timeout
        self.headerFile = headerFile
    }
}

/// A program with its arguments and the time that it may take.
public struct Program: Sendable, Equatable {
    /// The path, or a name that is looked up in `PATH`.
    public var path: String
    /// The arguments after its name.
    public var arguments: [String]
    /// After how long it is ended, with its whole process group.
    public var timeout: Duration

    /// Describes a program.
    public init(_ path: String, _ arguments: [String] = [], timeout: Duration = .seconds(30)) {
        self.path = path
        self.arguments = arguments
        self.timeout = timeout
    }
}

extension Action: CustomStringConvertible {
    /// What is done and to what, without secrets, for example `signal HUP to name:nginx`.
    public var description: String {
        switch self {
        case .none: "do nothing"
        case .signal(let signal, let targets):
            "signal \(Signal(signal).name) to \(targets.map(\.description).joined(separator: ", "))"
        case .call(let call): HTTPRequest(call.url, method: call.method).operation
        case .run(let program): "run \(program.path)"
        case .touch(let path): "touch \(path)"
        }
    }
}

/// Whether a process that gets the signal is expected to end.
func isEnding(_ signal: Int32) -> Bool { [2, 3, 6, 9, 15].contains(signal) }

extension Program {
    /// How much of what it writes is kept.
    private static let outputLimit = 16 * 1024

    /// Runs it to its end in a directory; throws, with its output, unless it exits with code 0.
    func run(in directory: String, _ environment: Environment, _ deadline: Deadline) throws(ReloadError) {
        let command = Command(path, arguments, environment: environment, directory: directory)
        let result: CommandResult
        do {
            result = try runCommand(
                command, deadline: deadline.capped(at: timeout), combined: true, outputLimit: Program.outputLimit)
        } catch {
            var failure = ReloadError(error)
            // A program of the release is what its commit made it.
            if command.isInDirectory { failure.isConfiguration = false }
            throw failure
        }
        if result.isSuccess { return }
        throw ReloadError(
            code: result.interruption == .cancelled ? .cancelled : .command, operation: "run \(path)",
            message: "it \(result.reason)", output: result.output.text)
    }
}
