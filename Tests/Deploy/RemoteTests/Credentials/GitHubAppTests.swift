import Crypto
import HTTPClient
import JSON
import Posix
import TestSupport
import Testing

@testable import Remote

/// An RSA key made with openssl, in both forms that there are.
struct AppKey {
    let path: String

    init(_ name: String) throws {
        path = "\(Scratch.directory)/\(name)"
        try runProgram(["openssl", "genrsa", "-out", path, "2048"]).succeeded()
        try runProgram(["openssl", "rsa", "-in", path, "-traditional", "-out", path + ".pkcs1"]).succeeded()
        try runProgram(["openssl", "rsa", "-in", path, "-pubout", "-out", path + ".public"]).succeeded()
    }

    /// Checks a JSON Web Token with openssl and returns what it claims; nil when the signature is not by this key.
    func claims(of token: String) throws -> JSONValue? {
        let parts = token.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        func decoded(_ part: String) throws -> [UInt8] {
            try #require(Base64.bytes(part.replacing("-", with: "+").replacing("_", with: "/").utf8))
        }
        let header = try JSONValue.read(String(decoding: try decoded(parts[0]), as: UTF8.self))
        #expect(header["alg"]?.string == "RS256" && header["typ"]?.string == "JWT")
        try TestFiles.write(try decoded(parts[2]), to: path + ".signature")
        let check = try runProgram(
            ["openssl", "dgst", "-sha256", "-verify", path + ".public", "-signature", path + ".signature"],
            input: Array("\(parts[0]).\(parts[1])".utf8))
        return check.status == 0 ? try JSONValue.read(String(decoding: try decoded(parts[1]), as: UTF8.self)) : nil
    }
}

@Suite("GitHub Apps", .scratch, .timeLimit(.minutes(1)))
struct GitHubAppTests {
    private let deadline = Deadline.after(.seconds(30))

    private func app(
        _ server: ScriptedServer, key: PasswordSource,
        _ observe: @escaping @Sendable (CredentialOutcome) -> Void = { _ in }
    ) throws -> GitHubApp {
        HTTPLibrary.start()
        let identity = GitHubApp.Identity(
            key: key, issuer: "12345", installation: 678, baseURL: Secret(server.url("/api/v3/")))
        return try GitHubApp(identity, plainHTTP, observe: observe)
    }

    /// An answer of GitHub with a token that ends so many seconds after the server's clock.
    private func answer(_ token: String, ends: String, date: String? = nil) -> [ScriptedServer.Step] {
        ScriptedServer.Step.text(
            "201 Created", #"{"token":"\#(token)","expires_at":"\#(ends)","permissions":{"contents":"read"}}"#,
            headers: date.map { ["Date: \($0)"] } ?? [])
    }

    private func ends(in seconds: Int64) -> String {
        String(Timestamp(seconds: Timestamp.now().seconds + seconds).description.prefix(19)) + "Z"
    }

    private func bearer(_ request: String) throws -> String {
        let line = try #require(request.split(separator: "\r\n").first { $0.hasPrefix("Authorization: Bearer ") })
        return String(line.dropFirst("Authorization: Bearer ".count))
    }

    @Test("GitHub is shown a token signed by the key, whichever form that has", arguments: ["", ".pkcs1"])
    func claim(form: String) throws {
        let key = try AppKey("key")
        try withScriptedServer(answer("ghs_1", ends: ends(in: 3600))) { server in
            let credential = try app(server, key: .file(key.path + form)).credential(deadline)
            #expect(credential == Credential(username: "x-access-token", password: Secret("ghs_1")))
            let request = server.receivedText[0]
            #expect(request.hasPrefix("POST /api/v3/app/installations/678/access_tokens HTTP/1.1\r\n"))
            let claims = try #require(try key.claims(of: try bearer(request)))
            let now = Int(Timestamp.now().seconds)
            let (issued, expires) = (claims["iat"]?.integer ?? 0, claims["exp"]?.integer ?? 0)
            #expect(claims["iss"]?.string == "12345")
            #expect((now - 90...now - 60).contains(issued))
            // GitHub refuses what lasts more than ten minutes.
            #expect(expires > now && expires - issued <= 600)
        }
    }

    @Test("a token serves many attempts until five minutes before its end")
    func renewal() throws {
        let key = try AppKey("key")
        let outcomes = Outcomes()
        let server = try ScriptedServer(scripts: [
            answer("long", ends: ends(in: 3600)), answer("short", ends: ends(in: 299)),
            answer("last", ends: ends(in: 3600)),
        ])
        defer { server.stop() }
        let app = try app(server, key: .file(key.path), outcomes.observe)
        func attempt() throws -> String {
            defer { app.endAttempt() }
            let first = try app.credential(deadline).password.exposed
            #expect(try app.credential(deadline).password.exposed == first)
            return first
        }
        for _ in 1...3 { #expect(try attempt() == "long") }
        #expect(server.connectionCount == 1)
        // The server of the repository no longer takes it.
        #expect(app.isWorthAnother())
        #expect(try attempt() == "short")
        #expect(try attempt() == "last")
        #expect(outcomes.all == [.success, .success, .success])
    }

    @Test("a token that was just made and is rejected is not made again in the same attempt")
    func rejected() throws {
        let key = try AppKey("key")
        try withScriptedServer(answer("ghs_1", ends: ends(in: 3600))) { server in
            let app = try app(server, key: .file(key.path))
            _ = try app.credential(deadline)
            #expect(!app.isWorthAnother())
        }
    }

    @Test("while a token holds, GitHub may be away")
    func away() throws {
        let key = try AppKey("key")
        let outcomes = Outcomes()
        let server = try ScriptedServer(scripts: [
            answer("short", ends: ends(in: 200)), ScriptedServer.Step.text("502 Bad Gateway", ""),
        ])
        defer { server.stop() }
        let app = try app(server, key: .file(key.path), outcomes.observe)
        #expect(try app.credential(deadline).password.exposed == "short")
        app.endAttempt()
        #expect(try app.credential(deadline).password.exposed == "short")
        #expect(outcomes.all == [.success, .error])
    }

    @Test("when a token ends is counted by the server's clock")
    func clock() throws {
        let key = try AppKey("key")
        try withScriptedServer(
            answer("ghs_1", ends: "2016-07-11T22:14:10Z", date: "Mon, 11 Jul 2016 21:14:10 GMT")
        ) { server in
            let app = try app(server, key: .file(key.path))
            _ = try app.credential(deadline)
            app.endAttempt()
            _ = try app.credential(deadline)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("a key file that is replaced signs the next token; a half-written one fails one attempt")
    func rotation() throws {
        let (old, new) = (try AppKey("old"), try AppKey("new"))
        let file = "\(Scratch.directory)/mounted"
        try withScriptedServer(answer("ghs_1", ends: ends(in: 1))) { server in
            let app = try app(server, key: .file(file))
            try TestFiles.write(try TestFiles.read(old.path), to: file)
            _ = try app.credential(deadline)
            try TestFiles.write(Array(try TestFiles.read(new.path).prefix(600)), to: file)
            _ = app.isWorthAnother()
            let error = #expect(throws: RemoteError.self) { try app.credential(deadline) }
            #expect(error?.message == "the private key \(file) cannot be used: it is damaged or was cut")
            try TestFiles.write(try TestFiles.read(new.path), to: file)
            _ = try app.credential(deadline)
            #expect(try old.claims(of: try bearer(server.receivedText[0])) != nil)
            #expect(try old.claims(of: try bearer(server.receivedText[1])) == nil)
            #expect(try new.claims(of: try bearer(server.receivedText[1])) != nil)
        }
    }

    @Test(
        "keys that cannot sign are told apart, and nothing of them is shown",
        arguments: [
            (
                ["openssl", "genrsa", "-aes128", "-passout", "pass:x", "-out", "KEY", "2048"],
                "it is protected by a passphrase"
            ),
            (["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "KEY"], "it is no RSA key"),
            (["ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", "KEY"], "it is a key for ssh"),
            (
                ["sh", "-c", "openssl genrsa 2048 2>/dev/null | openssl rsa -pubout -out KEY"],
                "it holds no private key"
            ),
            (["sh", "-c", "echo password >KEY"], "it is not in PEM form"),
        ])
    func wrongKeys(command: [String], words: String) throws {
        let file = "\(Scratch.directory)/key"
        try runProgram(command.map { $0.replacing("KEY", with: file) }).succeeded()
        try withScriptedServer([.staySilent]) { server in
            let error = #expect(throws: RemoteError.self) { try app(server, key: .file(file)).credential(deadline) }
            #expect(error?.kind == .configuration)
            #expect(error?.message == "the private key \(file) cannot be used: \(words)")
            #expect(server.connectionCount == 0)
        }
    }

    @Test(
        "refusals of GitHub say what to do",
        arguments: [
            ("401 Unauthorized", "GitHub rejected the App's key or ID (401): Bad", RemoteError.Kind.authentication),
            ("403 Forbidden", "GitHub refuses (403): Bad", .forbidden),
            ("404 Not Found", "there is no such installation of the App (404): Bad", .notFound),
            ("429 Too Many", "GitHub asks us to slow down (429): Bad", .rateLimited),
            ("500 Oh", "GitHub answered with status 500: Bad", .server),
            ("201 Created", "the answer has no token with a time at which it ends", .malformed),
        ])
    func refusals(status: String, words: String, kind: RemoteError.Kind) throws {
        let key = try AppKey("key")
        let outcomes = Outcomes()
        try withScriptedServer(ScriptedServer.Step.text(status, #"{"message":"Bad"}"#)) { server in
            let app = try app(server, key: .file(key.path), outcomes.observe)
            let error = #expect(throws: RemoteError.self) { try app.credential(deadline) }
            #expect(error?.message == words)
            #expect(error?.kind == kind)
            #expect(outcomes.all == [.error])
        }
    }

    @Test("a clock that differs from GitHub's is named as the reason")
    func wrongClock() throws {
        let key = try AppKey("key")
        try withScriptedServer(
            ScriptedServer.Step.text("401 Unauthorized", "", headers: ["Date: Mon, 11 Jul 2016 21:14:10 GMT"])
        ) { server in
            let error = #expect(throws: RemoteError.self) {
                try app(server, key: .file(key.path)).credential(deadline)
            }
            #expect(error?.hint?.hasPrefix("our clock and GitHub's differ by ") == true)
        }
    }

    @Test("the token opens the repository, as the user that GitHub wants")
    func repository() throws {
        let key = try AppKey("key")
        try withPrivateRepository(users: ["x-access-token": "ghs_1"]) { git, way, store in
            try withScriptedServer(answer("ghs_1", ends: ends(in: 3600))) { server in
                let url = try RemoteURL(parsing: git.url("app.git"))
                let app = try app(server, key: .value(Secret(try TestFiles.text(key.path))))
                let remote = try way.with { $0.credentials = CredentialRules([.init(app, for: url)]) }.remote("app.git")
                for _ in 1...3 { try remote.sync("main", depth: 1, into: store) }
                #expect(server.connectionCount == 1)
                #expect(try git.exchanges().allSatisfy { $0.status == 200 && $0.user == "x-access-token" })
            }
        }
    }

    @Test(
        "the API is found at GitHub and at GitHub Enterprise, however its address is written",
        arguments: [
            (nil, "https://api.github.com"), ("https://github.com", "https://api.github.com"),
            ("https://api.github.com/", "https://api.github.com/"),
            ("https://api.team.ghe.com", "https://api.team.ghe.com"),
            ("https://git.example.com", "https://git.example.com/api/v3"),
            ("https://git.example.com/", "https://git.example.com/api/v3"),
            ("https://git.example.com:8443/api/v3", "https://git.example.com:8443/api/v3"),
        ] as [(String?, String)])
    func addresses(given: String?, api: String) throws {
        #expect(try GitHubApp.api(given).description == api)
    }

    @Test(
        "times are read as servers write them",
        arguments: [
            ("2016-07-11T22:14:10Z", 1_468_275_250), ("2016-07-11T22:14:10.123Z", 1_468_275_250),
            ("2016-07-12T00:14:10+02:00", 1_468_275_250), ("2024-02-29T00:00:00Z", 1_709_164_800),
            ("2016-07-11", nil), ("2016-13-11T22:14:10Z", nil), ("2016-07-11T22:14:10", nil),
            ("next year or so, maybe", nil),
        ] as [(String, Int64?)])
    func times(text: String, seconds: Int64?) {
        #expect(Timestamp(rfc3339: text)?.seconds == seconds)
        #expect(Timestamp(httpDate: "Mon, 11 Jul 2016 22:14:10 GMT")?.seconds == 1_468_275_250)
    }
}
