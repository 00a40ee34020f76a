internal import CShims
internal import Glibc
internal import Posix

/// The certificate authorities that libcurl is pointed at, and what the files looked like that they come from.
struct Trust: ~Copyable {
    /// A file for libcurl to read; nil where there is none.
    let file: String?
    /// A directory of hashed certificates, where a system has no single file.
    let directory: String?
    let states: [FileState?]
    // Keeps `file` alive when it is one of memory. Nothing else has to be removed, and any TLS library can read it.
    private let memory: FileDescriptor?

    static let usualFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
    ]
    static let usualDirectory = "/etc/ssl/certs"

    /// The files whose change means that connections made before must not be used again.
    static func states(of settings: TLSSettings) -> [FileState?] {
        [
            settings.systemFile ?? systemFile, settings.additionalFile, settings.certificateFile, settings.keyFile,
        ].map { $0.flatMap(FileState.init) }
    }

    private static var systemFile: String? { usualFiles.first { FileState($0) != nil } }

    init(_ settings: TLSSettings, states: [FileState?], operation: String) throws(TransferError) {
        self.states = states
        let system = settings.systemFile ?? Trust.systemFile
        guard settings.verify, let additional = settings.additionalFile else {
            file = system
            directory = system == nil ? Trust.usualDirectory : nil
            memory = nil
            return
        }
        let own = try Trust.read(additional, operation)
        guard Trust.holdsCertificate(own) else {
            throw Trust.unusable(additional, "it holds no certificate in PEM form", operation)
        }
        let joined = unsafe FileDescriptor(taking: shim_memory_file("certificates"))
        guard joined.number >= 0 else { throw Trust.unusable(additional, SystemError.text(of: errno), operation) }
        if let system { try Trust.write(try Trust.read(system, operation) + [10], to: joined, operation) }
        try Trust.write(own, to: joined, operation)
        file = "/proc/self/fd/\(joined.number)"
        memory = consume joined
        directory = system == nil ? Trust.usualDirectory : nil
    }

    private static func unusable(_ path: String, _ words: String, _ operation: String) -> TransferError {
        TransferError(
            code: .tlsCertificate, operation: operation,
            message: "the certificate authorities in \(path) cannot be used: \(words)")
    }
}

/// What tells whether a file is still the one that it was.
struct FileState: Equatable {
    let device: UInt64
    let number: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    /// The state of the file behind a path, links followed; nil when there is none.
    init?(_ path: String) {
        var info = stat()
        guard unsafe stat(path, &info) == 0 else { return nil }
        device = UInt64(info.st_dev)
        number = UInt64(info.st_ino)
        size = Int64(info.st_size)
        seconds = info.st_mtim.tv_sec
        nanoseconds = info.st_mtim.tv_nsec
    }
}

extension Trust {
    /// Certificate bundles have a few hundred kilobytes; what is larger than this is something else.
    private static let largestFile = 16 << 20

    private static func read(_ path: String, _ operation: String) throws(TransferError) -> [UInt8] {
        let file = FileDescriptor(taking: unsafe open(path, O_RDONLY | O_CLOEXEC))
        guard file.number >= 0 else { throw unusable(path, SystemError.text(of: errno), operation) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe Glibc.read(file.number, &piece, piece.count)
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw unusable(path, SystemError.text(of: errno), operation) }
            bytes += piece[..<count]
            guard bytes.count <= largestFile else { throw unusable(path, "it is too large", operation) }
        }
    }

    private static func write(
        _ bytes: [UInt8], to file: borrowing FileDescriptor, _ operation: String
    ) throws(TransferError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file.number, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw unusable("memory", SystemError.text(of: errno), operation) }
            rest = rest.dropFirst(count)
        }
    }

    private static func holdsCertificate(_ bytes: [UInt8]) -> Bool {
        let mark = Array("-----BEGIN ".utf8)
        return bytes.count > mark.count
            && (0...(bytes.count - mark.count)).contains {
                bytes[$0] == mark[0] && bytes[$0..<($0 + mark.count)].elementsEqual(mark)
            }
    }
}
