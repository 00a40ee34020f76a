internal import Posix

/// Tells the application about a published release and makes sure that it runs it.
///
/// `notify`, then `confirm`, for each release that is published; going back to an earlier one is no different. Blocks,
/// and belongs to one thread at a time.
public final class Reloader {
    /// How it is done.
    public let settings: ReloadSettings
    /// What must not be signalled, with its children.
    let ourselves: Int32
    /// The processes that were signalled last, and how.
    var signalled: [SignalledProcess] = []
    /// When the first signal was sent.
    var signalledAt: ContinuousClock.Instant?
    /// The targets that the last actions signalled.
    var activeTargets: [Target] = []
    /// The targets that were there when we looked before publishing.
    private var seen: Set<Target> = []
    /// Whether the last release was not told about because what should have done it could not even begin.
    var isUntold = false
    /// Whether the rules said that the last change needs nothing: then nobody can be expected to have noticed it.
    var isLeftAlone = false

    /// Checks the settings.
    ///
    /// - Throws: `invalid` when a target cannot mean anything.
    public convenience init(_ settings: ReloadSettings) throws(ReloadError) {
        try self.init(settings, ourselves: CurrentProcess.processID)
    }

    init(_ settings: ReloadSettings, ourselves: Int32) throws(ReloadError) {
        for target in settings.targets { try target.check() }
        // A step of the clock from now on is noticed.
        PidFileMemory.shared.noteClock()
        self.settings = settings
        self.ourselves = ourselves
    }

    /// What each target stands for now, and whether we may signal it; changes nothing.
    public func checkTargets() -> [TargetCheck] {
        settings.targets.map { target in
            do throws(ReloadError) {
                let processes = try target.find(ourselves: ourselves)
                for process in processes { try process.checkPermission() }
                return TargetCheck(target: target, processes: processes.map(\.entry), problem: nil)
            } catch {
                return TargetCheck(target: target, processes: [], problem: error)
            }
        }
    }

    /// Throws when a target is there and we may not signal it: nothing should be published then.
    ///
    /// One that is not there is no failure: it may wait for its first release.
    public func checkPermission() throws(ReloadError) {
        let checks = checkTargets()
        seen = Set(checks.filter { $0.problem == nil }.map(\.target))
        for check in checks {
            if let problem = check.problem, problem.code != .noTarget, problem.code != .stalePidFile { throw problem }
        }
    }

    /// Whether a target was there when we looked before publishing: then it has gone since, and nobody named it wrongly.
    func wasThere(_ target: Target) -> Bool { seen.contains(target) }
}

/// What a target stands for at the moment.
public struct TargetCheck: Sendable, Equatable {
    /// The target.
    public let target: Target
    /// The roots that would be signalled.
    public let processes: [ProcessEntry]
    /// Why none would be.
    public let problem: ReloadError?
}

/// A process that was signalled and is still held.
struct SignalledProcess {
    let process: HeldProcess
    let signal: Int32
    /// How it was started; empty when that cannot be seen.
    let command: [String]
}
