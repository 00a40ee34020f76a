package import HTTPClient
package import Options
internal import Posix
package import Reload

extension Reloader {
    /// What a plan says about telling and asking the application; nil when it says nothing.
    package convenience init?(_ plan: Plan, http: HTTPConfiguration) throws(ReloadError) {
        guard plan.hasReloadAction || plan.hasHealthCheck else { return nil }
        let settings = plan.settings
        try self.init(
            ReloadSettings(
                defaultActions: Action.defaults(settings),
                rules: settings.onChange.map { ActionRule($0.patterns, Action($0.action, settings)) },
                health: HealthCheck(settings),
                escalation: Escalation(terminateAfter: settings.terminateAfter, killAfter: settings.killAfter),
                // The application is asked directly and without what is meant for the remote: no proxy, no credential.
                healthTimeout: settings.healthTimeout, http: HTTPConfiguration(userAgent: http.userAgent, tls: http.tls)
            ))
    }
}

extension Trial {
    /// How a plan wants a release to be tried before it is published; nil when it does not.
    package init?(_ plan: Plan, http: HTTPConfiguration) {
        let settings = plan.settings
        guard let command = settings.trialCommand else { return nil }
        self.init(
            Program(command.program, command.arguments, timeout: settings.trialTimeout),
            url: settings.trialHealthURL?.text,
            health: HealthCheck(
                [], timeout: settings.trialTimeout, interval: settings.healthInterval,
                successes: settings.healthSuccesses, failures: settings.healthFailures),
            statuses: settings.healthStatus.codes ?? 100...599,
            revisionHeader: settings.trialHealthURL == nil ? nil : settings.healthRevisionHeader?.text,
            http: HTTPConfiguration(userAgent: http.userAgent, tls: http.tls))
    }
}

extension Action {
    /// What `--signal` and `--reload-url` ask for, in this order.
    fileprivate static func defaults(_ settings: Settings) -> [Action] {
        var actions: [Action] = []
        if let signal = settings.signal {
            actions.append(.signal(signal.number, settings.signalTargets.map { Target($0) }))
        }
        if let url = settings.reloadURL {
            actions.append(.call(HTTPCall(url.address, settings.reloadMethod.text, settings)))
        }
        return actions
    }

    fileprivate init(_ action: ChangeAction, _ settings: Settings) {
        switch action {
        case .none: self = .none
        case .signal(let signal, let target): self = .signal(signal.number, [Target(target)])
        case .http(let method, let url): self = .call(HTTPCall(url, method, settings))
        case .run(let path): self = .run(Program(path.text))
        case .touch(let path): self = .touch(path.text)
        }
    }
}

extension HTTPCall {
    fileprivate init(_ url: Address, _ method: String, _ settings: Settings) {
        self.init(
            url.exposed, method: method, statuses: settings.reloadStatus.codes ?? 100...599,
            timeout: settings.reloadTimeout, headerFile: settings.reloadHeaderFile?.text)
    }
}

extension Target {
    fileprivate init(_ target: SignalTarget) {
        self =
            switch target {
            case .name(let name): .name(name)
            case .executable(let path): .executable(path.text)
            case .commandLine(let pattern): .commandLine(pattern)
            case .pidFile(let path): .pidFile(path.text)
            case .port(let port): .port(port)
            }
    }
}

extension HealthCheck {
    /// The checks that are asked for; nil when there are none.
    fileprivate init?(_ settings: Settings) {
        var probes: [Probe] = []
        if let url = settings.healthURL {
            probes.append(
                .url(
                    url.address.exposed, statuses: settings.healthStatus.codes ?? 100...599,
                    revisionHeader: settings.healthRevisionHeader?.text))
        }
        if let address = settings.healthTCP {
            probes.append(.tcp(host: address.host ?? "127.0.0.1", port: address.port))
        }
        if let command = settings.healthCommand {
            probes.append(.command(Program(command.program, command.arguments, timeout: settings.healthTimeout)))
        }
        if probes.isEmpty { return nil }
        self.init(
            probes, timeout: settings.healthTimeout, interval: settings.healthInterval,
            successes: settings.healthSuccesses, failures: settings.healthFailures, watch: settings.healthWatch)
    }
}
