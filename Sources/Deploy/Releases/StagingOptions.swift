internal import Posix

/// How an unchanged file gets from one release into the next.
public enum ShareMode: String, Sendable, CaseIterable {
    /// By reflink where the file system has it, else by hard link, else by copy.
    case auto
    /// By hard link; by copy where the file system refuses one.
    case link
    /// By copy: every release has files of its own.
    case copy
}

/// What becomes of what somebody changes in the live release.
public enum EditMode: String, Sendable, CaseIterable {
    /// What the commit holds is put back; what was added stays, and does not reach the next release.
    case repair
    /// What was added is removed as well.
    case strict
}

/// What decides how a release is made.
public struct StagingOptions: Sendable {
    /// How unchanged files are shared.
    public var share = ShareMode.auto
    /// Whether a command is going to write in the release before it is published.
    ///
    /// Such a release has files of its own, since writing into a hard link would change the release that is live.
    public var isWrittenBeforePublishing = false
    /// What becomes of what somebody changes in the live release.
    public var edits = EditMode.repair
    /// The settings for line endings.
    public var config = ConfigValues()
    /// The content of a sparse-checkout file that chooses what a release holds; nil for everything.
    public var sparsePatterns: [UInt8]?
    /// What keeps the volume from being filled; nil for nothing.
    public var space: SpaceGuard?
    /// How many threads work; zero for as many as there are processors.
    public var threads = 0
    /// Is told how many of how many files are done, often and from several threads; nil where nobody wants to know.
    public var report: (@Sendable (_ done: Int, _ total: Int) -> Void)?

    /// The defaults.
    public init() {}

    /// How many threads are started at most.
    package var usedThreads: Int { threads > 0 ? threads : min(usableProcessors(), 8) }

    /// What decides the content of every file, as bytes that differ when it does.
    package var fingerprint: [UInt8] {
        let config = "\(config.automaticConversion.rawValue) \(config.endOfLine.rawValue)"
        return Array(config.utf8) + [0] + (sparsePatterns.map { [1] + $0 } ?? [])
    }
}

/// What staging a release has cost.
public struct StagingFigures: Sendable, Equatable {
    /// Files that the release holds.
    public var files = 0
    /// Files shared with the release that it comes from.
    public var shared = 0
    /// Files written.
    public var written = 0
    /// Bytes written.
    public var bytes: UInt64 = 0
    /// Files that had been edited or removed in the release that it comes from, and were written afresh.
    public var restored = 0
    /// How long it took.
    public var duration = Duration.zero

    /// Nothing yet.
    public init() {}
}
