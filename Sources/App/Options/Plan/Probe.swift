/// What a plan has to know about the machine; tests make one up.
public struct Probe: Sendable {
    /// What a file name stands for.
    public enum Kind: Sendable {
        /// Nothing.
        case missing
        /// A directory, or a symbolic link to one.
        case directory
        /// Anything else.
        case file
    }

    /// Where relative names of `--root` begin; absolute.
    public let workingDirectory: String
    /// Whether standard error is a terminal.
    public let standardErrorIsTerminal: Bool
    /// Looks at an absolute file name, following symbolic links.
    public let kind: @Sendable (String) -> Kind

    /// Describes a machine.
    public init(
        workingDirectory: String, standardErrorIsTerminal: Bool, kind: @escaping @Sendable (String) -> Kind
    ) {
        self.workingDirectory = workingDirectory
        self.standardErrorIsTerminal = standardErrorIsTerminal
        self.kind = kind
    }
}
