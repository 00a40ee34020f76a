import Options
import Testing

@Suite("The table of parameters")
struct TableTests {
    static let valueRows = OptionTable.all.filter { $0.form != .flagOnly }

    @Test("every name is used once: flags, letters, former flags and variables")
    func namesAreUnique() {
        var names: [String] = []
        for row in OptionTable.all {
            names += [row.flag, row.letter.map { "-\($0)" }, row.variable].compactMap { $0 }
            for old in row.oldNames { names += (old.flag.map { ["--\($0)"] } ?? []) + old.variables }
        }
        let repeated = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
        #expect(repeated == [])
        #expect(Set(OptionTable.all.map(\.name)).count == OptionTable.all.count)
    }

    @Test("every setting has a row, and every row a setting of its own")
    func settingsHaveRows() {
        #expect(Mirror(reflecting: Settings()).children.count == TableTests.valueRows.count)
    }

    @Test("names, summaries and details have the form that help texts rely on", arguments: OptionTable.all)
    func form(_ row: Option) {
        #expect(row.name.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil)
        #expect(row.summary.count <= 79)
        #expect(!row.summary.hasSuffix("."))
        #expect(!row.summary.contains("\n"))
        #expect(row.details.isEmpty || row.details.hasSuffix("."))
        #expect(row.summary.allSatisfy(\.isASCII) && row.details.allSatisfy(\.isASCII))
        #expect(row.details.filter { $0 == "`" }.count.isMultiple(of: 2))
        #expect(row.isSwitch || !row.placeholder.isEmpty)
        #expect(!row.since.isEmpty)
    }

    @Test("every cross-reference names a parameter", arguments: OptionTable.all)
    func references(_ row: Option) {
        // What is replaced in a value, and named with it.
        let placeholders = ["hash", "host", "port"]
        for match in (row.summary + " " + row.details).matches(of: /\{([a-z][a-z0-9-]*)\}/) {
            #expect(
                OptionTable.row(named: String(match.1)) != nil || placeholders.contains(String(match.1)),
                "{\(match.1)} in \(row.name)")
        }
    }

    @Test("a default, as it is printed, reads back through its own row", arguments: valueRows)
    func defaultsReadBack(_ row: Option) throws {
        let text = row.defaultText
        guard !text.isEmpty, let variable = row.variable else { return }
        let invocation = parse([], environment: [variable: text])
        #expect(invocation.complaints == [])
        #expect(invocation.provenance[row.name] == .variable(variable))
        #expect(row.text(in: invocation.settings) == text)
    }

    @Test("no parameter loses its name or its default", arguments: promised)
    func promises(_ name: String, _ expected: String) throws {
        let row = try #require(OptionTable.row(named: name))
        #expect(row.defaultText == expected)
    }

    @Test("no parameter is added without a promise")
    func everyRowIsPromised() {
        #expect(Set(OptionTable.all.map(\.name)) == Set(TableTests.promised.map(\.0)))
    }

    static let promised: [(String, String)] = [
        ("repo", ""), ("ref", "HEAD"), ("root", ""), ("link", ""), ("period", "10s"), ("init-period", ""),
        ("depth", "1"), ("filter", ""), ("submodules", "recursive"), ("sparse-checkout-file", ""),
        ("sparse-pattern", ""), ("sync-timeout", "2m"), ("one-time", "false"), ("max-failures", ""),
        ("init-max-failures", ""), ("sync-on-signal", ""), ("touch-file", ""), ("error-file", ""),
        ("stale-worktree-timeout", "0s"), ("group-write", "false"), ("add-user", "false"), ("git-gc", "auto"),
        ("git-config", ""), ("git-config-add", ""), ("git", ""), ("exechook-command", ""),
        ("exechook-timeout", "30s"), ("exechook-backoff", "3s"), ("pre-publish-exechook-command", ""),
        ("pre-publish-exechook-timeout", "30s"), ("pre-publish-exechook-backoff", "3s"), ("webhook-url", ""),
        ("webhook-method", "POST"), ("webhook-success-status", "200"), ("webhook-timeout", "1s"),
        ("webhook-backoff", "3s"), ("username", ""), ("password", ""), ("password-file", ""), ("credential", ""),
        ("askpass-url", ""), ("cookie-file", "false"), ("ssh-key-file", "/etc/git-secret/ssh"),
        ("ssh-known-hosts", "true"), ("ssh-known-hosts-file", "/etc/git-secret/known_hosts"),
        ("github-app-private-key-file", ""), ("github-app-private-key", ""), ("github-app-application-id", ""),
        ("github-app-client-id", ""), ("github-app-installation-id", ""), ("github-base-url", ""), ("http-bind", ""),
        ("http-metrics", "false"), ("http-pprof", "false"), ("verbose", "0"), ("man", ""), ("version", ""),
        ("help", ""), ("signal", ""), ("signal-target", ""), ("terminate-after", ""), ("kill-after", ""),
        ("reload-url", ""), ("reload-method", "POST"), ("reload-status", "200-299"), ("reload-timeout", "10s"),
        ("reload-header-file", ""), ("on-change", ""), ("trial-command", ""), ("trial-health-url", ""),
        ("trial-timeout", "10s"), ("revision-file", ""), ("prepare-command", ""),
        ("prepare-timeout", "5m"),
        ("validate-command", ""), ("validate-timeout", "30s"), ("health-url", ""), ("health-status", "200-399"),
        ("health-tcp", ""), ("health-command", ""), ("health-timeout", "30s"), ("health-interval", "200ms"),
        ("health-failures", "10"),
        ("health-successes", "2"), ("health-watch", "0s"), ("health-revision-header", ""), ("app-log", ""),
        ("rollback", "auto"),
        ("quarantine-ttl", "0s"), ("publish", "symlink"), ("share", "auto"), ("keep-releases", "auto"),
        ("jitter", "10%"), ("max-backoff", "5m"), ("push-secret-file", ""), ("api-token-file", ""),
        ("verify-signatures", "off"), ("allowed-signers-file", ""), ("gpg-keyring-file", ""),
        ("max-release-size", "0"), ("min-free-space", "64MiB"), ("sandbox", "auto"), ("worker-memory", ""),
        ("tls-ca-file", ""), ("tls-cert-file", ""),
        ("tls-key-file", ""), ("log-format", "json"),
    ]
}
