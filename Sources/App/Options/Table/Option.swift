/// One row of the table: everything there is to say about one parameter.
public struct Option: Sendable, CustomStringConvertible {
    /// The name without hyphens in front; the flag is `--name`.
    public let name: String
    /// The letter of the short flag, as in `-v`.
    public let letter: Character?
    /// Which chapter of the help it belongs to.
    public let topic: Topic
    /// What it gives, in one line.
    public let summary: String
    /// What else there is to know; `{name}` stands for another parameter.
    public let details: String
    /// How it may be given.
    public let form: Form
    /// What stands for its value in help texts.
    public let placeholder: String
    /// Every value there is, where they can be counted.
    public let choices: [String]
    /// Whether the flag may stand alone.
    public let isSwitch: Bool
    /// Whether its value names a file.
    public let isPath: Bool
    /// Whether it may be given more than once.
    public let isRepeatable: Bool
    /// What separates the values in its environment variable; nil when that holds one value only.
    public let separator: Character?
    /// Its former names.
    public let oldNames: [OldName]
    /// The first version that has it.
    public let since: String

    /// What a row acts on.
    enum Access: Sendable {
        /// A value in `Settings`.
        case value(ValueAccess)
        /// Something that is done instead of running.
        case action(Invocation.Action)
    }

    let access: Access

    /// How a row reads, prints and resolves its value; the value's type is hidden in the closures.
    struct ValueAccess: Sendable {
        /// Takes over all texts that were given, in their order.
        let read: @Sendable (inout Settings, String, _ isFirst: Bool) throws(ValueProblem) -> Void
        let print: @Sendable (Settings) -> String
        let quotable: @Sendable (String) -> String?
        let resolve: @Sendable (inout Settings, _ directory: String) -> Void
    }

    /// How a parameter may be given.
    public enum Form: Sendable {
        /// As a flag and as an environment variable.
        case flagAndVariable
        /// As an environment variable only, because it is a secret.
        case variableOnly
        /// As a flag only.
        case flagOnly
    }

    /// The flag as typed, or nil when there is none.
    public var flag: String? { form == .variableOnly ? nil : "--\(name)" }

    /// The environment variable, or nil when there is none.
    public var variable: String? {
        form == .flagOnly ? nil : "GITSYNC_" + name.uppercased().replacing("-", with: "_")
    }

    /// How people call it: the flag, or the variable where there is no flag.
    public var label: String { flag ?? variable ?? name }

    /// How people call it.
    public var description: String { label }

    /// The value in the given settings as a user would write it; empty when there is none.
    public func text(in settings: Settings) -> String {
        guard case .value(let value) = access else { return "" }
        return value.print(settings)
    }

    /// The default as a user would write it; empty when there is none.
    public var defaultText: String { text(in: Settings()) }
}

/// A chapter of the help.
public enum Topic: String, CaseIterable, Sendable {
    /// What is fetched.
    case source = "Source"
    /// How the remote is reached and who we are there.
    case access = "Access to the remote"
    /// When and how often.
    case syncing = "Syncing"
    /// What appears on disk.
    case releases = "Releases"
    /// How the application takes up a release.
    case application = "Application"
    /// What else is told about it.
    case hooks = "Hooks"
    /// How it is watched and steered.
    case control = "Control"
    /// What it prints.
    case log = "Log and help"
}
