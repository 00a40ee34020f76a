/// Finds what is missing and what contradicts itself among settings that are each valid alone.
struct PlanCheck {
    let invocation: Invocation
    let settings: Settings
    private(set) var problems: [Problem] = []
    private(set) var warnings: [String] = []

    init(_ invocation: Invocation) {
        self.invocation = invocation
        settings = invocation.settings
    }

    mutating func run() {
        checkRequired()
        checkRepository()
        checkAccess()
        checkGitHubApp()
        checkApplication()
        checkControl()
        checkSignatures()
        checkCompanions()
        checkCredentials()
    }

    var hasReloadAction: Bool {
        settings.signal != nil || settings.reloadURL != nil || settings.onChange.contains { $0.action != .none }
    }

    var hasHealthCheck: Bool {
        settings.healthURL != nil || settings.healthTCP != nil || settings.healthCommand != nil
    }

    var rollsBack: Bool {
        switch settings.rollback {
        case .on: true
        case .off: false
        case .auto: hasReloadAction || hasHealthCheck
        }
    }

    private mutating func checkRequired() {
        // A value that was given and could not be read has been reported already.
        if settings.repo == nil, !invocation.isGiven("repo") {
            report("repo", "is required: the URL or path of the repository to follow")
        }
        if settings.root == nil, !invocation.isGiven("root") {
            report("root", "is required: the directory for the store and the releases")
        }
    }

    private mutating func checkRepository() {
        guard let repo = settings.repo else { return }
        let subject = "\(source("repo"))=\(printable(repo.description))"
        if repo.exposed.hasPrefix("-") {
            problems.append(Problem(subject, "a repository cannot begin with a hyphen"))
        } else if repo.isRemoteHelper {
            problems.append(
                Problem(subject, "remote helpers run programs and are refused; use https, http, ssh or file"))
        } else if repo.scheme == "git" {
            problems.append(
                Problem(subject, "git:// is neither encrypted nor authenticated and is refused; use https or ssh"))
        } else if let scheme = repo.scheme, !["https", "http", "ssh", "file"].contains(scheme) {
            problems.append(Problem(subject, "\(scheme):// is not supported; use https, http, ssh, file or a path"))
        }
        if settings.ref.hasPrefix("-") {
            report("ref", "a branch, tag or commit cannot begin with a hyphen")
        }
    }

    private mutating func checkAccess() {
        exclusive("password", "password-file")
        if given("username"), !given("password"), !given("password-file") {
            report("username", "needs a password: give GITSYNC_PASSWORD or --password-file")
        }
        for name in ["password", "password-file"] { requires(name, "username") }
        requires("tls-key-file", "tls-cert-file")
        if let signal = settings.syncOnSignal?.text, ["KILL", "STOP", "TERM", "INT", "CHLD", "PIPE"].contains(signal) {
            report("sync-on-signal", "SIG\(signal) has another meaning and cannot start a sync; use HUP, USR1 or USR2")
        }
    }

    private mutating func checkGitHubApp() {
        let keys = ["github-app-private-key", "github-app-private-key-file"]
        let apps = ["github-app-application-id", "github-app-client-id"]
        guard let first = (keys + apps + ["github-app-installation-id"]).first(where: given) else { return }
        exclusive(keys[0], keys[1])
        exclusive(apps[0], apps[1])
        if !keys.contains(where: given) {
            report(first, "needs the App's key: give --github-app-private-key-file or GITSYNC_GITHUB_APP_PRIVATE_KEY")
        }
        if !apps.contains(where: given) {
            report(first, "needs --github-app-application-id or --github-app-client-id")
        }
        if !given("github-app-installation-id") { report(first, "needs --github-app-installation-id") }
        if given("username") { report("username", "cannot be used together with a GitHub App") }
    }

    private mutating func checkApplication() {
        requires("signal", "signal-target")
        requires("signal-target", "signal")
        requires("reload-header-file", "reload-url")
        requires("trial-health-url", "trial-command")
        if given("health-revision-header"), !given("health-url"), !given("trial-health-url") {
            report("health-revision-header", "needs \(source("health-url"))")
        }
        for name in ["terminate-after", "kill-after"] { requires(name, "signal-target") }
        if let terminate = settings.terminateAfter, let kill = settings.killAfter, kill <= terminate {
            report("kill-after", "must be longer than --terminate-after, \(terminate.text)")
        }
        if settings.rollback == .on, !hasReloadAction, !hasHealthCheck {
            warnings.append("--rollback: nothing can tell that a release failed, since no check or reload is given")
        }
    }

    private mutating func checkControl() {
        if settings.httpMetrics { requires("http-metrics", "http-bind") }
        if settings.httpPprof { requires("http-pprof", "http-bind") }
        for name in ["push-secret-file", "api-token-file"] { requires(name, "http-bind") }
    }

    private mutating func checkSignatures() {
        let keys = ["allowed-signers-file", "gpg-keyring-file"]
        if settings.verifySignatures != .off, !keys.contains(where: given) {
            report("verify-signatures", "needs --allowed-signers-file or --gpg-keyring-file")
        }
        for key in keys where given(key) && settings.verifySignatures == .off {
            report(key, "has no effect without --verify-signatures")
        }
    }

    // What only says how something is done that nobody asked for: the peer accepts it, so it is no problem.
    private mutating func checkCompanions() {
        let companions: [(needed: String, names: [String])] = [
            ("reload-url", ["reload-method", "reload-status", "reload-timeout"]), ("health-url", ["health-status"]),
            ("prepare-command", ["prepare-timeout"]), ("validate-command", ["validate-timeout"]),
            ("trial-command", ["trial-timeout"]),
            ("exechook-command", ["exechook-timeout", "exechook-backoff"]),
            ("pre-publish-exechook-command", ["pre-publish-exechook-timeout", "pre-publish-exechook-backoff"]),
            ("webhook-url", ["webhook-method", "webhook-success-status", "webhook-timeout", "webhook-backoff"]),
        ]
        for (needed, names) in companions where !given(needed) {
            for name in names { warnWithoutEffect(name, "--\(needed)") }
        }
        if !hasHealthCheck, !hasReloadAction { warnWithoutEffect("app-log", "a health check or a reload action") }
        if !hasHealthCheck {
            for name in ["health-failures", "health-interval", "health-successes", "health-watch"] {
                warnWithoutEffect(name, "a health check")
            }
        }
    }

    // They are for the repository's own server, and only HTTP asks for a name and a password.
    private mutating func checkCredentials() {
        guard let repo = settings.repo, !["http", "https"].contains(repo.scheme) else { return }
        // An address that is rewritten may become one.
        let configured = [settings.gitConfig].compactMap { $0 } + settings.gitConfigAdditions
        if configured.contains(where: { $0.entries.contains { $0.key.lowercased().hasPrefix("url.") } }) { return }
        let names = ["username", "askpass-url", "github-app-private-key", "github-app-private-key-file"]
        for name in names where given(name) {
            warnings.append("\(source(name)): has no effect, since the repository is not reached over http or https")
        }
    }

    // A default that was only repeated, as images do, deserves no warning.
    private mutating func warnWithoutEffect(_ name: String, _ needed: String) {
        guard given(name), let row = OptionTable.row(named: name), row.text(in: settings) != row.defaultText else {
            return
        }
        warnings.append("\(source(name)): has no effect without \(needed)")
    }

    private func given(_ name: String) -> Bool { invocation.isGiven(name) }

    // The flag or variable that was used, or how the parameter is called.
    private func source(_ name: String) -> String {
        invocation.provenance[name]?.name ?? OptionTable.row(named: name)?.label ?? name
    }

    private mutating func report(_ name: String, _ message: String) {
        problems.append(Problem(source(name), message))
    }

    private mutating func requires(_ name: String, _ needed: String) {
        if given(name), !given(needed) { report(name, "needs \(source(needed))") }
    }

    private mutating func exclusive(_ name: String, _ other: String) {
        if given(name), given(other) { report(name, "cannot be used together with \(source(other))") }
    }
}
