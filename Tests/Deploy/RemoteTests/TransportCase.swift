import GitObjects
import GitProtocol
import GitStore
import HTTPClient
import Posix
import Staging
import Telemetry
import TestSupport
import Testing

@testable import Remote

/// A way to reach a repository, with the version of the protocol that the server is made to speak on it.
enum TransportCase: String, CaseIterable, CustomTestStringConvertible {
    case httpVersion2, httpVersion0, httpsVersion2, httpsVersion0, sshVersion2, sshVersion0, local

    var testDescription: String { rawValue }

    var speaksVersion2: Bool { [.httpVersion2, .httpsVersion2, .sshVersion2].contains(self) }

    /// Starts what serves `root` on this road, and hands over how to reach a repository below it.
    ///
    /// Files that it needs go to `scratch`, or to the directory of the test.
    func open<Value>(serving root: String, scratch: String? = nil, _ body: (TransportUse) throws -> Value) throws
        -> Value
    {
        switch self {
        case .httpVersion2, .httpVersion0, .httpsVersion2, .httpsVersion0:
            let options = try GitHTTPServer.Options { options in
                options.passesGitProtocol = speaksVersion2
                if self == .httpsVersion2 || self == .httpsVersion0 {
                    options.certificate = try TestCertificates.server()
                }
            }
            return try withGitHTTPServer(serving: root, options) { server in
                try body(TransportUse(server: server, address: { server.url($0) }))
            }
        case .sshVersion2, .sshVersion0:
            let options = GitSSHServer.Options { $0.passesGitProtocol = speaksVersion2 }
            return try withGitSSHServer(serving: root, options) { server in
                let hosts = "\(scratch ?? Scratch.directory)/known_hosts"
                try TestFiles.write(server.knownHosts, to: hosts)
                var way = TransportUse(server: nil, address: { server.url($0) })
                way.ssh.hostKeys = .knownHosts(file: hosts)
                way.ssh.keyFiles = [try GitSSHServer.clientKeyPath()]
                return try body(way)
            }
        case .local:
            return try body(TransportUse(server: nil, address: { "file://\(root)/\($0)" }))
        }
    }
}

/// How to reach the repositories that a test serves.
struct TransportUse {
    var server: GitHTTPServer?
    var address: (String) -> String
    var ssh = SSHSettings(
        hostKeys: .unchecked, environment: Environment.current(removing: ["SSH_AUTH_SOCK"]))
    var credentials = CredentialRules([])
    var logger = Logger.silent
    var proxy = ProxySettings.none
    var tls = TLSSettings()
    /// What the repository's own server is shown.
    var secrets = ServerSecrets()
    var connectTimeout = Duration.seconds(15)
    var idleTimeout = Duration.seconds(30)

    /// How to reach repositories by their whole addresses.
    static var direct: TransportUse { TransportUse(server: nil, address: { $0 }) }

    /// The same with some settings changed.
    func with(_ change: (inout TransportUse) throws -> Void) rethrows -> TransportUse {
        var way = self
        try change(&way)
        return way
    }

    func remote(_ repository: String) throws -> RemoteRepository {
        try GitLibrary.start()
        HTTPLibrary.start()
        var tls = tls
        if tls.additionalFile == nil { tls.additionalFile = try TestCertificates.authority().certificatePath }
        let url = try RemoteURL(parsing: address(repository))
        let http = HTTPConfiguration(
            userAgent: "git-sidecar/test", secrets: ForOrigin(secrets, serverOf: url.origin), tls: tls, proxy: proxy)
        var settings = RemoteSettings(credentials: credentials, http: http, ssh: ssh, logger: logger)
        settings.connectTimeout = connectTimeout
        settings.idleTimeout = idleTimeout
        return try RemoteRepository(url, settings)
    }
}

extension RemoteRepository {
    /// Resolves a name and fetches what it stands for, as one attempt of the sidecar does.
    @discardableResult
    func sync(_ name: String, depth: Int, into store: ObjectStore, within limit: Duration = .seconds(60)) throws
        -> FetchResult
    {
        defer { close() }
        let deadline = Deadline.after(limit)
        let found = try resolve(RefQuery(name), deadline)
        return try fetch(found, FetchScope(depth: depth), into: try LocalJobs.destination(over: store), deadline)
    }
}

/// What the real git program says about a store.
struct StoreOracle {
    let path: String

    func git(_ arguments: String...) throws -> String {
        try runProgram(["git", "--git-dir", path] + arguments).succeeded().output
    }

    func historyLength(of commit: ObjectID) throws -> Int {
        Int(try git("rev-list", "--count", commit.description)) ?? -1
    }

    /// Fails when an object that belongs to a commit, as deep as its history goes, is missing or damaged.
    func check(_ commit: ObjectID) throws {
        _ = try git("fsck", "--strict", "--no-dangling", commit.description)
        _ = try git("rev-list", "--objects", "--quiet", commit.description)
    }
}
