internal import GitProtocol
internal import HTTPServer
internal import Options
internal import Reload
internal import Remote

/// What can be asked of us over HTTP, where, and what a push must concern.
struct ControlSettings: Sendable {
    /// `--http-bind`.
    var bind: BindAddress?
    /// `--http-metrics`.
    var servesMetrics = false
    /// `--http-pprof`.
    var servesProcessReport = false
    /// `--push-secret-file`; without one nobody can announce a push.
    var pushSecretFiles: [String] = []
    /// `--api-token-file`; without it nothing can be changed over a port.
    var tokenFile: String?
    /// What we deploy.
    var target: PushTarget
    /// Whom signals are meant for.
    var signalTargets: [Target] = []
}

extension ControlSettings {
    /// What a plan says; `remote` is the repository as it is reached.
    init(_ plan: Plan, remote: RemoteURL, query: RefQuery) {
        let settings = plan.settings
        // Forges know the repository by the address that it had before `insteadOf` rewrote it.
        let original = RepositoryIdentity(address: plan.repository.exposed)
        self.init(
            bind: settings.httpBind.map { .port(host: $0.host, $0.port) }, servesMetrics: settings.httpMetrics,
            servesProcessReport: settings.httpPprof, pushSecretFiles: settings.pushSecretFiles.map(\.text),
            tokenFile: settings.apiTokenFile?.text,
            target: PushTarget(
                repositories: [RepositoryIdentity(remote)] + [original].compactMap { $0 }, query: query))
    }
}
