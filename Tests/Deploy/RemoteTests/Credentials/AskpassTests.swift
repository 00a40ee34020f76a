import HTTPClient
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("Asking a service for the credential", .scratch, .timeLimit(.minutes(1)))
struct AskpassTests {
    @Test("it is asked once per attempt, however many requests that makes, and what it says is used")
    func oncePerAttempt() throws {
        try withPrivateRepository(users: ["deploy": "a=b"]) { git, way, store in
            let answer = "username=deploy\r\npassword=a=b\r\nquit=1\n"
            try withScriptedServer(ScriptedServer.Step.text("200 OK", answer)) { server in
                let outcomes = Outcomes()
                let url = try RemoteURL(parsing: git.url("app.git"))
                let askpass = try Askpass(Secret(server.url("/token")), plainHTTP, observe: outcomes.observe)
                let remote = try way.with { $0.credentials = CredentialRules([.init(askpass, for: url)]) }
                    .remote("app.git")
                try remote.sync("main", depth: 1, into: store)
                #expect(try git.exchanges().count >= 3)
                #expect(server.connectionCount == 1)
                try remote.sync("main", depth: 1, into: store)
                #expect(server.connectionCount == 2)
                #expect(outcomes.all == [.success, .success])
                #expect(try git.exchanges().allSatisfy { $0.status == 200 && $0.user == "deploy" })
                #expect(server.receivedText[0].hasPrefix("GET /token HTTP/1.1\r\n"))
            }
        }
    }

    @Test("a submodule on the same server shares the answer of its repository's attempt")
    func submodule() throws {
        try withScriptedServer(ScriptedServer.Step.text("200 OK", "username=u\npassword=p\n")) { server in
            let main = try RemoteURL(parsing: "https://git.example.com/team/app.git")
            let part = try RemoteURL(parsing: "https://git.example.com/team/part.git")
            let foreign = try RemoteURL(parsing: "https://other.example.com/team/part.git")
            HTTPLibrary.start()
            let rules = CredentialRules([.init(try Askpass(Secret(server.url("/")), plainHTTP), for: main)])
            let deadline = Deadline.after(.seconds(10))
            #expect(try rules.credential(for: main, deadline)?.username == "u")
            #expect(try rules.credential(for: part, deadline)?.username == "u")
            #expect(try rules.credential(for: foreign, deadline) == nil)
            rules.endAttempt(for: part)
            #expect(try rules.credential(for: main, deadline)?.username == "u")
            #expect(server.connectionCount == 1)
            rules.endAttempt(for: main)
            #expect(try rules.credential(for: part, deadline)?.username == "u")
            #expect(server.connectionCount == 2)
        }
    }

    @Test(
        "an answer without a credential fails one attempt, clearly and without a request to the repository's server",
        arguments: [
            ("503 Service Unavailable", "password=p", "the service answered with status 503; check --askpass-url"),
            (
                "200 OK", "<html>secret</html>",
                """
                the answer has no line 'password=...'; it needs the lines 'username=...' and 'password=...'
                """
            ),
            (
                "200 OK", "username=deploy\npassword=\n",
                """
                the answer has no line 'password=...'; it needs the lines 'username=...' and 'password=...'
                """
            ),
        ])
    func unusable(status: String, body: String, words: String) throws {
        try withPrivateRepository(users: ["deploy": "p"]) { git, way, store in
            let scripts = [
                ScriptedServer.Step.text(status, body),
                ScriptedServer.Step.text("200 OK", "username=deploy\npassword=p\n"),
            ]
            let server = try ScriptedServer(scripts: scripts)
            defer { server.stop() }
            let outcomes = Outcomes()
            let url = try RemoteURL(parsing: git.url("app.git"))
            let address = Secret(server.url("/token?key=hidden", userInfo: "me:hidden@"))
            let askpass = try Askpass(address, plainHTTP, observe: outcomes.observe)
            let remote = try way.with { $0.credentials = CredentialRules([.init(askpass, for: url)]) }.remote("app.git")
            let error = #expect(throws: RemoteError.self) { try remote.sync("main", depth: 1, into: store) }
            #expect(error?.kind == .authentication)
            #expect(error?.description == "cannot ask for the credential at \(server.url("/token?key=***")): \(words)")
            #expect(try git.exchanges().isEmpty)
            try remote.sync("main", depth: 1, into: store)
            #expect(outcomes.all == [.error, .success])
        }
    }

    @Test("a service that stays silent fails the attempt in time")
    func silent() throws {
        try withScriptedServer([.staySilent]) { server in
            HTTPLibrary.start()
            let outcomes = Outcomes()
            let askpass = try Askpass(Secret(server.url("/")), plainHTTP, observe: outcomes.observe)
            let error = #expect(throws: RemoteError.self) { try askpass.credential(.after(.milliseconds(300))) }
            #expect(error?.kind == .timeout)
            #expect(outcomes.all == [.error])
        }
    }

    @Test("header fields, cookies and, on this machine, the proxy are not for the service")
    func apart() throws {
        HTTPLibrary.start()
        try TestFiles.write("127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tsecret\n", to: "\(Scratch.directory)/cookies")
        try withScriptedServer(ScriptedServer.Step.text("200 OK", "password=p\n")) { server in
            let secrets = ServerSecrets(
                headers: [HTTPHeader("X-Token", "secret")], cookieFile: "\(Scratch.directory)/cookies")
            let http = HTTPConfiguration(
                userAgent: "git-sidecar/test", secrets: ForOrigin(secrets, serverOf: server.url("/")),
                proxy: ProxySettings(environment: ["http_proxy": "http://127.0.0.1:1"]))
            _ = try Askpass(Secret(server.url("/")), http).credential(.after(.seconds(10)))
            #expect(!server.receivedText[0].contains("secret"))
        }
    }
}
