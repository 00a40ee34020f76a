public import GitObjects
public import HTTPClient
public import Posix

/// How the application is told about a release and how it is seen to run it.
public struct ReloadSettings: Sendable {
    /// What is done for changes that no rule speaks of, in order.
    public var defaultActions: [Action]
    /// Which changed paths need which action.
    public var rules: [ActionRule]
    /// How the application says that it is well.
    public var health: HealthCheck?
    /// What is done when it does not react to a signal.
    public var escalation: Escalation
    /// How long a process or a server is waited for that is not there yet; `--health-timeout`.
    public var healthTimeout: Duration
    /// How long processes are watched for signs of the new release once the application is well, when it does not say
    /// itself what it runs.
    public var evidenceTimeout: Duration
    /// How old a new process must be to count: code that does not load ends a worker soon after its start.
    public var settleTime: Duration
    /// How HTTP is spoken.
    public var http: HTTPConfiguration

    /// Settings; without any nothing is done and nothing is known.
    public init(
        defaultActions: [Action] = [], rules: [ActionRule] = [], health: HealthCheck? = nil,
        escalation: Escalation = Escalation(), healthTimeout: Duration = .seconds(30),
        evidenceTimeout: Duration = .seconds(2), settleTime: Duration = .milliseconds(500), http: HTTPConfiguration
    ) {
        self.defaultActions = defaultActions
        self.rules = rules
        self.health = health
        self.escalation = escalation
        self.healthTimeout = healthTimeout
        self.evidenceTimeout = evidenceTimeout
        self.settleTime = settleTime
        self.http = http
    }

    /// All targets that any action signals, each once, in order.
    public var targets: [Target] {
        var seen: Set<Target> = []
        return (defaultActions + rules.map(\.action)).flatMap(\.targets).filter { seen.insert($0).inserted }
    }
}

/// What is done to an application that does not react to a signal, counted from it.
public struct Escalation: Sendable, Equatable {
    /// After how long it gets `SIGTERM`; nil for never.
    public var terminateAfter: Duration?
    /// After how long it gets `SIGKILL`; nil for never.
    public var killAfter: Duration?

    /// Describes an escalation; without any time there is none.
    public init(terminateAfter: Duration? = nil, killAfter: Duration? = nil) {
        self.terminateAfter = terminateAfter
        self.killAfter = killAfter
    }

    /// The signals with their times, in order.
    var steps: [(after: Duration, signal: Int32)] {
        [terminateAfter.map { ($0, 15) }, killAfter.map { ($0, 9) }].compactMap { $0 }.sorted { $0.0 < $1.0 }
    }
}

/// A release that has just been published, and what the application may need to know about it.
public struct ReleaseChange: Sendable {
    /// The commit.
    public var commit: ObjectID
    /// The paths at which it differs from the release before; see `TreeDifference`.
    public var paths: [[UInt8]]
    /// The absolute path of the release's own directory, not of the link.
    public var release: String
    /// The absolute paths of other releases that are still there.
    public var otherReleases: [String]
    /// When the link was swapped: `CurrentProcess.timeSinceBoot`, read right after.
    public var publishedAt: Duration
    /// The environment of commands.
    public var environment: Environment
    /// Whether this is the release that is gone back to: then an application that ended is waited for.
    public var goesBack: Bool

    /// Describes a published release.
    public init(
        commit: ObjectID, paths: [[UInt8]], release: String, otherReleases: [String] = [],
        publishedAt: Duration = CurrentProcess.timeSinceBoot, environment: Environment, goesBack: Bool = false
    ) {
        self.commit = commit
        self.paths = paths
        self.release = release
        self.otherReleases = otherReleases
        self.publishedAt = publishedAt
        self.environment = environment
        self.goesBack = goesBack
    }
}
