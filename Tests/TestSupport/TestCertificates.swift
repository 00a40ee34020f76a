internal import Glibc
internal import Posix
internal import Synchronization

/// A certificate and its key, as files in PEM form.
public struct TestCertificate: Sendable {
    /// The certificate.
    public let certificatePath: String
    /// Its private key.
    public let keyPath: String
}

/// Certificates made with openssl when a test first asks for them, and kept for the run.
public enum TestCertificates {
    private static let cache = Mutex<[String: TestCertificate]>([:])

    /// The authority that signs all the others.
    public static func authority() throws -> TestCertificate {
        try cached("authority") { certificate in
            try openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                "-subj", "/CN=git-sidecar test authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                "-keyout", certificate.keyPath, "-out", certificate.certificatePath)
        }
    }

    /// An authority that signed nothing that a server here shows.
    public static func foreignAuthority() throws -> TestCertificate {
        try cached("foreign") { certificate in
            try openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                "-subj", "/CN=git-sidecar foreign authority", "-keyout", certificate.keyPath, "-out",
                certificate.certificatePath)
        }
    }

    /// A server's certificate for these names; by default the ones under which loopback is reached.
    public static func server(names: [String] = ["DNS:localhost", "IP:127.0.0.1"]) throws -> TestCertificate {
        try signed("server", names: names, usage: "serverAuth", days: 30)
    }

    /// A server's certificate that ended yesterday.
    public static func expiredServer() throws -> TestCertificate {
        try signed("expired", names: ["DNS:localhost", "IP:127.0.0.1"], usage: "serverAuth", days: -1)
    }

    /// A client's certificate.
    public static func client() throws -> TestCertificate {
        try signed("client", names: ["email:client@example.com"], usage: "clientAuth", days: 30)
    }

    private static func signed(_ kind: String, names: [String], usage: String, days: Int) throws -> TestCertificate {
        let authority = try authority()
        let alternatives = names.joined(separator: ",")
        return try cached("\(kind) \(alternatives)") { certificate in
            let request = certificate.certificatePath + ".request"
            let extensions = certificate.certificatePath + ".extensions"
            try TestFiles.write("subjectAltName=\(alternatives)\nextendedKeyUsage=\(usage)\n", to: extensions)
            try openssl(
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                "/CN=\(kind)", "-keyout", certificate.keyPath, "-out", request)
            // One that ended was made in the past: openssl makes none that ends before it begins.
            let past = days < 0 ? ["faketime", "-f", "-\(1 - days)d"] : []
            try runProgram(
                past + [
                    "openssl", "x509", "-req", "-in", request, "-CA", authority.certificatePath, "-CAkey",
                    authority.keyPath,
                    "-set_serial", "\(UInt32.random(in: 1...UInt32.max))", "-days", "\(max(days, 1))", "-extfile",
                    extensions, "-out", certificate.certificatePath,
                ]
            ).succeeded()
        }
    }

    private static func cached(_ name: String, _ make: (TestCertificate) throws -> Void) throws -> TestCertificate {
        // The authority is made before its children ask for the lock, so the lock is never taken twice.
        try cache.withLock { cache in
            if let known = cache[name] { return known }
            let base = "\(try RunDirectory.path())/certificate-\(cache.count)"
            let certificate = TestCertificate(certificatePath: base + ".pem", keyPath: base + ".key")
            try make(certificate)
            cache[name] = certificate
            return certificate
        }
    }

    private static func openssl(_ arguments: String...) throws {
        try runProgram(["openssl"] + arguments).succeeded()
    }
}
