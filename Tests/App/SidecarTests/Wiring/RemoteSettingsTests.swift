import Assembly
import Deployment
import GitObjects
import GitProtocol
import GitStore
import HTTPClient
import Options
import Posix
import Remote
import Signatures
import Staging
import Telemetry
import TestSupport
import Testing

@testable import Sidecar

/// What these flags mean, for a repository.
private func plan(_ repository: String, _ flags: [String], environment: [String: String] = [:]) throws -> Plan {
    let invocation = Invocation.parse(
        arguments: ["--repo=\(repository)", "--root=\(Scratch.directory)/root"] + flags, environment: environment)
    // What a test has not made is not there, whatever this machine has: the root and what /etc/git-secret may hold.
    let made = [Scratch.directory, try RunDirectory.path()]
    return try invocation.plan(
        probe: Probe(workingDirectory: "/", standardErrorIsTerminal: false) { path in
            made.contains { path.hasPrefix("\($0)/") } && TestFiles.exists(path) ? .file : .missing
        })
}

/// Makes one attempt with these flags; nil when it succeeded, else what the error says.
private func attempt(
    _ repository: String, _ flags: [String], environment: [String: String] = [:], metrics: Metrics? = nil
) throws -> String? {
    try GitLibrary.start()
    HTTPLibrary.start()
    let plan = try plan(repository, flags, environment: environment)
    let url = try RemoteURL(plan)
    let settings = try RemoteSettings(plan, for: url, environment: environment, logger: .silent, metrics: metrics)
    do {
        let remote = try RemoteRepository(url, settings)
        defer { remote.close() }
        let deadline = Deadline.after(.seconds(20))
        let found = try remote.resolve(RefQuery("main"), deadline)
        let store = try ObjectStore.open("\(Scratch.directory)/store")
        _ = try remote.fetch(found, FetchScope(plan), into: try LocalJobs.destination(over: store), deadline)
        return nil
    } catch {
        return "\(error)"
    }
}

@Suite("From parameters to remotes", .scratch, .timeLimit(.minutes(1)))
struct RemoteSettingsTests {
    private func withServer(
        _ change: (inout GitHTTPServer.Options) throws -> Void, _ body: (GitHTTPServer) throws -> Void
    ) throws {
        try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
        try withGitHTTPServer(serving: "\(Scratch.directory)/served", try .init(change), body)
    }

    private func authority() throws -> String { try TestCertificates.authority().certificatePath }

    @Test("http.extraHeader goes with each request, and an empty one forgets those before it")
    func extraHeader() throws {
        try withServer({ $0.nginxConfiguration = #"if ($http_x_deploy != "one, two") { return 403; }"# }) {
            (server) throws in
            let url = server.url("app.git")
            #expect(try attempt(url, [#"--git-config=http.extraHeader:X-Deploy: one\, two"#]) == nil)
            #expect(try attempt(url, [])?.contains("(403)") == true)
            let forgotten = [
                #"--git-config=http.extraHeader:X-Deploy: one\, two"#, #"--git-config-add=http.extraHeader:"""#,
            ]
            #expect(try attempt(url, forgotten)?.contains("(403)") == true)
        }
    }

    @Test("header fields, cookies and a certificate are for the server of --repo, and for no other that a commit names")
    func onlyTheRemote() throws {
        let flags = [
            "--git-config=http.extraHeader:X-Token: secret", "--cookie-file", "--tls-cert-file=/c", "--tls-key-file=/k",
        ]
        let plan = try plan("https://git.example.com", flags)
        let settings = try RemoteSettings(plan, for: try RemoteURL(plan), environment: [:], logger: .silent)
        func isShown(_ url: String) throws -> Bool {
            settings.http.secrets?.value(for: try #require(HTTPOrigin(url))) != nil
        }
        #expect(try isShown("https://git.example.com:443/x"))
        for other in ["https://evil.test/", "http://git.example.com/", "https://git.example.com:444/"] {
            #expect(try !isShown(other))
        }
        #expect(try isShown(try RemoteURL(plan).resolving(relative: "./@evil.test/x").location("/info/refs")))
    }

    @Test("http.cookieFile is sent to a server that wants its cookie, and read again for each attempt")
    func cookies() throws {
        let file = "\(Scratch.directory)/cookies"
        try withServer({ $0.nginxConfiguration = #"if ($cookie_session != "right") { return 403; }"# }) {
            (server) throws in
            let url = server.url("app.git")
            let flags = ["--git-config=http.cookieFile:~/cookies"]
            let home = ["HOME": Scratch.directory]
            let absent = try attempt(url, flags, environment: home)
            #expect(absent?.contains("the cookie file cannot be used: cannot open \(file): no such file") == true)
            try TestFiles.write("127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\twrong\n", to: file)
            #expect(try attempt(url, flags, environment: home)?.contains("(403)") == true)
            try TestFiles.write(
                "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tright\n", to: file)
            #expect(try attempt(url, flags, environment: home) == nil)
        }
    }

    @Test("--cookie-file means the file at its place")
    func cookieFile() throws {
        let plan = try plan("https://git.example.com/app.git", ["--cookie-file"])
        let settings = try RemoteSettings(plan, for: try RemoteURL(plan), environment: [:], logger: .silent)
        let server = try #require(HTTPOrigin("https://git.example.com/"))
        #expect(settings.http.secrets?.value(for: server)?.cookieFile == "/etc/git-secret/cookie_file")
    }

    @Test(
        "http.sslCAInfo takes the place of the system's authorities, --tls-ca-file adds to them, http.sslVerify turns all off"
    )
    func authorities() throws {
        let foreign = try TestCertificates.foreignAuthority().certificatePath
        try withServer({ $0.certificate = try TestCertificates.server() }) { (server) throws in
            let url = server.url("app.git")
            #expect(try attempt(url, []) != nil)
            #expect(try attempt(url, ["--git-config=http.sslCAInfo:\(try authority())"]) == nil)
            #expect(try attempt(url, ["--git-config=http.sslCAInfo:\(foreign)"]) != nil)
            #expect(try attempt(url, ["--tls-ca-file=\(try authority())"]) == nil)
            let both = ["--git-config=http.sslCAInfo:\(foreign)", "--tls-ca-file=\(try authority())"]
            #expect(try attempt(url, both) == nil)
            #expect(try attempt(url, ["--git-config=http.sslVerify:false"]) == nil)
            #expect(try attempt(url, ["--git-config=http.sslVerify:true"]) != nil)
        }
    }

    @Test("http.sslCert and http.sslKey are shown to a server that asks")
    func clientCertificate() throws {
        let client = try TestCertificates.client()
        try withServer({
            $0.certificate = try TestCertificates.server()
            $0.requiresClientCertificate = true
        }) { (server) throws in
            let url = server.url("app.git")
            let trust = "--tls-ca-file=\(try authority())"
            let own = "--git-config=http.sslCert:\(client.certificatePath),http.sslKey:\(client.keyPath)"
            #expect(try attempt(url, [trust, own]) == nil)
            #expect(try attempt(url, [trust]) != nil)
        }
    }

    @Test("http.proxy is gone through, and its password is not shown")
    func proxy() throws {
        try withScriptedServer([.receiveHead, .answer("403 Forbidden", headers: ["Connection: close"])]) { proxy in
            let flags = ["--git-config=http.proxy:http://me:hidden@127.0.0.1:\(proxy.port)"]
            let error = try attempt("http://git.example.com/app.git", flags)
            #expect(error?.contains("(403)") == true)
            #expect(error?.contains("hidden") == false)
            #expect(proxy.receivedText[0].hasPrefix("GET http://git.example.com/app.git/info/refs?"))
            #expect(proxy.receivedText[0].contains("Proxy-Authorization: Basic bWU6aGlkZGVu\r\n"))
        }
    }

    @Test("url.<base>.insteadOf rewrites the address, by the longest that matches")
    func insteadOf() throws {
        try withServer({ _ in }) { (server) throws in
            let flags = [
                #"--git-config="url.http://127.0.0.1:1/.insteadOf":https://,"url.\#(server.url("")).insteadOf":https://git.example.com/"#
            ]
            #expect(try attempt("https://git.example.com/app.git", flags) == nil)
            #expect(try attempt("https://other.example.com/app.git", flags) != nil)
        }
    }

    @Test("core.sshCommand is run in the place of ssh")
    func sshCommand() throws {
        let mark = "\(Scratch.directory)/mark"
        try TestFiles.write(
            "#!/bin/sh\necho \"$1\" >\(mark)\nshift\nexec ssh \"$@\"\n", to: "\(Scratch.directory)/my ssh", mode: 0o755)
        try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
        try withGitSSHServer(serving: "\(Scratch.directory)/served") { server in
            let flags = [
                #"--git-config=core.sshCommand:"'\#(Scratch.directory)/my ssh' mine""#, "--ssh-known-hosts=false",
                "--ssh-key-file=\(try GitSSHServer.clientKeyPath())",
            ]
            #expect(try attempt(server.url("app.git"), flags) == nil)
            #expect(try TestFiles.text(mark) == "mine\n")
        }
    }

    @Test("--credential picks by the longest address, and beats --username")
    func credential() throws {
        try withServer({ $0.users = ["deploy": "right"] }) { (server) throws in
            let file = "\(Scratch.directory)/password"
            try TestFiles.write("right\n", to: file)
            let host = server.url("")
            let flags = [
                "--username=deploy", "--password-file=/nowhere",
                #"--credential=[{"url":"\#(host)","username":"deploy","password":"wrong"},{"url":"\#(host)app.git","username":"deploy","password-file":"\#(file)"}]"#,
            ]
            #expect(try attempt(server.url("app.git"), flags) == nil)
            #expect(try attempt(server.url("other.git"), flags)?.contains("(401)") == true)
        }
    }

    @Test("--askpass-url is asked and counted")
    func askpass() throws {
        try withServer({ $0.users = ["deploy": "right"] }) { (git) throws in
            let script: [ScriptedServer.Step] = [
                .receiveHead,
                .answer(
                    "200 OK", headers: ["Connection: close"], body: Array("username=deploy\npassword=right\n".utf8)),
            ]
            try withScriptedServer(script) { (server) throws in
                let metrics = Metrics(version: "1")
                let flags = ["--askpass-url=http://127.0.0.1:\(server.port)/"]
                #expect(try attempt(git.url("app.git"), flags, metrics: metrics) == nil)
                let text = String(decoding: metrics.registry.render(), as: UTF8.self)
                #expect(text.contains(#"git_sync_askpass_calls{status="success"} 1"#))
            }
        }
    }

    @Test("a GitHub App's parameters make tokens, which are counted", arguments: [true, false])
    func githubApp(keyInFile: Bool) throws {
        let key = "\(Scratch.directory)/key"
        try runProgram(["openssl", "genrsa", "-out", key, "2048"]).succeeded()
        try withServer({ $0.users = ["x-access-token": "ghs_1"] }) { (git) throws in
            let body = #"{"token":"ghs_1","expires_at":"2999-01-01T00:00:00Z"}"#
            let script: [ScriptedServer.Step] = [
                .receiveHead, .answer("201 Created", headers: ["Connection: close"], body: Array(body.utf8)),
            ]
            try withScriptedServer(script) { (server) throws in
                let metrics = Metrics(version: "1")
                var flags = [
                    "--github-app-installation-id=7", "--github-base-url=http://127.0.0.1:\(server.port)/api/v3",
                    keyInFile ? "--github-app-client-id=Iv1.a" : "--github-app-application-id=12",
                ]
                var environment: [String: String] = [:]
                if keyInFile {
                    flags.append("--github-app-private-key-file=\(key)")
                } else {
                    environment["GITSYNC_GITHUB_APP_PRIVATE_KEY"] = try TestFiles.text(key)
                }
                #expect(try attempt(git.url("app.git"), flags, environment: environment, metrics: metrics) == nil)
                #expect(server.receivedText[0].hasPrefix("POST /api/v3/app/installations/7/access_tokens "))
                let text = String(decoding: metrics.registry.render(), as: UTF8.self)
                #expect(text.contains(#"git_sync_refresh_github_app_token_count{status="success"} 1"#))
            }
        }
    }

    @Test("only the ssh key that nobody asked for may be missing")
    func defaultKey() throws {
        func settings(_ flags: [String]) throws -> SSHSettings {
            let plan = try plan("git@git.example.com:app.git", flags)
            return try RemoteSettings(plan, for: try RemoteURL(plan), environment: [:], logger: .silent).ssh
        }
        #expect(try settings([]).keyFiles == ["/etc/git-secret/ssh"])
        #expect(try settings([]).keysMayBeMissing)
        let two = try settings(["--ssh-key-file=/a", "--ssh-key-file=/b"])
        #expect(two.keyFiles == ["/a", "/b"])
        #expect(!two.keysMayBeMissing)
    }

    @Test("--verify-signatures makes a verifier, or none")
    func signatures() throws {
        #expect(SignatureVerifier(try plan("/srv/app.git", [])) == nil)
        let flags = ["--verify-signatures=tag", "--allowed-signers-file=/etc/signers"]
        #expect(SignatureVerifier(try plan("/srv/app.git", flags)) != nil)
    }
}
