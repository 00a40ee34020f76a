import Posix
import TestSupport
import Testing

@Suite("Settings in git's names", .endToEnd, .timeLimit(.minutes(5)))
struct GitConfigTests {
    @Test("http.extraHeader is sent, each of them")
    func extraHeader() throws {
        try withScriptedServer([.receiveHead, .answer("404 Not Found")]) { server in
            let site = try Site()
            let run = try site.sync(
                "--repo=http://127.0.0.1:\(server.port)/repo.git", "--git-config=http.extraHeader:X-First: 1",
                "--git-config-add=http.extraHeader:X-Second: 2")
            #expect(run.status == 1)
            let request = try #require(server.receivedText.first)
            #expect(request.contains("\r\nX-First: 1\r\n") && request.contains("\r\nX-Second: 2\r\n"), "\(request)")
        }
    }

    @Test("url.<base>.insteadOf leads elsewhere")
    func insteadOf() throws {
        let site = try Site()
        let config = "\"url.file://\(site.directory)/.insteadOf\":https://example.com/team/"
        let run = try site.sync("--repo=https://example.com/team/repo.git", "--git-config=\(config)")
        #expect(run.status == 0)
        #expect(site.read("file") == "one")
    }

    @Test("http.proxy is asked")
    func proxy() throws {
        try withScriptedServer([.receiveHead, .answer("403 Forbidden")]) { server in
            let site = try Site()
            let run = try site.sync(
                "--repo=http://no-such-host.invalid/repo.git",
                "--git-config=http.proxy:http://127.0.0.1:\(server.port)")
            #expect(run.status == 1)
            #expect(server.receivedText.first?.hasPrefix("GET http://no-such-host.invalid/repo.git/") == true)
        }
    }

    @Test("http.cookieFile is sent")
    func cookieFile() throws {
        try withScriptedServer([.receiveHead, .answer("404 Not Found")]) { server in
            let site = try Site()
            let expires = 4_000_000_000
            try TestFiles.write(
                "127.0.0.1\tFALSE\t/\tFALSE\t\(expires)\tsession\tvalue-of-cookie\n", to: site.path("cookies"))
            let run = try site.sync(
                "--repo=http://127.0.0.1:\(server.port)/repo.git",
                "--git-config=http.cookieFile:\(site.path("cookies"))")
            #expect(run.status == 1)
            #expect(server.receivedText.first?.contains("session=value-of-cookie") == true)
            #expect(!run.errors.contains("value-of-cookie"))
        }
    }

    @Test("a private authority is trusted when it is named, in git's way and in ours, and not otherwise")
    func authority() throws {
        let server = try GitHTTPServer(
            serving: "/dev/shm", .init { $0.certificate = try TestCertificates.server() })
        defer { server.stop() }
        let site = try Site().overHTTP(server)
        let file = try TestCertificates.authority().certificatePath
        let refused = try site.sync()
        #expect(refused.status == 1)
        #expect(refused.log.compactMap(\.error).last?.contains("--tls-ca-file") == true)
        for parameter in ["--tls-ca-file=\(file)", "--git-config=http.sslCAInfo:\(file)"] {
            #expect(try site.sync(parameter).status == 0, "\(parameter)")
        }
        #expect(try site.sync("--git-config=http.sslVerify:false").status == 0)
    }

    @Test("a client certificate is shown, in git's way and in ours, and a server that wants one says so")
    func clientCertificate() throws {
        let server = try GitHTTPServer(
            serving: "/dev/shm",
            .init {
                $0.certificate = try TestCertificates.server()
                $0.requiresClientCertificate = true
            })
        defer { server.stop() }
        let site = try Site().overHTTP(server)
        let trust = "--tls-ca-file=\(try TestCertificates.authority().certificatePath)"
        #expect(try site.sync(trust).status == 1)
        #expect(site.live == nil)
        let client = try TestCertificates.client()
        let ways = [
            ["--tls-cert-file=\(client.certificatePath)", "--tls-key-file=\(client.keyPath)"],
            ["--git-config=http.sslCert:\(client.certificatePath),http.sslKey:\(client.keyPath)"],
        ]
        for way in ways {
            try site.repository.commit(["file": .text(way[0])])
            #expect(try site.sync([trust] + way).status == 0, "\(way)")
            #expect(site.read("file") == way[0])
        }
    }

    @Test("core.eol and core.autocrlf change what is written")
    func lineEndings() throws {
        let files: [String: GitFixture.File] = [".gitattributes": "*.txt text\n", "a.txt": "1\n2\n"]
        for (config, text) in [("core.eol:crlf", "1\r\n2\r\n"), ("core.autocrlf:true", "1\r\n2\r\n"), ("", "1\n2\n")] {
            var site = try Site(files, name: "repo-\(config.count)")
            site.root += "-\(config.count)"
            #expect(try site.sync(config.isEmpty ? [] : ["--git-config=\(config)"]).status == 0)
            #expect(site.read("a.txt") == text, "\(config)")
        }
    }

    @Test("a setting that has no effect here warns once")
    func unknown() throws {
        let site = try Site()
        let run = try site.sync("--git-config=gc.auto:0,core.eol:lf")
        #expect(run.status == 0)
        let warnings = run.log.filter { $0.level == "warning" }
        #expect(warnings.count == 1)
        #expect(warnings.first?.message == "this git setting has no effect here")
        #expect(warnings.first?["name"] == "gc.auto")
    }
}
