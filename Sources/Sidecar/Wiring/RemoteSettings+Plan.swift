internal import HTTPClient
internal import Options
internal import Posix
internal import Remote
internal import Telemetry

/// The part of `--git-config` that has an effect here, by git's names for it.
struct GitSettings {
    private let entries: [GitConfig.Entry]

    init(_ entries: [GitConfig.Entry]) {
        self.entries = entries
    }

    /// What git would read for a name: the last value given.
    ///
    /// Upper and lower case are the same.
    func last(_ name: String) -> String? { all(name).last }

    /// Every value given for a name, for those that add up; an empty one forgets those before it, as in git.
    func all(_ name: String) -> [String] {
        entries.filter { $0.key.lowercased() == name.lowercased() }.map(\.value).reduce(into: []) { list, value in
            if value.isEmpty { list = [] } else { list.append(value) }
        }
    }

    /// Whether a switch is on; nil when nobody said.
    func flag(_ name: String) -> Bool? {
        last(name).map { ["true", "yes", "on", "1"].contains($0.lowercased()) }
    }

    /// `url.<base>.insteadOf`.
    var insteadOf: [InsteadOf] {
        entries.compactMap { entry in
            let key = entry.key
            guard key.lowercased().hasPrefix("url."), key.lowercased().hasSuffix(".insteadof") else { return nil }
            return InsteadOf(
                base: String(key.dropFirst("url.".count).dropLast(".insteadof".count)), prefix: entry.value)
        }
    }

    /// The names that were given and have no effect here.
    var unknown: [String] {
        let known: Set = [
            "http.proxy", "http.sslverify", "http.sslcainfo", "http.sslcert", "http.sslkey", "http.extraheader",
            "http.cookiefile", "core.sshcommand", "core.autocrlf", "core.eol",
        ]
        return entries.map(\.key).filter { key in
            let name = key.lowercased()
            return !known.contains(name) && !(name.hasPrefix("url.") && name.hasSuffix(".insteadof"))
        }
    }
}

extension RemoteURL {
    /// The repository of a plan, rewritten as `url.<base>.insteadOf` says.
    init(_ plan: Plan) throws(InvalidURL) {
        let address = InsteadOf.rewrite(plan.repository.exposed, by: GitSettings(plan.gitConfig).insteadOf)
        try self.init(parsing: address)
    }
}

extension RemoteSettings {
    /// What a plan says about reaching remotes.
    init(_ plan: Plan, for url: RemoteURL, environment: [String: String], logger: Logger) throws(InvalidURL) {
        let git = GitSettings(plan.gitConfig)
        self.init(
            credentials: try CredentialRules(plan, for: url),
            http: HTTPConfiguration(plan, git, environment: environment),
            ssh: SSHSettings(plan, git), logger: logger)
    }
}

extension CredentialRules {
    /// `--credential` for what it names, and `--username` with its password for the repository's server.
    init(_ plan: Plan, for url: RemoteURL) throws(InvalidURL) {
        var rules: [Rule] = []
        let settings = plan.settings
        let password =
            settings.passwordFile.map { PasswordSource.file($0.text) } ?? settings.password.map { .value($0) }
        if let password {
            rules.append(
                Rule(prefix: try RemoteURL(parsing: url.origin), username: settings.username ?? "", password: password))
        }
        for credential in plan.credentials {
            guard
                let source = credential.password.map({ PasswordSource.value($0) })
                    ?? credential.passwordFile.map({ .file($0.text) })
            else { continue }
            let prefix = try RemoteURL(parsing: credential.url.exposed)
            rules.append(Rule(prefix: prefix, username: credential.username, password: source))
        }
        self.init(rules)
    }
}

extension HTTPConfiguration {
    fileprivate init(_ plan: Plan, _ git: GitSettings, environment: [String: String]) {
        let settings = plan.settings
        let tls = TLSSettings(
            additionalFile: settings.tlsCAFile?.text ?? git.last("http.sslCAInfo"),
            certificateFile: settings.tlsCertificateFile?.text ?? git.last("http.sslCert"),
            keyFile: settings.tlsKeyFile?.text ?? git.last("http.sslKey"), verify: git.flag("http.sslVerify") ?? true)
        self.init(
            userAgent: "\(Product.name)/\(Product.version)",
            headers: git.all("http.extraHeader").compactMap { HTTPHeader(line: $0) }, tls: tls,
            proxy: ProxySettings(environment: environment, explicit: git.last("http.proxy").map { Secret($0) }),
            cookieFile: settings.cookieFile ? "/etc/git-secret/cookie_file" : git.last("http.cookieFile"))
    }
}

extension SSHSettings {
    fileprivate init(_ plan: Plan, _ git: GitSettings) {
        let settings = plan.settings
        self.init(
            keyFiles: plan.sshKeyFiles.map(\.text),
            hostKeys: settings.sshKnownHosts ? .knownHosts(file: settings.sshKnownHostsFile.text) : .unchecked,
            command: git.last("core.sshCommand"), environment: .withoutSecrets)
    }
}

extension Environment {
    /// What child processes get: everything that we got, less the variables that hold our own secrets.
    static var withoutSecrets: Environment {
        .current(removing: OptionTable.secretVariables(in: ThisProcess.environment))
    }
}
