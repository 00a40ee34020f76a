/// What the program is asked to do, as its first bare word.
public enum Subcommand: String, CaseIterable, Sendable {
    /// Keep a root at the newest commit.
    case run
    /// Say what is live.
    case status
    /// List the kept releases.
    case releases
    /// Look at the remote now.
    case sync
    /// Go back to an earlier release.
    case rollback
    /// Let rejected commits be tried again.
    case resume
    /// Wait until a commit is live.
    case wait
    /// List the processes that a signal could reach.
    case processes
    /// Look for what is wrong.
    case doctor
    /// Check the parameters and the remote.
    case check

    /// What it does, in one line.
    public var summary: String {
        switch self {
        case .run: "keep a root at the newest commit (the default)"
        case .status: "say whether what was pushed is live, and what runs"
        case .releases: "list the releases that can be gone back to"
        case .sync: "look at the remote now"
        case .rollback: "go back to an earlier release, the previous one by default"
        case .resume: "try again what was rejected, gone back from or put off"
        case .wait: "wait until a commit is live, or is known not to become so"
        case .processes: "list processes, which of them a signal would reach, and why"
        case .doctor: "check remote, credentials, target, disk and clock, with advice"
        case .check: "check parameters, remote and permissions; changes nothing"
        }
    }

    /// When it ends with 0, and when with 1; nil where that needs no words.
    public var exitStatus: String? {
        switch self {
        case .run, .releases, .processes: nil
        case .status: "0 when a sidecar answers and a release is published, otherwise 1"
        case .sync: "with --wait, 0 when what the remote has is live, otherwise 1"
        case .rollback, .resume: "0 when the release that it leads to is live, otherwise 1"
        case .wait:
            "0 when the commit is confirmed live, or was until a newer one took its place; 1 when it was rejected or "
                + "gone back from, or when the time is up"
        case .doctor, .check: "0 without a problem, warnings aside, otherwise 1"
        }
    }

    /// The flags that only it has; they stand after its name.
    public var flags: [SubcommandFlag] {
        switch self {
        case .run, .check, .doctor: []
        case .status, .releases, .processes: [.json, .control]
        case .sync: [.wait, .control]
        case .rollback, .resume: [.control]
        case .wait: [.timeout, .control]
        }
    }

    /// The bare words that may follow: their placeholder, and whether one is needed.
    public var argument: (placeholder: String, isRequired: Bool)? {
        switch self {
        case .rollback, .resume: ("HASH", false)
        case .wait: ("HASH", true)
        default: nil
        }
    }

    /// Whether it talks to a running sidecar instead of working by itself.
    public var isControl: Bool { flags.contains(.control) }

    /// How it is written, with its argument and flags.
    public var usage: String {
        let argument = argument.map { $0.isRequired ? " \($0.placeholder)" : " [\($0.placeholder)]" } ?? ""
        return rawValue + argument + flags.map { " [\($0.usage)]" }.joined()
    }
}

/// A flag that belongs to one or more commands.
public enum SubcommandFlag: String, CaseIterable, Sendable {
    /// Print JSON.
    case json
    /// Wait for the end.
    case wait
    /// Wait no longer.
    case timeout
    /// Talk to this sidecar.
    case control

    /// What it does, in one line.
    public var summary: String {
        switch self {
        case .json: "print JSON instead of a table"
        case .wait: "wait until the deployment has ended, and show its progress"
        case .timeout: "give up after this time"
        case .control: "the sidecar to talk to, instead of the socket in --root"
        }
    }

    /// What stands for its value; nil when it has none.
    public var placeholder: String? {
        switch self {
        case .json, .wait: nil
        case .timeout: Duration.placeholder
        case .control: WebAddress.placeholder
        }
    }

    /// How it is written.
    public var usage: String { "--\(rawValue)" + (placeholder.map { "=\($0)" } ?? "") }
}

/// What a command was told in words and flags of its own.
public struct SubcommandArguments: Sendable, Equatable {
    /// The commit that was named.
    public var hash: String?
    /// `--json`.
    public var json = false
    /// `--wait`.
    public var wait = false
    /// `--timeout`; nil for no limit.
    public var timeout: Duration?
    /// `--control`; nil for the socket in the root.
    public var control: WebAddress?
}
