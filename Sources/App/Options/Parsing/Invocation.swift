/// What the command line and the environment say, before it is checked whether it makes sense together.
public struct Invocation: Sendable {
    /// What is to be done instead of running a command.
    public enum Action: Sendable, Equatable {
        /// Print the help, of one command or of all.
        case help(of: Subcommand?)
        /// Print the manual.
        case manual
        /// Print the version.
        case version
        /// Print the completions for a shell.
        case completions(Shell)
    }

    /// Where a value came from.
    public enum Source: Sendable, Equatable {
        /// A flag, such as `--depth`.
        case flag(String)
        /// An environment variable, such as `GITSYNC_DEPTH`.
        case variable(String)

        /// The name that was used.
        public var name: String {
            switch self {
            case .flag(let name), .variable(let name): name
            }
        }
    }

    /// What to do instead of the command; nil to do the command.
    public var action: Action?
    /// The command.
    public var command = Subcommand.run
    /// What the command was told.
    public var arguments = SubcommandArguments()
    /// The value of every parameter.
    public var settings = Settings()
    /// Who set which parameter; a parameter that is missing here has its default.
    public var provenance: [String: Source] = [:]
    /// What works but should be changed.
    public var warnings: [String] = []
    /// What is wrong.
    public var problems: [Problem] = []

    /// Whether somebody set the parameter with this name.
    public func isGiven(_ name: String) -> Bool { provenance[name] != nil }
}

/// One thing that is wrong with the parameters.
public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
    /// What it is about: a flag with or without its value, a variable, or a command.
    public let subject: String
    /// What is wrong and what would be right.
    public let message: String
    /// Whether the environment said it, which commands that only talk to a sidecar do not care about.
    let isFromEnvironment: Bool

    /// States a problem.
    public init(_ subject: String, _ message: String, isFromEnvironment: Bool = false) {
        self.subject = subject
        self.message = message
        self.isFromEnvironment = isFromEnvironment
    }

    /// `--depth=x: expected a whole number, such as 1`.
    public var description: String { "\(subject): \(message)" }
}
