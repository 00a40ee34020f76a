import Posix
import TestSupport
import Testing

@Suite("Credentials from elsewhere", .endToEnd, .timeLimit(.minutes(5)))
struct ServiceTests {
    @Test("--askpass-url is asked before each attempt, and its answer is used and never shown")
    func askpass() throws {
        let answer = "username=somebody\npassword=right password\n"
        try withScriptedServer([.receiveHead, .answer("200 OK", body: Array(answer.utf8))]) { service in
            let site = try Site().overHTTP(try Servers.httpWithPassword.get())
            let run = try site.sync("--askpass-url=http://127.0.0.1:\(service.port)/askpass", "--verbose=9")
            #expect(run.status == 0)
            #expect(site.read("file") == "one")
            #expect(service.receivedText.first?.hasPrefix("GET /askpass HTTP/1.1\r\n") == true)
            #expect(!run.errors.contains("right password"))
        }
    }

    @Test("--askpass-url is asked anew for each attempt, so that a password may change")
    func askpassAgain() throws {
        func answer(_ password: String) -> [ScriptedServer.Step] {
            let body = Array("username=somebody\npassword=\(password)\n".utf8)
            return [.receiveHead, .answer("200 OK", headers: ["Connection: close"], body: body)]
        }
        try withScriptedServer(answer("wrong"), answer("wrong too"), answer("right password")) { service in
            let site = try Site().overHTTP(try Servers.httpWithPassword.get())
            let sidecar = try site.start(
                "--askpass-url=http://127.0.0.1:\(service.port)/askpass", "--max-failures=-1")
            try site.waitUntilLive(try site.tip)
            #expect(sidecar.log.has("sync failed; nothing is published yet"))
            #expect(try sidecar.stop() == 0)
        }
    }

    @Test("an askpass service that fails or says nothing useful is named", arguments: ["500 No", "200 OK"])
    func askpassFails(status: String) throws {
        try withScriptedServer([.receiveHead, .answer(status, body: Array("nothing".utf8))]) { service in
            let site = try Site().overHTTP(try Servers.httpWithPassword.get())
            let run = try site.sync("--askpass-url=http://127.0.0.1:\(service.port)/askpass")
            #expect(run.status == 1)
            let error = try #require(run.log.compactMap(\.error).last)
            #expect(error.contains("127.0.0.1:\(service.port)/askpass"), "\(error)")
        }
    }

    @Test(
        "a GitHub App's key becomes a token, from a file or the environment, by either of the App's names",
        arguments: [(true, "--github-app-application-id=12"), (false, "--github-app-client-id=Iv1.12")])
    func githubApp(fromFile: Bool, app: String) throws {
        let server = try GitHTTPServer(
            serving: "/dev/shm", .init { $0.users = ["x-access-token": "token-of-the-app"] })
        defer { server.stop() }
        let answer = #"{"token":"token-of-the-app","expires_at":"2999-01-01T00:00:00Z"}"#
        try withScriptedServer([.receiveHead, .answer("201 Created", body: Array(answer.utf8))]) { service in
            let site = try Site().overHTTP(server)
            try runProgram(["openssl", "genrsa", "-out", site.path("key.pem"), "2048"]).succeeded()
            var parameters = [
                app, "--github-app-installation-id=34",
                "--github-base-url=http://127.0.0.1:\(service.port)",
            ]
            var environment: [String: String] = [:]
            if fromFile {
                parameters.append("--github-app-private-key-file=\(site.path("key.pem"))")
            } else {
                environment["GITSYNC_GITHUB_APP_PRIVATE_KEY"] = try TestFiles.text(site.path("key.pem"))
            }
            let run = try site.sync(parameters, environment: environment)
            #expect(run.status == 0)
            #expect(site.read("file") == "one")
            let request = try #require(service.receivedText.first)
            #expect(request.contains("/app/installations/34/access_tokens HTTP/1.1\r\n"), "\(request)")
            #expect(!run.errors.contains("token-of-the-app"))
        }
    }
}

@Suite(
    "Files of /etc", .endToEnd, .timeLimit(.minutes(5)), .enabled(if: canIsolate, "namespaces are not allowed here"))
struct SystemFileTests {
    /// Runs a program with a copy of /etc that has more files, which nobody else sees.
    private func wrapper(_ site: Site, files: [String: String]) throws -> [String] {
        try TestFiles.makeDirectory(site.path("more/git-secret"))
        for (name, text) in files { try TestFiles.write(text, to: site.path("more/\(name)"), mode: 0o600) }
        let script = """
            mount -t tmpfs none /mnt && cp -a /etc/. /mnt/ && cp -a \(site.path("more"))/. /mnt/ &&
            mount --move /mnt /etc && exec "$@"
            """
        return ["unshare", "--mount", "sh", "-c", script, "sh"]
    }

    @Test("--cookie-file sends the cookies of /etc/git-secret/cookie_file")
    func cookies() throws {
        try withScriptedServer([.receiveHead, .answer("404 Not Found")]) { server in
            let site = try Site()
            let line = "127.0.0.1\tFALSE\t/\tFALSE\t4000000000\tsession\tvalue-of-cookie\n"
            let run = try site.sync(
                "--repo=http://127.0.0.1:\(server.port)/repo.git", "--cookie-file",
                under: try wrapper(site, files: ["git-secret/cookie_file": line]))
            #expect(run.status == 1)
            #expect(server.receivedText.first?.contains("session=value-of-cookie") == true)
        }
    }

    @Test("the default files for ssh are used when they are there")
    func sshDefaults() throws {
        let server = try Servers.ssh.get()
        var site = try Site()
        site.url = server.url(Servers.path(site))
        let files = [
            "git-secret/ssh": try TestFiles.text(try GitSSHServer.clientKeyPath()),
            "git-secret/known_hosts": server.knownHosts,
        ]
        #expect(try site.sync([], under: try wrapper(site, files: files)).status == 0)
        #expect(site.read("file") == "one")
    }

    @Test("--add-user gives a user without an entry one, which ssh needs")
    func addUser() throws {
        let server = try Servers.ssh.get()
        var site = try Site()
        site.url = server.url(Servers.path(site))
        try TestFiles.makeDirectory(site.root)
        try runProgram(["chmod", "777", site.directory, site.root]).succeeded()
        let key = site.path("key")
        try TestFiles.write(try TestFiles.read(try GitSSHServer.clientKeyPath()), to: key, mode: 0o600)
        try TestFiles.write(server.knownHosts, to: site.path("known_hosts"))
        try runProgram(["chown", "4711", key]).succeeded()
        let isolated = try wrapper(site, files: ["passwd": try TestFiles.text("/etc/passwd")])
        let open = ["sh", "-c", "chmod 666 /etc/passwd; exec \"$@\"", "sh"]
        let other = ["setpriv", "--reuid=4711", "--regid=4711", "--clear-groups"]
        let parameters = ["--ssh-key-file=\(key)", "--ssh-known-hosts-file=\(site.path("known_hosts"))"]
        let without = try site.sync(parameters, under: isolated + open + other)
        #expect(without.status == 1)
        #expect(without.log.compactMap(\.error).last?.contains("--add-user") == true)
        #expect(try site.sync(parameters + ["--add-user"], under: isolated + open + other).status == 0)
        #expect(site.read("file") == "one")
    }
}
