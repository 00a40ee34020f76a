import Options
import Testing

@Suite("Reading the environment")
struct EnvironmentTests {
    @Test("the command line beats the environment, which beats the default; who set what is known")
    func precedence() {
        let environment = ["GITSYNC_REF": "from-environment", "GITSYNC_DEPTH": "7"]
        let invocation = parse("--ref=from-flag", environment: environment)
        #expect(invocation.settings.ref == "from-flag")
        #expect(invocation.settings.depth == 7)
        #expect(invocation.settings.verbose == 0)
        #expect(invocation.provenance["ref"] == .flag("--ref"))
        #expect(invocation.provenance["depth"] == .variable("GITSYNC_DEPTH"))
        #expect(invocation.provenance["verbose"] == nil)
        #expect(invocation.warnings == [])
    }

    @Test("an empty variable is as good as none")
    func empty() {
        let invocation = parse(environment: ["GITSYNC_DEPTH": "", "GITSYNC_BOGUS": ""])
        #expect(invocation.complaints == [] && invocation.warnings == [])
        #expect(invocation.provenance.isEmpty)
    }

    @Test("flags replace the list in a variable")
    func listPrecedence() {
        let invocation = parse("--ssh-key-file=/c", environment: ["GITSYNC_SSH_KEY_FILE": "/a:/b"])
        #expect(invocation.settings.sshKeyFiles == [Path("/c")])
    }

    @Test("a variable of a repeatable parameter holds several values")
    func lists() {
        let settings = parse(
            [],
            environment: [
                "GITSYNC_SSH_KEY_FILE": "/a:/b", "GITSYNC_SIGNAL_TARGET": "name:nginx\nport:80\n",
                "GITSYNC_SPARSE_PATTERN": "/*\r\n!/docs",
            ]
        ).settings
        #expect(settings.sshKeyFiles == [Path("/a"), Path("/b")])
        #expect(settings.signalTargets == [.name("nginx"), .port(80)])
        #expect(settings.sparsePatterns == ["/*", "!/docs"])
    }

    @Test("a JSON text in a variable may be spread over lines")
    func jsonOverLines() {
        let text = """
            [
              {"url": "https://a", "username": "u", "password": "p"},
              {"url": "https://b", "username": "u", "password": "p"}
            ]
            """
        let invocation = parse(environment: ["GITSYNC_CREDENTIAL": text])
        #expect(invocation.complaints == [])
        #expect(invocation.warnings == [])
        #expect(invocation.settings.credentials.flatMap(\.list).map(\.url.description) == ["https://a", "https://b"])
    }

    @Test("an unknown variable is a warning with a suggestion, not a problem")
    func unknown() {
        let invocation = parse(environment: ["GITSYNC_DEPHT": "1", "GITSYNC_ZZZZZZZZ": "1", "HOME": "/"])
        #expect(invocation.complaints == [])
        #expect(
            invocation.warnings == [
                "GITSYNC_DEPHT: there is no such variable, it has no effect; did you mean GITSYNC_DEPTH?",
                "GITSYNC_ZZZZZZZZ: there is no such variable, it has no effect",
            ])
    }

    @Test(
        "the variables that Kubernetes and we ourselves set are no puzzle",
        arguments: [
            "GITSYNC_SERVICE_HOST", "GITSYNC_SERVICE_PORT", "GITSYNC_SERVICE_PORT_HTTP", "GITSYNC_PORT",
            "GITSYNC_PORT_80_TCP", "GITSYNC_PORT_80_TCP_ADDR", "GITSYNC_WEB_SERVICE_HOST", "GITSYNC_WEB_PORT",
            "GITSYNC_WEB_PORT_80_TCP_PROTO", "GITSYNC_HASH", "GITSYNC_PREVIOUS_HASH", "GITSYNC_RELEASE",
            "GIT_SYNC_SERVICE_HOST",
        ])
    func noPuzzle(_ name: String) {
        #expect(parse(environment: [name: "tcp://10.0.0.1:80"]).warnings == [])
    }
}
