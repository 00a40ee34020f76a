public import GitProtocol
public import HTTPClient
public import Posix
public import Telemetry

/// What is needed to reach a remote, beside its address.
public struct RemoteSettings: Sendable {
    /// Who we are to which server.
    public var credentials: CredentialRules
    /// How HTTP is spoken.
    public var http: HTTPConfiguration
    /// How ssh is run.
    public var ssh: SSHSettings
    /// How long setting up a connection may take.
    public var connectTimeout: Duration = .seconds(15)
    /// How long the other side may be silent once a connection stands.
    public var idleTimeout: Duration = .seconds(30)
    /// Where it is told what happens.
    public var logger: Logger

    /// The name under which we appear at servers.
    var agent: String { http.userAgent }

    /// Collects what is needed.
    public init(credentials: CredentialRules, http: HTTPConfiguration, ssh: SSHSettings, logger: Logger) {
        self.credentials = credentials
        self.http = http
        self.ssh = ssh
        self.logger = logger
    }
}

/// A repository somewhere else: says what a name stands for there, and brings a commit into our store.
///
/// Blocks the calling thread and belongs to one thread at a time.
public final class RemoteRepository {
    /// Where it is.
    public let url: RemoteURL
    let transport: any Transport
    private let settings: RemoteSettings
    /// Whether a thin pack may be asked for: not again after a fetch that failed, since completing one takes long where
    /// tens of thousands of files have changed at once.
    var acceptsThinPack = true

    /// A remote to which nothing has been said yet.
    public init(_ url: RemoteURL, _ settings: RemoteSettings) throws(RemoteError) {
        self.url = url
        self.settings = settings
        switch url.scheme {
        case .http, .https:
            transport = try RemoteError.during("reach \(url)") { try HTTPTransport(url, settings) }
        case .ssh: transport = SSHTransport(url, settings)
        case .file: transport = LocalTransport(url)
        }
    }

    /// Asks what a name stands for now.
    ///
    /// A full hash stands for itself, and nobody is asked.
    public func resolve(_ query: RefQuery, _ deadline: Deadline) throws(RemoteError) -> ResolvedReference {
        try RemoteError.during("resolve \(query.name) at \(url)") { try transport.resolve(query, deadline) }
    }

    /// Ends what must not outlive an attempt.
    public func close() {
        transport.close()
    }
}
