import Posix
import TestSupport
import Testing

@Suite("Passwords", .endToEnd, .timeLimit(.minutes(5)))
struct PasswordTests {
    static let password = "right password"

    private func protectedSite() throws -> (Site, GitHTTPServer) {
        let server = try Servers.httpWithPassword.get()
        return (try Site().overHTTP(server), server)
    }

    /// Every way to give a name and a password.
    enum CredentialCase: String, CaseIterable {
        case variable, file, url, credential, credentialFile
    }

    @Test("a name and a password may be given in every way", arguments: CredentialCase.allCases)
    func ways(way: CredentialCase) throws {
        var (site, server) = try protectedSite()
        try TestFiles.write(Self.password + "\n", to: site.path("password"))
        var parameters: [String] = []
        var environment: [String: String] = [:]
        switch way {
        case .variable:
            parameters = ["--username=somebody"]
            environment["GITSYNC_PASSWORD"] = Self.password
        case .file: parameters = ["--username=somebody", "--password-file=\(site.path("password"))"]
        case .url: site.url = site.url.replacing("://", with: "://somebody:right%20password@")
        case .credential:
            environment["GITSYNC_CREDENTIAL"] = """
                [{"url":"http://127.0.0.1:\(server.port)","username":"somebody","password":"wrong"},
                 {"url":"\(site.url)","username":"somebody","password":"\(Self.password)"},
                 {"url":"http://127.0.0.1:1","username":"somebody","password":"wrong"}]
                """
        case .credentialFile:
            parameters = [
                #"--credential={"url":"\#(site.url)","username":"somebody","password-file":"\#(site.path("password"))"}"#
            ]
        }
        let run = try site.sync(parameters, environment: environment)
        #expect(run.status == 0)
        #expect(site.read("file") == "one")
        #expect(!run.errors.contains("right"), "\(run.errors)")
        #expect(try site.requests(to: server).last?.user == "somebody")
    }

    @Test("a password that the server rejects is tried once in an attempt, and the error says what to check")
    func rejected() throws {
        let (site, server) = try protectedSite()
        let run = try site.sync(["--username=somebody"], environment: ["GITSYNC_PASSWORD": "wrong"])
        #expect(run.status == 1)
        let requests = try site.requests(to: server)
        #expect(requests.count == 1)
        #expect(requests.allSatisfy { $0.status == 401 })
        let error = try #require(run.log.compactMap(\.error).last)
        #expect(error.contains("401") || error.contains("rejected"), "\(error)")
    }

    @Test("without a password the error says how to give one")
    func missing() throws {
        let (site, _) = try protectedSite()
        let run = try site.sync()
        #expect(run.status == 1)
        let error = try #require(run.log.compactMap(\.error).last)
        #expect(error.contains("--username") || error.contains("--credential"), "\(error)")
    }

    @Test("a password file that is replaced works without a restart, and a half-written one fails one attempt only")
    func rotated() throws {
        let (site, _) = try protectedSite()
        let file = site.path("password")
        try TestFiles.write("former password", to: file)
        let sidecar = try site.start("--username=somebody", "--password-file=\(file)", "--max-failures=-1")
        let message = "sync failed; nothing is published yet"
        try sidecar.waitFor(message)
        try TestFiles.write("", to: file)
        try waitUntil("the empty file is noticed") {
            sidecar.log.with(message).contains { $0.error?.contains("it is empty") == true }
        }
        try TestFiles.write(Self.password, to: file)
        try site.waitUntilLive(try site.tip)
        #expect(try sidecar.stop() == 0)
    }

    @Test("no password is in the log, the error file, the root, or what other users see of processes")
    func nowhere() throws {
        var (site, _) = try protectedSite()
        site.url = site.url.replacing("://", with: "://somebody:url-secret@")
        let environment = [
            "GITSYNC_REPO": site.url, "GITSYNC_USERNAME": "somebody", "GITSYNC_PASSWORD": "variable-secret",
            "GITSYNC_CREDENTIAL": #"{"url":"http://127.0.0.1:1","username":"u","password":"credential-secret"}"#,
            "GITSYNC_GIT_CONFIG": "http.extraHeader:X-Token: header-secret",
            "GITSYNC_WEBHOOK_URL": "http://u:webhook-secret@127.0.0.1:1/?token=query-secret",
        ]
        let hook = try site.script("hook", "env; ps -ef; tr '\\0' '\\n' < /proc/$PPID/cmdline")
        let sidecar = try Sidecar.start(
            [
                "--root=\(site.root)", "--link=link", "--period=20ms", "--max-failures=-1", "--verbose=9",
                "--error-file=error.json",
            ], environment: environment)
        try sidecar.waitFor("sync failed; nothing is published yet", count: 2)
        try waitUntil("the error file is there") { TestFiles.exists(site.root + "/error.json") }
        let shown = try TestFiles.read("/proc/\(sidecar.program.processID)/cmdline")
        #expect(!String(decoding: shown, as: UTF8.self).contains("secret"))
        #expect(try sidecar.stop() == 0)
        // And where all goes well: a published release, a hook, a webhook that fails.
        let right = environment.merging([
            "GITSYNC_REPO": site.url.replacing("url-secret", with: "right%20password"),
            "GITSYNC_EXECHOOK_COMMAND": hook,
        ]) { _, new in new }
        let other = try Sidecar.start(
            ["--root=\(site.root)", "--link=link", "--period=20ms", "--verbose=9"], environment: right)
        try other.waitFor("hook ran")
        try other.waitFor("hook failed")
        #expect(try other.stop() == 0)
        let found = try runProgram(["grep", "-rlaE", "[a-z]+-secret|right.*password", site.root])
        #expect(found.output == "")
        for text in [sidecar.program.log, other.program.log] {
            #expect(!text.contains("-secret"), "\(text)")
            #expect(!text.contains("right"), "\(text)")
        }
        #expect(sidecar.log.with("sync failed; nothing is published yet").first?.error?.contains("127.0.0.1") == true)
    }
}

@Suite("SSH", .endToEnd, .timeLimit(.minutes(5)))
struct SSHTests {
    private func site() throws -> (Site, GitSSHServer) {
        let server = try Servers.ssh.get()
        var site = try Site()
        site.url = server.url(Servers.path(site))
        return (site, server)
    }

    @Test("a repository is followed with a key and a known host")
    func follows() throws {
        let (site, server) = try site()
        let sidecar = try site.start(try site.sshAccess(to: server))
        try site.waitUntilLive(try site.tip)
        let next = try site.repository.commit(["file": "two"])
        try site.waitUntilLive(next)
        #expect(try sidecar.stop() == 0)
        try expectNoLeftovers()
    }

    @Test("the short form of an address works too")
    func shortForm() throws {
        let (site, server) = try site()
        let config = "core.sshCommand:ssh -p \(server.port)"
        let access = try site.sshAccess(to: server)
        let run = try site.sync(
            access + ["--repo=\(server.user)@127.0.0.1:\(site.repository.path)", "--git-config=\(config)"])
        #expect(run.status == 0)
        #expect(site.read("file") == "one")
    }

    @Test("of several keys the one that fits is used")
    func severalKeys() throws {
        let (site, server) = try site()
        let access = try site.sshAccess(to: server)
        let run = try site.sync(["--ssh-key-file=\(try GitSSHServer.foreignKeyPath())"] + access)
        #expect(run.status == 0)
    }

    @Test("several keys may come from the environment, with colons between them")
    func keysFromEnvironment() throws {
        let (site, server) = try site()
        let access = try site.sshAccess(to: server)
        let keys = [try GitSSHServer.foreignKeyPath(), try GitSSHServer.clientKeyPath()].joined(separator: ":")
        #expect(try site.sync(Array(access.suffix(1)), environment: ["GITSYNC_SSH_KEY_FILE": keys]).status == 0)
        #expect(site.read("file") == "one")
    }

    @Test("a server that never says a word is left at --sync-timeout, and ssh does not outlive it")
    func silent() throws {
        let server = try GitSSHServer(serving: "/dev/shm", .init { $0.beforeGit = "sleep 60" })
        defer { server.stop() }
        var site = try Site()
        site.url = server.url(Servers.path(site))
        let run = try site.sync(try site.sshAccess(to: server) + ["--sync-timeout=700ms"])
        #expect(run.status == 1)
        let error = try #require(run.log.compactMap(\.error).last)
        #expect(error.contains("it was not done when its time was up"), "\(error)")
        try expectNoLeftovers()
    }

    @Test("a key that the server rejects is named")
    func foreignKey() throws {
        let (site, server) = try site()
        let key = try GitSSHServer.foreignKeyPath()
        let run = try site.sync(["--ssh-key-file=\(key)"] + (try site.sshAccess(to: server).suffix(1)))
        #expect(run.status == 1)
        let error = try #require(run.log.compactMap(\.error).last)
        #expect(error.contains(key) && error.contains("rejected"), "\(error)")
    }

    @Test("a host key that changed is refused, with the offered and the known fingerprint")
    func changedHostKey() throws {
        let (site, server) = try site()
        let access = try site.sshAccess(to: server)
        try TestFiles.write(try server.knownHostsWithAnotherKey(), to: site.path("known_hosts"))
        let run = try site.sync(access)
        #expect(run.status == 1)
        let error = try #require(run.log.compactMap(\.error).last)
        #expect(error.contains("has changed"), "\(error)")
        #expect(error.contains(try server.hostKeyFingerprint()), "\(error)")
        #expect(error.split(separator: "SHA256:").count == 3, "\(error)")
    }

    @Test("an unknown host is refused, unless --ssh-known-hosts=false")
    func unknownHost() throws {
        let (site, server) = try site()
        let access = try site.sshAccess(to: server)
        try TestFiles.write("", to: site.path("known_hosts"))
        let run = try site.sync(access)
        #expect(run.status == 1)
        let error = try #require(run.log.compactMap(\.error).last)
        #expect(error.contains(try server.hostKeyFingerprint()), "\(error)")
        #expect(try site.sync(access + ["--ssh-known-hosts=false"]).status == 0)
    }
}
