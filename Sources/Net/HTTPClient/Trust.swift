internal import CCurlShims
internal import Glibc
internal import Posix

/// The certificate authorities that libcurl is pointed at, and what the files looked like that they come from.
struct Trust: ~Copyable {
    /// A file for libcurl to read; nil where there is none.
    let file: String?
    /// A directory of hashed certificates, where a system has no single file.
    let directory: String?
    let states: [FileStatus?]
    // Keeps `file` alive when it is one of memory. Nothing else has to be removed, and any TLS library can read it.
    private let memory: FileDescriptor?

    private static let usualFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
    ]
    private static let usualDirectory = "/etc/ssl/certs"
    /// Bundles of certificates have a few hundred kilobytes; what is larger than this is something else.
    private static let largestFile = 16 << 20

    /// The files whose change means that connections made before must not be used again.
    static func states(of configuration: HTTPConfiguration) -> [FileStatus?] {
        let settings = configuration.tls
        let own = configuration.secrets?.unsent
        return [settings.systemFile ?? systemFile, settings.additionalFile, own?.certificateFile, own?.keyFile]
            .map { $0.flatMap(state) }
    }

    private static var systemFile: String? { usualFiles.first { state($0) != nil } }

    private static func state(_ path: String) -> FileStatus? {
        // A file that cannot be looked at is as good as none; who reads it says why.
        try? Files.status(path, followingLinks: true)
    }

    init(_ settings: TLSSettings, states: [FileStatus?], operation: String) throws(TransferError) {
        self.states = states
        let system = settings.systemFile ?? Trust.systemFile
        directory = system == nil ? Trust.usualDirectory : nil
        guard settings.verify, let additional = settings.additionalFile else {
            file = system
            memory = nil
            return
        }
        do {
            var authorities = try Files.read(additional, limit: Trust.largestFile)
            guard Trust.holdsCertificate(authorities) else {
                throw TransferError(
                    code: .tlsCertificate, operation: operation,
                    message: "the certificate authorities in \(additional) cannot be used: no certificate in PEM form")
            }
            if let system { authorities += try [10] + Files.read(system, limit: Trust.largestFile) }
            let joined = try Trust.memoryFile(authorities)
            file = "/proc/self/fd/\(joined.number)"
            memory = consume joined
        } catch let error as TransferError {
            throw error
        } catch {
            throw TransferError(
                code: .tlsCertificate, operation: operation,
                message: "the certificate authorities in \(additional) cannot be used: \(error)")
        }
    }

    private static func memoryFile(_ bytes: [UInt8]) throws(SystemError) -> FileDescriptor {
        let number = unsafe shim_memory_file("certificates")
        guard number >= 0 else { throw SystemError.last("make a file in memory") }
        let file = FileDescriptor(taking: number)
        try file.writeAll(bytes)
        return file
    }

    private static func holdsCertificate(_ bytes: [UInt8]) -> Bool {
        let mark = Array("-----BEGIN ".utf8)
        return bytes.indices.contains { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
    }
}
