internal import Posix

/// Whether the application runs the release that was published last.
public enum Verdict: String, Sendable {
    /// It says so itself, or every process was started after publishing and runs from it.
    case proved
    /// Processes that were started after publishing serve, and nothing speaks against it.
    case likely
    /// Nothing speaks for it or against it.
    case unknown
    /// What serves still has an old release in use.
    case stale
}

/// What the processes of the application show about the release that they run.
public struct Evidence: Sendable, Equatable {
    /// The conclusion.
    public let verdict: Verdict
    /// What led to it, in words.
    public let cause: String
    /// The processes that were looked at, roots first.
    public let processes: [ProcessEvidence]

    /// Records a conclusion.
    public init(_ verdict: Verdict, _ cause: String, processes: [ProcessEvidence] = []) {
        self.verdict = verdict
        self.cause = cause
        self.processes = processes
    }
}

/// What one process shows.
public struct ProcessEvidence: Sendable, Equatable {
    /// The process.
    public let entry: ProcessEntry
    /// Whether it is the root of a tree that a target stands for.
    public let isRoot: Bool
    /// Whether it was started after publishing.
    public let isFresh: Bool
    /// How it uses the published release.
    public let current: ReleaseUse?
    /// How it uses another release, and which.
    public let other: ReleaseUse?
    /// Whether something about it was hidden from us.
    public let isHidden: Bool

    /// Whether it loads the application once, for all workers that it forks later, as gunicorn can.
    var isPreloading: Bool { entry.arguments.contains("--preload") }
}

/// A way in which a process holds on to a release.
public struct ReleaseUse: Sendable, Equatable {
    /// The ways, the strongest first.
    public enum Kind: Sendable, Equatable {
        /// Its program lies in it.
        case program
        /// It was started with a file of it as an argument.
        case argument
        /// It is its working directory, or lies above that.
        case workingDirectory
        /// A file of it is mapped into memory.
        case mappedFile
        /// A file of it is open.
        case openFile
    }

    /// What it holds of it.
    public let kind: Kind
    /// The name of the release's directory: the commit, unless a directory is published.
    public let release: String

    /// `has its working directory in release abc…`.
    var words: String {
        let name = release.utf8.count == 40 ? "\(release.prefix(12))…" : release
        return switch kind {
        case .program: "runs a program of release \(name)"
        case .argument: "was started with a file of release \(name)"
        case .workingDirectory: "has its working directory in release \(name)"
        case .mappedFile: "has a file of release \(name) mapped into memory"
        case .openFile: "has a file of release \(name) open"
        }
    }
}

extension Evidence {
    /// Draws the conclusion from what the processes of all trees show.
    ///
    /// What serves are the processes below the roots, or the roots where there is nothing below. A master keeps its
    /// working directory when it replaces its workers: what it holds on to says nothing.
    static func conclude(_ processes: [ProcessEvidence]) -> Evidence {
        let below = processes.filter { !$0.isRoot }
        let serving = below.isEmpty ? processes : below
        func evidence(_ verdict: Verdict, _ process: ProcessEvidence, _ words: String) -> Evidence {
            Evidence(verdict, "\(process.entry.shown) \(words)", processes: processes)
        }
        if serving.isEmpty { return Evidence(.unknown, "no process is there to look at") }

        // A fork of a master that loaded its code once, for example: young, but of old code.
        if let process = serving.first(where: { $0.isFresh && $0.other != nil }), let use = process.other {
            return evidence(.stale, process, "was started after publishing and still \(use.words)")
        }
        // Its workers go to the new directory, and nothing of the old one is open any more: only the option tells.
        if !below.isEmpty, let root = processes.first(where: { $0.isRoot && !$0.isFresh && $0.isPreloading }) {
            return evidence(
                .stale, root,
                "was started with --preload before publishing: its workers have the code that it loaded then")
        }
        let old = serving.first { !$0.isFresh && $0.other != nil && $0.current == nil }
        let fresh = serving.filter(\.isFresh)
        guard let first = fresh.first else {
            if let old, let use = old.other { return evidence(.stale, old, "still \(use.words)") }
            if let process = serving.first(where: { $0.current != nil }), let use = process.current {
                return evidence(.likely, process, use.words)
            }
            if let process = serving.first(where: \.isHidden) {
                return evidence(.unknown, process, "may not be looked into; run the sidecar with its uid")
            }
            return evidence(.unknown, serving[0], "was started before publishing and has no release in use")
        }
        if let old, let use = old.other {
            // On its way out, or forgotten: the young ones answer from now on.
            return evidence(.likely, old, "still \(use.words), beside \(fresh.count) started after publishing")
        }
        if fresh.count < serving.count {
            return evidence(.likely, first, "was started after publishing, others were not")
        }
        if processes.allSatisfy(\.isFresh) {
            return evidence(.proved, first, "was started after publishing, like all of the application")
        }
        if fresh.allSatisfy({ $0.current?.kind == .program || $0.current?.kind == .argument }), let use = first.current
        {
            return evidence(.proved, first, "\(use.words) after publishing, like all that serve")
        }
        return evidence(.likely, first, first.current.map { "\($0.words)" } ?? "was started after publishing")
    }
}

extension Evidence {
    /// Whether a process was started after publishing.
    var hasFresh: Bool { processes.contains(where: \.isFresh) }

    /// Whether all processes that were started after publishing have lived so long already.
    func isSettled(_ age: Duration) -> Bool {
        let now = CurrentProcess.timeSinceBoot
        return processes.allSatisfy { !$0.isFresh || now - $0.entry.startTime >= age }
    }

    /// What the processes show without those that an application starts for a moment, such as commands.
    func withoutChildren(youngerThan age: Duration) -> Evidence {
        let now = CurrentProcess.timeSinceBoot
        let lasting = processes.filter { $0.isRoot || !$0.isFresh || now - $0.entry.startTime >= age }
        return lasting.count == processes.count ? self : .conclude(lasting)
    }
}
