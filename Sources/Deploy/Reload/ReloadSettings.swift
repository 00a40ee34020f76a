public import HTTPClient

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
