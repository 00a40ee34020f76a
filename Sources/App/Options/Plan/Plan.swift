/// What is to be done: settings that make sense together, with absolute file names and every `auto` decided.
public struct Plan: Sendable {
    /// The settings; every file name in them is absolute.
    public let settings: Settings
    /// The repository; it prints without a password.
    public let repository: Address
    /// The root, absolute; symbolic links in it are not resolved yet.
    public let root: Path
    /// The name under which a release is published, absolute.
    public let link: Path
    /// The pause between two looks at the remote until the first success.
    public let initPeriod: Duration
    /// How many failures in a row end the process until the first success; nil for the rule that depends on what is served.
    public let initMaxFailures: Int?
    /// Whether something tells the application about a release as part of the deployment.
    public let hasReloadAction: Bool
    /// Whether the application's health is checked.
    public let hasHealthCheck: Bool
    /// Whether a release that fails is taken back.
    public let rollsBack: Bool
    /// How many earlier releases are kept.
    public let keepReleases: Int
    /// `--git-config` and its additions, in their order.
    public let gitConfig: [GitConfig.Entry]
    /// Every credential that was given with `--credential`, in its order.
    public let credentials: [CredentialEntry]
    /// The ssh keys; those that nobody asked for may be missing.
    public let sshKeyFiles: [Path]
    /// Who set which parameter; a parameter that is missing here has its default.
    public let provenance: [String: Invocation.Source]
    /// How log lines are written.
    public let logFormat: LogFormatChoice
    /// What works but should be changed.
    public let warnings: [String]
}

extension Invocation {
    /// Checks everything together and decides what is to be done.
    ///
    /// Throws every problem at once, those of the command line and the environment included.
    public func plan(probe: Probe) throws(UsageError) -> Plan {
        var check = PlanCheck(self)
        check.run()
        var all = problems + check.problems
        let workingDirectory = Path(probe.workingDirectory)
        let root = settings.root?.resolved(against: workingDirectory.text)
        var resolved = settings
        if let root {
            for row in OptionTable.all {
                guard case .value(let value) = row.access, row.name != "root" else { continue }
                value.resolve(&resolved, root.text)
            }
            resolved.root = root
            if probe.kind(root.text) == .file { all.append(Problem("--root=\(root)", "is not a directory")) }
        }
        let link = Invocation.link(resolved, root, &all)
        guard all.isEmpty, let root, let link, let repository = settings.repo else { throw UsageError(all) }
        resolved.link = link
        let keep: Int
        switch settings.keepReleases {
        case .exactly(let count): keep = count
        case .automatic: keep = check.rollsBack ? 5 : 0
        }
        let isTextByDefault = !isGiven("log-format") && probe.standardErrorIsTerminal
        return Plan(
            settings: resolved, repository: repository, root: root, link: link,
            initPeriod: settings.initPeriod ?? settings.period,
            initMaxFailures: settings.initMaxFailures ?? settings.maxFailures,
            hasReloadAction: check.hasReloadAction, hasHealthCheck: check.hasHealthCheck, rollsBack: check.rollsBack,
            keepReleases: keep,
            gitConfig: ([settings.gitConfig].compactMap { $0 } + settings.gitConfigAdditions).flatMap(\.entries),
            credentials: resolved.credentials.flatMap(\.list), sshKeyFiles: resolved.sshKeyFiles,
            provenance: provenance,
            logFormat: isTextByDefault ? .text : settings.logFormat,
            warnings: warnings + check.warnings + missingFiles(resolved, probe))
    }

    // Files that somebody named and that are not there. They may come later, as mounted secrets do: no problem yet.
    private func missingFiles(_ resolved: Settings, _ probe: Probe) -> [String] {
        let named: [(String, [Path?])] = [
            ("password-file", [resolved.passwordFile]), ("ssh-key-file", resolved.sshKeyFiles),
            ("ssh-known-hosts-file", [resolved.sshKnownHostsFile]),
            ("sparse-checkout-file", [resolved.sparseCheckoutFile]),
            ("allowed-signers-file", [resolved.allowedSignersFile]), ("gpg-keyring-file", [resolved.gpgKeyringFile]),
            ("tls-ca-file", [resolved.tlsCAFile]), ("tls-cert-file", [resolved.tlsCertificateFile]),
            ("tls-key-file", [resolved.tlsKeyFile]), ("reload-header-file", [resolved.reloadHeaderFile]),
            ("github-app-private-key-file", [resolved.githubAppPrivateKeyFile]),
            ("push-secret-file", resolved.pushSecretFiles), ("api-token-file", [resolved.apiTokenFile]),
        ]
        return named.flatMap { name, paths in
            paths.compactMap { path in
                guard let path, isGiven(name), probe.kind(path.text) == .missing else { return nil }
                // A default that was only repeated, as images do, names nothing that somebody expects to be there.
                if let row = OptionTable.row(named: name), row.text(in: settings) == row.defaultText { return nil }
                return "\(provenance[name]?.name ?? name): there is no file \(printable(path.text)) yet"
            }
        }
    }
}

/// What a plan has to know about the machine; tests make one up.
public struct Probe: Sendable {
    /// What a file name stands for.
    public enum Kind: Sendable {
        /// Nothing.
        case missing
        /// A directory, or a symbolic link to one.
        case directory
        /// Anything else.
        case file
    }

    /// Where relative names of `--root` begin; absolute.
    public let workingDirectory: String
    /// Whether standard error is a terminal.
    public let standardErrorIsTerminal: Bool
    /// Looks at an absolute file name, following symbolic links.
    public let kind: @Sendable (String) -> Kind

    /// Describes a machine.
    public init(
        workingDirectory: String, standardErrorIsTerminal: Bool, kind: @escaping @Sendable (String) -> Kind
    ) {
        self.workingDirectory = workingDirectory
        self.standardErrorIsTerminal = standardErrorIsTerminal
        self.kind = kind
    }
}
