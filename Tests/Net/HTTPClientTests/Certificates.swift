/// A certificate authority of a test's own, and certificates by it.
final class Certificates: Sendable {
    let scratch: Scratch
    var authority: String { scratch.file("authority.pem") }

    init() throws {
        scratch = try Scratch()
        try run(
            ["openssl", "req", "-x509"] + Certificates.newKey(scratch.file("authority.key"))
                + [
                    "-out", authority, "-subj", "/CN=authority \(scratch.path.split(separator: "/").last ?? "")",
                    "-days", "2",
                ])
    }

    /// Makes a certificate and its key; returns nginx's lines for them.
    @discardableResult
    func make(_ name: String, for host: String = "localhost", expired: Bool = false) throws -> String {
        try run(
            ["openssl", "req", "-new"] + Certificates.newKey(key(name))
                + ["-out", scratch.file("\(name).csr"), "-subj", "/CN=\(name)"])
        let extensions = try scratch.write("\(name).ext", "subjectAltName=DNS:\(host)\n")
        // One that ended was made in the past: openssl makes none that ends before it begins.
        try run(
            (expired ? ["faketime", "-f", "-2d"] : []) + [
                "openssl", "x509", "-req", "-in", scratch.file("\(name).csr"), "-CA", authority, "-CAkey",
                scratch.file("authority.key"), "-CAcreateserial", "-out", certificate(name), "-extfile", extensions,
                "-days", expired ? "1" : "2",
            ])
        return "ssl_certificate \(certificate(name)); ssl_certificate_key \(key(name));"
    }

    func certificate(_ name: String) -> String { scratch.file("\(name).pem") }
    func key(_ name: String) -> String { scratch.file("\(name).key") }

    private static func newKey(_ path: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path]
    }
}
