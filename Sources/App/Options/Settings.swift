public import Posix

/// What was said: the value of every parameter, and before anything is said its default.
///
/// The initial values are the defaults; they are written nowhere else. What each parameter means is said in its row of
/// the table, and what the values mean together is in a `Plan`.
public struct Settings: Sendable {
    /// Every parameter at its default.
    public init() {}

    // Source

    /// `--repo`.
    public var repo: Address?
    /// `--ref`.
    public var ref = "HEAD"
    /// `--depth`.
    public var depth = 1
    /// `--filter`.
    public var filter: CloneFilter?
    /// `--submodules`.
    public var submodules = SubmoduleDepth.recursive
    /// `--sparse-checkout-file`.
    public var sparseCheckoutFile: Path?
    /// `--sparse-pattern`.
    public var sparsePatterns: [String] = []
    /// `--verify-signatures`.
    public var verifySignatures = SignatureCheck.off
    /// `--allowed-signers-file`.
    public var allowedSignersFile: Path?
    /// `--gpg-keyring-file`.
    public var gpgKeyringFile: Path?
    /// `--git-config`.
    public var gitConfig: GitConfig?
    /// `--git-config-add`.
    public var gitConfigAdditions: [GitConfig] = []
    /// `--git`.
    public var git: String?

    // Access

    /// `--username`.
    public var username: String?
    /// `GITSYNC_PASSWORD`.
    public var password: Secret?
    /// `--password-file`.
    public var passwordFile: Path?
    /// `--credential`.
    public var credentials: [Credentials] = []
    /// `--askpass-url`.
    public var askpassURL: WebAddress?
    /// `--cookie-file`.
    public var cookieFile = false
    /// `--ssh-key-file`.
    public var sshKeyFiles = [Path("/etc/git-secret/ssh")]
    /// `--ssh-known-hosts`.
    public var sshKnownHosts = true
    /// `--ssh-known-hosts-file`.
    public var sshKnownHostsFile = Path("/etc/git-secret/known_hosts")
    /// `--add-user`.
    public var addUser = false
    /// `--tls-ca-file`.
    public var tlsCAFile: Path?
    /// `--tls-cert-file`.
    public var tlsCertificateFile: Path?
    /// `--tls-key-file`.
    public var tlsKeyFile: Path?
    /// `GITSYNC_GITHUB_APP_PRIVATE_KEY`.
    public var githubAppPrivateKey: Secret?
    /// `--github-app-private-key-file`.
    public var githubAppPrivateKeyFile: Path?
    /// `--github-app-application-id`.
    public var githubAppApplicationID: Int?
    /// `--github-app-client-id`.
    public var githubAppClientID: String?
    /// `--github-app-installation-id`.
    public var githubAppInstallationID: Int?
    /// `--github-base-url`.
    public var githubBaseURL: WebAddress?

    // Syncing

    /// `--period`.
    public var period = Duration.seconds(10)
    /// `--init-period`; nil for the period.
    public var initPeriod: Duration?
    /// `--jitter`.
    public var jitter = Percentage(10)
    /// `--max-backoff`.
    public var maxBackoff = Duration.seconds(300)
    /// `--sync-timeout`.
    public var syncTimeout = Duration.seconds(120)
    /// `--one-time`.
    public var oneTime = false
    /// `--max-failures`; nil for the rule that depends on what is served.
    public var maxFailures: Int?
    /// `--init-max-failures`; nil for as many as later.
    public var initMaxFailures: Int?
    /// `--sync-on-signal`.
    public var syncOnSignal: SignalName?
    /// `--touch-file`.
    public var touchFile: Path?
    /// `--error-file`.
    public var errorFile: Path?

    // Releases

    /// `--root`.
    public var root: Path?
    /// `--link`; nil for the last path element of the repository.
    public var link: Path?
    /// `--publish`.
    public var publish = PublishChoice.symlink
    /// `--share`.
    public var share = SharingMode.auto
    /// `--keep-releases`.
    public var keepReleases = AutomaticCount.automatic
    /// `--stale-worktree-timeout`.
    public var staleWorktreeTimeout = Duration.zero
    /// `--group-write`.
    public var groupWrite = false
    /// `--git-gc`.
    public var gitGC = GarbageCollection.auto
    /// `--max-release-size`; zero for no limit.
    public var maxReleaseSize = ByteSize(bytes: 0)
    /// `--min-free-space`.
    public var minFreeSpace = ByteSize.mebibytes(64)
    /// `--sandbox`.
    public var sandbox = SandboxChoice.auto
    /// `--worker-memory`.
    public var workerMemory: ByteSize?
    /// `--revision-file`.
    public var revisionFile: RevisionTemplate?
    /// `--prepare-command`.
    public var prepareCommand: CommandWords?
    /// `--prepare-timeout`.
    public var prepareTimeout = Duration.seconds(300)
    /// `--validate-command`.
    public var validateCommand: CommandWords?
    /// `--validate-timeout`.
    public var validateTimeout = Duration.seconds(30)
    /// `--trial-command`.
    public var trialCommand: CommandWords?
    /// `--trial-health-url`.
    public var trialHealthURL: PortTemplate?
    /// `--trial-timeout`.
    public var trialTimeout = Duration.seconds(10)

    // Application

    /// `--signal`.
    public var signal: SignalName?
    /// `--signal-target`.
    public var signalTargets: [SignalTarget] = []
    /// `--terminate-after`; nil for never.
    public var terminateAfter: Duration?
    /// `--kill-after`; nil for never.
    public var killAfter: Duration?
    /// `--reload-url`.
    public var reloadURL: WebAddress?
    /// `--reload-method`.
    public var reloadMethod = HTTPMethod("POST")
    /// `--reload-status`.
    public var reloadStatus = StatusRange(200...299)
    /// `--reload-timeout`.
    public var reloadTimeout = Duration.seconds(10)
    /// `--reload-header-file`.
    public var reloadHeaderFile: Path?
    /// `--on-change`.
    public var onChange: [ChangeRule] = []
    /// `--health-url`.
    public var healthURL: WebAddress?
    /// `--health-status`.
    public var healthStatus = StatusRange(200...399)
    /// `--health-revision-header`.
    public var healthRevisionHeader: HeaderName?
    /// `--health-tcp`.
    public var healthTCP: SocketAddress?
    /// `--health-command`.
    public var healthCommand: CommandWords?
    /// `--health-timeout`.
    public var healthTimeout = Duration.seconds(30)
    /// `--health-interval`.
    public var healthInterval = Duration.milliseconds(200)
    /// `--health-successes`.
    public var healthSuccesses = 2
    /// `--health-failures`; zero for any number.
    public var healthFailures = 10
    /// `--health-watch`.
    public var healthWatch = Duration.zero
    /// `--app-log`.
    public var appLog: AppLogChoice?
    /// `--rollback`.
    public var rollback = RollbackMode.auto
    /// `--quarantine-ttl`; zero for until a newer commit.
    public var quarantineTTL = Duration.zero

    // Hooks

    /// `--exechook-command`.
    public var exechookCommand: String?
    /// `--exechook-timeout`.
    public var exechookTimeout = Duration.seconds(30)
    /// `--exechook-backoff`.
    public var exechookBackoff = Duration.seconds(3)
    /// `--pre-publish-exechook-command`.
    public var prePublishExechookCommand: String?
    /// `--pre-publish-exechook-timeout`.
    public var prePublishExechookTimeout = Duration.seconds(30)
    /// `--pre-publish-exechook-backoff`.
    public var prePublishExechookBackoff = Duration.seconds(3)
    /// `--webhook-url`.
    public var webhookURL: WebAddress?
    /// `--webhook-method`.
    public var webhookMethod = HTTPMethod("POST")
    /// `--webhook-success-status`.
    public var webhookSuccessStatus = StatusRange(200...200)
    /// `--webhook-timeout`.
    public var webhookTimeout = Duration.seconds(1)
    /// `--webhook-backoff`.
    public var webhookBackoff = Duration.seconds(3)

    // Control

    /// `--http-bind`.
    public var httpBind: SocketAddress?
    /// `--http-metrics`.
    public var httpMetrics = false
    /// `--http-pprof`.
    public var httpPprof = false
    /// `--push-secret-file`.
    public var pushSecretFiles: [Path] = []
    /// `--api-token-file`.
    public var apiTokenFile: Path?

    // Log

    /// `--verbose`.
    public var verbose = 0
    /// `--log-format`.
    public var logFormat = LogFormatChoice.json
}
