import GitObjects
import GitProtocol
import GitStore
import HTTPClient
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("Certificates", .scratch, .timeLimit(.minutes(1)))
struct CertificateTests {
    private func withServer<Value>(
        _ change: (inout GitHTTPServer.Options) throws -> Void = { _ in }, _ body: (String) throws -> Value
    ) throws -> Value {
        try GitFixture(at: "\(Scratch.directory)/served/app.git").commit(["a": "1\n"])
        let options = try GitHTTPServer.Options {
            $0.certificate = try TestCertificates.server()
            try change(&$0)
        }
        return try withGitHTTPServer(serving: "\(Scratch.directory)/served", options) { try body($0.url("app.git")) }
    }

    private func succeeds(_ way: TransportUse, _ url: String) throws {
        let store = try ObjectStore.open("\(Scratch.directory)/store")
        #expect(throws: Never.self) { try way.remote(url).sync("main", depth: 1, into: store) }
    }

    @Test("a certificate for another name is refused")
    func wrongName() throws {
        try withServer {
            $0.certificate = try TestCertificates.server(names: ["DNS:other.example"])
        } _: { url in
            let error = try failure(of: .direct, url)
            #expect(error.kind == .identity)
            // In the words of libcurl 7 and 8.
            let descriptions = ["host name", "ipv4 address"].map { target in
                """
                cannot resolve main at \(url): SSL: no alternative certificate subject name matches target \(target) \
                '127.0.0.1'; use the name that the certificate was made for, or have one made for 127.0.0.1
                """
            }
            #expect(descriptions.contains(error.description))
        }
    }

    @Test("a certificate of an authority that we do not know is refused")
    func unknownAuthority() throws {
        try withServer { url in
            let way = try TransportUse.direct.with {
                $0.tls.additionalFile = try TestCertificates.foreignAuthority().certificatePath
            }
            let error = try failure(of: way, url)
            #expect(error.kind == .identity)
            #expect(
                error.description == """
                    cannot resolve main at \(url): SSL certificate problem: unable to get local issuer certificate; if the \
                    server is run by you, give the certificate of its authority with --tls-ca-file
                    """)
        }
    }

    @Test("a certificate that has ended is refused")
    func expired() throws {
        try withServer {
            $0.certificate = try TestCertificates.expiredServer()
        } _: { url in
            let error = try failure(of: .direct, url)
            #expect(error.kind == .identity)
            #expect(
                error.description == """
                    cannot resolve main at \(url): SSL certificate problem: certificate has expired; the certificate must be \
                    renewed on the server, or this machine's clock is wrong
                    """)
        }
    }

    @Test("an authority that was replaced on disk counts from the next attempt on")
    func rotatedAuthority() throws {
        try withServer { url in
            let file = "\(Scratch.directory)/ca.pem"
            let (foreign, right) = (try TestCertificates.foreignAuthority(), try TestCertificates.authority())
            try TestFiles.write(try TestFiles.read(foreign.certificatePath), to: file)
            let remote = try TransportUse.direct.with { $0.tls.additionalFile = file }.remote(url)
            let store = try ObjectStore.open("\(Scratch.directory)/store")
            let error = #expect(throws: RemoteError.self) { try remote.sync("main", depth: 1, into: store) }
            #expect(error?.kind == .identity)
            try AtomicFile.write(try TestFiles.read(right.certificatePath), to: file)
            #expect(throws: Never.self) { try remote.sync("main", depth: 1, into: store) }
        }
    }

    @Test("a server of TLS 1.3 alone, or of 1.2 alone, is spoken to", arguments: ["TLSv1.3", "TLSv1.2"])
    func oneVersion(version: String) throws {
        try withServer {
            $0.tlsVersions = version
        } _: {
            try succeeds(.direct, $0)
        }
    }

    @Test("a client certificate that is asked for and not given is explained")
    func noClientCertificate() throws {
        try withServer {
            $0.requiresClientCertificate = true
        } _: { url in
            let error = try failure(of: .direct, url)
            #expect(error.kind == .identity)
            #expect(
                error.description == """
                    cannot reach \(url): the server answered with status 400: No required SSL certificate was sent; set \
                    --tls-cert-file and --tls-key-file
                    """)
        }
    }

    @Test("a client certificate opens the server that asks for one")
    func clientCertificate() throws {
        try withServer {
            $0.requiresClientCertificate = true
        } _: { url in
            let client = try TestCertificates.client()
            let way = TransportUse.direct.with {
                $0.secrets.certificateFile = client.certificatePath
                $0.secrets.keyFile = client.keyPath
            }
            try succeeds(way, url)
        }
    }

    @Test("a client certificate that is not there is named")
    func missingClientCertificate() throws {
        try withServer { url in
            let way = TransportUse.direct.with { $0.secrets.certificateFile = "/nowhere/client.pem" }
            let error = try failure(of: way, url)
            #expect(error.kind == .identity)
            #expect(error.message.contains("/nowhere/client.pem"))
        }
    }

    @Test("https to a port that speaks http says what may be meant")
    func plainPort() throws {
        try withScriptedServer([.send("HTTP/1.1 400 Bad Request\r\n\r\n")]) { server in
            let url = "https://127.0.0.1:\(server.port)/app.git"
            let error = try failure(of: .direct, url)
            #expect(error.kind == .identity)
            #expect(error.hint == "is this an http port? then use an http URL")
        }
    }

    @Test("a file of authorities that holds none is named")
    func emptyAuthorities() throws {
        let file = "\(Scratch.directory)/ca.pem"
        try TestFiles.write("nothing\n", to: file)
        let url = "https://127.0.0.1:\(try freePort())/app.git"
        let error = try failure(of: TransportUse.direct.with { $0.tls.additionalFile = file }, url)
        #expect(error.kind == .identity)
        #expect(
            error.description
                == "cannot resolve main at \(url): the certificate authorities in \(file) cannot be used: no certificate in PEM form"
        )
    }
}
