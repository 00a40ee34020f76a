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
    /// Explain a command.
    case help
    /// Say the version.
    case version
    /// Print what completes command lines in a shell.
    case completions

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
        case .help: "explain a command, or all flags"
        case .version: "say the version"
        case .completions: "print the completions for a shell"
        }
    }

    /// When it ends with 0, and when with 1; nil where that needs no words.
    public var exitStatus: String? {
        switch self {
        case .run, .releases, .processes, .help, .version, .completions: nil
        case .status: "0 when each sidecar answers and has a release published, otherwise 1"
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
        case .run, .check, .doctor, .help, .version, .completions: []
        case .status: [.json, .all, .control]
        case .releases, .processes: [.json, .control]
        case .sync: [.wait, .control]
        case .rollback, .resume: [.control]
        case .wait: [.timeout, .control]
        }
    }

    /// What a person wants to know besides.
    public var details: String {
        switch self {
        case .run:
            "It follows --ref of --repo below --root until it is told to stop, or with --one-time until something is live. "
                + "'\(Product.name) --help' lists all flags, 'check' tries them without changing anything."
        case .status:
            "The first line says whether what was pushed is live. What follows is what is published, what runs, what is "
                + "being deployed, what is held back and why, and what failed last."
        case .releases: "The newest first, with the deployments that were tried since the root was made."
        case .sync: "The sidecar looks at the remote at once instead of at its next turn."
        case .rollback:
            "What is live now is held back until somebody resumes it or a newer commit comes. Without HASH it goes to the "
                + "release that was live before; 'releases' lists what is kept. It waits for the end and shows the stages."
        case .resume:
            "With HASH that commit alone is let go, without it all that is held back. What is tried is what the remote has "
                + "now. It waits for the end and shows the stages."
        case .wait:
            "For scripts and pipelines: it shows the stages as they happen, and survives a restart of the sidecar. HASH is "
                + "a commit's hash, or at least its first 4 digits; the commit need not have been seen yet."
        case .processes: "With the program, command line and user of each, as --signal-target would find them."
        case .doctor:
            "It takes the parameters that the sidecar has: run it with the same flags and environment, in its container. It "
                + "tries the remote with the credentials, and looks at disk, clock, targets and what runs."
        case .check:
            "It takes the parameters that 'run' would get, says all that is wrong with them, and what they come to."
        case .help: "Without COMMAND it lists the commands and all flags."
        case .version: "The same as --version."
        case .completions:
            "SHELL is bash, zsh or fish. Packages install them; elsewhere the shell's own start-up file can."
        }
    }

    /// How it is used.
    public var examples: [String] {
        let name = Product.name
        switch self {
        case .run:
            return [
                "\(name) --repo=https://git.example.org/site.git --root=/srv/git",
                "\(name) --repo=/srv/site.git --root=/srv/git --one-time",
            ]
        case .status:
            return ["\(name) status --root=/srv/git", "\(name) status --all /srv/git /srv/other"]
        case .releases: return ["\(name) releases --root=/srv/git"]
        case .sync: return ["\(name) sync --wait --root=/srv/git"]
        case .rollback: return ["\(name) rollback --root=/srv/git", "\(name) rollback 6bd6b50 --root=/srv/git"]
        case .resume: return ["\(name) resume --root=/srv/git", "\(name) resume 6bd6b50 --root=/srv/git"]
        case .wait: return ["git push && \(name) wait \"$(git rev-parse HEAD)\" --root=/srv/git"]
        case .processes: return ["\(name) processes --root=/srv/git"]
        case .doctor: return ["\(name) doctor --repo=https://git.example.org/site.git --root=/srv/git"]
        case .check: return ["\(name) check --repo=https://git.example.org/site.git --root=/srv/git"]
        case .help: return ["\(name) help wait"]
        case .version: return ["\(name) version"]
        case .completions: return ["source <(\(name) completions bash)"]
        }
    }

    /// The bare words that may follow: their placeholder, and whether one is needed.
    public var argument: (placeholder: String, isRequired: Bool)? {
        switch self {
        case .rollback, .resume: ("HASH", false)
        case .wait: ("HASH", true)
        case .status: ("ROOT…", false)
        case .help: ("COMMAND", false)
        case .completions: ("SHELL", true)
        case .run, .releases, .sync, .processes, .doctor, .check, .version: nil
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
    /// Ask several sidecars.
    case all
    /// Talk to this sidecar.
    case control

    /// What it does, in one line.
    public var summary: String {
        switch self {
        case .json: "print JSON instead of a table"
        case .wait: "wait until the deployment has ended, and show its progress"
        case .timeout: "give up after this time"
        case .all: "a line for each ROOT that is named, or for all below \(Product.stateDirectory)"
        case .control: "the sidecar to talk to, instead of the socket in --root"
        }
    }

    /// What stands for its value; nil when it has none.
    public var placeholder: String? {
        switch self {
        case .json, .wait, .all: nil
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
    /// The roots of `status --all`; none for all that are found.
    public var roots: [String] = []
    /// The command that help is asked for.
    public var topic: Subcommand?
    /// The shell that completions are wanted for.
    public var shell: Shell?
    /// `--json`.
    public var json = false
    /// `--all`.
    public var all = false
    /// `--wait`.
    public var wait = false
    /// `--timeout`; nil for no limit.
    public var timeout: Duration?
    /// `--control`; nil for the socket in the root.
    public var control: WebAddress?
}

/// A shell whose command lines can be completed.
public enum Shell: String, CaseIterable, Sendable {
    /// GNU's shell.
    case bash
    /// The Z shell.
    case zsh
    /// The friendly interactive shell.
    case fish
}
