import Glibc
import HTTPClient
import Posix
import Testing

@Suite("TLS and kept connections", .timeLimit(.minutes(1)))
struct TLSTests {
    let certificates: Certificates
    var trusted: TLSSettings { TLSSettings(additionalFile: certificates.authority) }

    init() throws {
        certificates = try Certificates()
    }

    @Test("HTTP/2 is spoken over TLS, and one connection serves all polls")
    func keptConnection() throws {
        let server = try Nginx("ssl http2", try certificates.make("server"))
        let client = try client(tls: trusted)
        let responses = try (0..<5).map { _ in try client.get("https://localhost:\(server.port)/").response }
        #expect(responses.map(\.head.version) == ["2", "2", "2", "2", "2"])
        #expect(Set(responses.map { $0.head.headers.value("Connection-Number") }).count == 1)
        #expect(responses.map(\.reusedConnection) == [false, true, true, true, true])
        #expect(responses[0].timings.secured > responses[0].timings.connected)
        #expect(responses[0].timings.connected > .zero)
    }

    @Test("one connection serves all polls over HTTP/1.1 too", arguments: [true, false])
    func keptConnectionPlain(secure: Bool) throws {
        let server = try secure ? Nginx("ssl", try certificates.make("server")) : Nginx()
        let client = try client(tls: trusted)
        let url = "\(secure ? "https" : "http")://localhost:\(server.port)/"
        let responses = try (0..<5).map { _ in try client.get(url).response }
        #expect(responses.map(\.head.version) == ["1.1", "1.1", "1.1", "1.1", "1.1"])
        #expect(Set(responses.map { $0.head.headers.value("Connection-Number") }).count == 1)
    }

    @Test("a connection that the server has closed meanwhile is replaced without an error")
    func closedMeanwhile() throws {
        let server = try Nginx("ssl http2", try certificates.make("server") + "keepalive_timeout 1s;")
        let client = try client(tls: trusted)
        let url = "https://localhost:\(server.port)/"
        let first = try client.get(url).response
        #expect(eventually { hasClosed(server) }, "the server has closed it")
        let second = try client.get(url).response
        #expect(second.status == 200)
        #expect(!second.reusedConnection)
        #expect(first.head.headers.value("Connection-Number") != second.head.headers.value("Connection-Number"))
    }

    @Test("a certificate by an unknown authority is refused, and the text says what to do")
    func unknownAuthority() throws {
        let server = try Nginx("ssl", try certificates.make("server"))
        let client = try client()
        let url = "https://localhost:\(server.port)/"
        let error = try failure { _ = try client.get(url) }
        #expect(error.code == .tlsCertificate)
        #expect(
            error.description == "cannot GET \(url): SSL certificate problem: unable to get local issuer certificate; "
                + "if the server is run by you, give the certificate of its authority with --tls-ca-file")
    }

    @Test("a certificate for another name is refused, and the text names ours")
    func wrongName() throws {
        let server = try Nginx("ssl", try certificates.make("server", for: "elsewhere.example"))
        let client = try client(tls: trusted)
        let url = "https://localhost:\(server.port)/"
        let error = try failure { _ = try client.get(url) }
        #expect(error.code == .tlsCertificate)
        // In the words of libcurl 7 and 8.
        let descriptions = ["host name", "hostname"].map { target in
            "cannot GET \(url): SSL: no alternative certificate subject name matches target \(target) 'localhost'; "
                + "use the name that the certificate was made for, or have one made for localhost"
        }
        #expect(descriptions.contains(error.description))
    }

    @Test("a certificate that has expired is refused, and the text says so")
    func expired() throws {
        let server = try Nginx("ssl", try certificates.make("server", expired: true))
        let client = try client(tls: trusted)
        let url = "https://localhost:\(server.port)/"
        let error = try failure { _ = try client.get(url) }
        #expect(error.code == .tlsCertificate)
        #expect(
            error.description == "cannot GET \(url): SSL certificate problem: certificate has expired; "
                + "the certificate must be renewed on the server, or this machine's clock is wrong")
    }

    @Test("with verification off any certificate does")
    func unverified() throws {
        let server = try Nginx("ssl", try certificates.make("server", for: "elsewhere.example", expired: true))
        let client = try client(tls: TLSSettings(verify: false))
        #expect(try client.get("https://localhost:\(server.port)/").text == "hello")
    }

    @Test("a server that speaks one version of TLS only is understood", arguments: ["TLSv1.2", "TLSv1.3"])
    func version(protocols: String) throws {
        let server = try Nginx("ssl", try certificates.make("server") + "ssl_protocols \(protocols);")
        #expect(try client(tls: trusted).get("https://localhost:\(server.port)/").text == "hello")
    }

    @Test("a server that speaks old TLS only is refused, and the text says what it must speak")
    func oldVersion() throws {
        let server = try Nginx(
            "ssl", try certificates.make("server") + "ssl_protocols TLSv1.1; ssl_ciphers DEFAULT@SECLEVEL=0;")
        let client = try client(tls: trusted)
        let error = try failure { _ = try client.get("https://localhost:\(server.port)/") }
        #expect(error.code == .tlsHandshake)
        #expect(error.hint == "the server must speak TLS 1.2 or 1.3")
    }

    @Test("an https URL for an http port is refused, and the text says so")
    func notTLS() throws {
        let server = try Nginx()
        let client = try client(tls: trusted)
        let error = try failure { _ = try client.get("https://localhost:\(server.port)/") }
        #expect(error.code == .tlsHandshake)
        #expect(error.hint == "is this an http port? then use an http URL")
    }

    @Test("an additional authority is trusted beside the system's")
    func besideTheSystem() throws {
        let others = try Certificates()
        let one = try Nginx("ssl", try certificates.make("server"))
        let two = try Nginx("ssl", try others.make("server"))
        let tls = TLSSettings(systemFile: others.authority, additionalFile: certificates.authority)
        let client = try client(tls: tls)
        #expect(try client.get("https://localhost:\(one.port)/").text == "hello")
        #expect(try client.get("https://localhost:\(two.port)/").text == "hello")
    }

    @Test(
        "an authority file that cannot be used is named",
        arguments: [
            (nil, "cannot open AUTHORITY: no such file or directory"), ("nonsense", "no certificate in PEM form"),
        ])
    func unusableAuthority(content: String?, words: String) throws {
        if let content {
            try certificates.scratch.write("authority.pem", content)
        } else {
            unsafe unlink(certificates.authority)
        }
        let client = try client(tls: trusted)
        let error = try failure { _ = try client.get("https://localhost:1/") }
        #expect(error.code == .tlsCertificate)
        let text = error.description.replacing(certificates.authority, with: "AUTHORITY")
        #expect(
            text == "cannot GET https://localhost:1/: the certificate authorities in "
                + "AUTHORITY cannot be used: \(words)")
    }

    @Test("an authority file that changes is read again, and takes back what it allowed", arguments: [true, false])
    func changedAuthority(isSystem: Bool) throws {
        let others = try Certificates()
        let server = try Nginx("ssl", try certificates.make("server"))
        let url = "https://localhost:\(server.port)/"
        let client = try client(tls: isSystem ? TLSSettings(systemFile: certificates.authority) : trusted)
        let good = try String(contentsOfFile: certificates.authority)
        #expect(try client.get(url).text == "hello")
        try certificates.scratch.write("authority.pem", try String(contentsOfFile: others.authority))
        let error = try failure { _ = try client.get(url) }
        #expect(error.code == .tlsCertificate)
        try certificates.scratch.write("authority.pem", good)
        #expect(try client.get(url).text == "hello")
    }

    @Test("our certificate is shown to a server that asks, and a new one as soon as the file has changed")
    func clientCertificate() throws {
        let settings =
            try certificates.make("server")
            + "ssl_client_certificate \(certificates.authority); ssl_verify_client on;"
        let server = try Nginx("ssl", settings)
        let url = "https://localhost:\(server.port)/"
        #expect(try client(tls: trusted).get(url).response.status == 400)
        try certificates.make("client one")
        try certificates.make("client two")
        func use(_ name: String) throws {
            try certificates.scratch.write("used.pem", try String(contentsOfFile: certificates.certificate(name)))
            try certificates.scratch.write("used.key", try String(contentsOfFile: certificates.key(name)))
        }
        try use("client one")
        let secrets = ServerSecrets(
            certificateFile: certificates.scratch.file("used.pem"), keyFile: certificates.scratch.file("used.key"))
        let client = try client(
            tls: TLSSettings(systemFile: certificates.authority), secrets: ForOrigin(secrets, serverOf: url))
        #expect(try client.get(url).response.head.headers.value("Client-Certificate") == "CN=client one")
        #expect(try client.get(url).response.reusedConnection)
        try use("client two")
        #expect(try client.get(url).response.head.headers.value("Client-Certificate") == "CN=client two")
    }

    @Test(
        "a server that demands a certificate in TLS itself is told apart",
        arguments: [
            (
                "-tls1_2", TransferError.Code.tlsHandshake,
                "the server may want a client certificate (--tls-cert-file), or a cipher that is not available here"
            ),
            (
                "-tls1_3", .tlsClientCertificate,
                "the server asks for a client certificate: set --tls-cert-file and --tls-key-file"
            ),
        ])
    func demandedCertificate(version: String, code: TransferError.Code, hint: String) throws {
        try certificates.make("server")
        let port = try freePort()
        let server = try start([
            "openssl", "s_server", "-accept", "\(port)", "-cert", certificates.certificate("server"), "-key",
            certificates.key("server"), "-CAfile", certificates.authority, "-Verify", "1", "-verify_return_error",
            "-www",
            version,
        ])
        defer {
            kill(server, SIGKILL)
            wait(for: server)
        }
        #expect(
            eventually {
                guard let stream = connectToLoopback(port) else { return false }
                close(stream)
                return true
            })
        let client = try client(tls: trusted)
        let error = try failure { _ = try client.get("https://localhost:\(port)/") }
        #expect(error.code == code)
        #expect(error.hint == hint)
    }

    @Test("a client certificate or key that cannot be used is told apart, and no terminal is asked for a passphrase")
    func unusableCertificate() throws {
        let server = try Nginx("ssl", try certificates.make("server"))
        let url = "https://localhost:\(server.port)/"
        try certificates.make("client")
        let locked = certificates.scratch.file("locked.key")
        try run(["openssl", "ec", "-in", certificates.key("client"), "-out", locked, "-aes256", "-passout", "pass:x"])
        for (certificate, key) in [
            (certificates.certificate("client"), locked),
            (certificates.certificate("client"), certificates.key("server")),
            ("/nowhere.pem", certificates.key("client")),
        ] {
            let secrets = ServerSecrets(certificateFile: certificate, keyFile: key)
            let client = try client(tls: trusted, secrets: ForOrigin(secrets, serverOf: url))
            let error = try failure { _ = try client.get(url) }
            #expect(error.code == .tlsClientCertificate)
        }
    }

    @Test("a compressed answer is unpacked")
    func compressed() throws {
        let server = try Nginx("", "gzip on; gzip_min_length 0; gzip_types *;")
        let (response, text) = try client().get("http://localhost:\(server.port)/")
        #expect(text == "hello")
        #expect(response.head.headers.value("content-encoding") == "gzip")
    }
}

/// Whether a server has ended a connection that this side still holds: state 8 (`CLOSE_WAIT`) in proc_net_tcp(5).
private func hasClosed(_ server: Nginx) -> Bool {
    ["/proc/net/tcp", "/proc/net/tcp6"].contains { table in
        let lines = (try? String(contentsOfFile: table).split(separator: "\n")) ?? []
        return lines.contains { line in
            let fields = line.split(separator: " ")
            guard fields.count > 3, let port = fields[2].split(separator: ":").last else { return false }
            return UInt16(port, radix: 16) == server.port && fields[3] == "08"
        }
    }
}

extension String {
    fileprivate init(contentsOfFile path: String) throws {
        self.init(decoding: try Files.read(path, limit: 16 << 20), as: UTF8.self)
    }
}
