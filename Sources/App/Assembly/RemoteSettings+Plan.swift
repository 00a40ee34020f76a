package import Deployment
package import HTTPClient
package import Options
package import Posix
package import Remote
package import Signatures
package import Telemetry

/// The part of `--git-config` that has an effect here, by git's names for it.
package struct GitSettings {
    private let entries: [GitConfig.Entry]
    private let home: String?

    package init(_ entries: [GitConfig.Entry], home: String? = nil) {
        self.entries = entries
        self.home = home
    }

    /// The file that the last value given for a name means; `~/` is the home directory.
    package func path(_ name: String) -> String? {
        guard let value = last(name) else { return nil }
        guard value.hasPrefix("~/"), let home else { return value }
        return home + value.dropFirst(1)
    }

    /// What git would read for a name: the last value given.
    ///
    /// Upper and lower case are the same.
    package func last(_ name: String) -> String? { all(name).last }

    /// Every value given for a name, for those that add up; an empty one forgets those before it, as in git.
    package func all(_ name: String) -> [String] {
        entries.filter { $0.key.lowercased() == name.lowercased() }.map(\.value).reduce(into: []) { list, value in
            if value.isEmpty { list = [] } else { list.append(value) }
        }
    }

    /// Whether a switch is on; nil when nobody said.
    package func flag(_ name: String) -> Bool? {
        last(name).map { ["true", "yes", "on", "1"].contains($0.lowercased()) }
    }

    /// `url.<base>.insteadOf`.
    package var insteadOf: [InsteadOf] {
        entries.compactMap { entry in
            let key = entry.key
            guard key.lowercased().hasPrefix("url."), key.lowercased().hasSuffix(".insteadof") else { return nil }
            return InsteadOf(
                base: String(key.dropFirst("url.".count).dropLast(".insteadof".count)), prefix: entry.value)
        }
    }

    /// The names that were given and have no effect here.
    package var unknown: [String] {
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
    package init(_ plan: Plan) throws(InvalidURL) {
        let address = InsteadOf.rewrite(
            plan.repository.exposed, by: GitSettings(plan.gitConfig).insteadOf, isOurs: true)
        try self.init(parsing: address)
    }
}

extension RemoteSettings {
    /// What a plan says about reaching remotes; with metrics, asking for credentials is counted in them.
    package init(
        _ plan: Plan, for url: RemoteURL, environment: [String: String], logger: Logger, metrics: Metrics? = nil
    ) throws(InvalidURL) {
        let git = GitSettings(plan.gitConfig, home: environment["HOME"])
        let http = HTTPConfiguration(plan, git, for: url, environment: environment)
        self.init(
            credentials: try CredentialRules(plan, for: url, http, metrics), http: http, ssh: SSHSettings(plan, git),
            logger: logger)
    }
}

extension CredentialRules {
    /// `--credential` for what it names, and for the repository's server `--username` with its password, or a service.
    fileprivate init(
        _ plan: Plan, for url: RemoteURL, _ http: HTTPConfiguration, _ metrics: Metrics?
    ) throws(InvalidURL) {
        var rules: [Rule] = []
        let settings = plan.settings
        let password =
            settings.passwordFile.map { PasswordSource.file($0.text) } ?? settings.password.map { .value($0) }
        if let password, url.scheme != .file {
            rules.append(
                Rule(prefix: try RemoteURL(parsing: url.origin), username: settings.username ?? "", password: password))
        }
        if let address = settings.askpassURL?.address.exposed {
            let service = try Askpass(Secret(address), http) { metrics?.askpassCalls.add(1, $0.rawValue) }
            rules.append(Rule(service, for: url))
        }
        if let identity = GitHubApp.Identity(settings) {
            let service = try GitHubApp(identity, http) { metrics?.githubTokens.add(1, $0.rawValue) }
            rules.append(Rule(service, for: url))
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

extension GitHubApp.Identity {
    /// The App of a plan; nil when there is none.
    fileprivate init?(_ settings: Settings) {
        let key =
            settings.githubAppPrivateKeyFile.map { PasswordSource.file($0.text) }
            ?? settings.githubAppPrivateKey.map { .value($0) }
        guard let key, let installation = settings.githubAppInstallationID,
            let issuer = settings.githubAppClientID ?? settings.githubAppApplicationID.map({ String($0) })
        else { return nil }
        self.init(
            key: key, issuer: issuer, installation: installation,
            baseURL: settings.githubBaseURL.map { Secret($0.address.exposed) })
    }
}

extension HTTPConfiguration {
    /// What is meant for the remote's server goes to it alone: whose address a submodule names is for its author to say.
    fileprivate init(_ plan: Plan, _ git: GitSettings, for url: RemoteURL, environment: [String: String]) {
        let settings = plan.settings
        // Git's own setting takes the place of the system's authorities; ours adds to them.
        let tls = TLSSettings(
            systemFile: git.path("http.sslCAInfo"), additionalFile: settings.tlsCAFile?.text,
            verify: git.flag("http.sslVerify") ?? true)
        let secrets = ServerSecrets(
            headers: git.all("http.extraHeader").compactMap { HTTPHeader(line: $0) },
            cookieFile: settings.cookieFile ? HTTPConfiguration.standardCookieFile : git.path("http.cookieFile"),
            certificateFile: settings.tlsCertificateFile?.text ?? git.path("http.sslCert"),
            keyFile: settings.tlsKeyFile?.text ?? git.path("http.sslKey"))
        self.init(
            userAgent: "\(Product.name)/\(Product.version)", secrets: ForOrigin(secrets, serverOf: url.origin),
            tls: tls,
            proxy: ProxySettings(environment: environment, explicit: git.last("http.proxy").map { Secret($0) }))
    }

    /// Where `--cookie-file` has its cookies.
    package static let standardCookieFile = "/etc/git-secret/cookie_file"
}

extension SSHSettings {
    fileprivate init(_ plan: Plan, _ git: GitSettings) {
        let settings = plan.settings
        self.init(
            keyFiles: plan.sshKeyFiles.map(\.text),
            hostKeys: settings.sshKnownHosts ? .knownHosts(file: settings.sshKnownHostsFile.text) : .unchecked,
            command: git.last("core.sshCommand"), environment: .withoutSecrets)
        // The default is where a key usually is; nobody said that there is one.
        keysMayBeMissing = plan.provenance["ssh-key-file"] == nil
    }
}

extension SignatureVerifier {
    /// What a plan says about signatures; nil when it asks for none.
    package init?(_ plan: Plan) {
        let settings = plan.settings
        let subject: Subject
        switch settings.verifySignatures {
        case .off: return nil
        case .commit: subject = .commit
        case .tag: subject = .tag
        }
        self.init(
            subject, allowedSignersFile: settings.allowedSignersFile?.text, keyringFile: settings.gpgKeyringFile?.text,
            environment: .withoutSecrets)
    }
}

extension Environment {
    /// What child processes get: everything that we got, less the variables that hold our own secrets.
    package static var withoutSecrets: Environment {
        .current(removing: OptionTable.secretVariables(in: ThisProcess.environment))
    }
}
