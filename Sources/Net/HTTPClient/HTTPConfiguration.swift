/// What all requests of a client have in common.
public struct HTTPConfiguration: Sendable {
    /// What the server is told about us, for example `git-sidecar/1.0`.
    public var userAgent: String
    /// What one server is shown; requests to others go without it.
    public var secrets: ForOrigin<ServerSecrets>?
    /// Whom to trust.
    public var tls: TLSSettings
    /// Which proxy leads out.
    public var proxy: ProxySettings
    /// A socket file that is connected to in place of the host in a URL; its path may be of any length.
    public var socketFile: String?

    /// A configuration; without a proxy setting there is none, whatever the process's environment says.
    public init(
        userAgent: String, secrets: ForOrigin<ServerSecrets>? = nil, tls: TLSSettings = TLSSettings(),
        proxy: ProxySettings = .none, socketFile: String? = nil
    ) {
        self.userAgent = userAgent
        self.secrets = secrets
        self.tls = tls
        self.proxy = proxy
        self.socketFile = socketFile
    }
}

/// Whom to trust.
///
/// The files, and those of our own certificate, are looked at before each request: when one has changed, no connection made with the
/// old one is used again.
public struct TLSSettings: Sendable {
    /// The system's certificate authorities as one PEM file; nil takes the first of the usual places.
    public var systemFile: String?
    /// A PEM file with certificate authorities that are trusted beside the system's.
    public var additionalFile: String?
    /// Whether the server must prove who it is.
    public var verify: Bool

    /// TLS settings; without any the system's certificate authorities are trusted.
    public init(systemFile: String? = nil, additionalFile: String? = nil, verify: Bool = true) {
        self.systemFile = systemFile
        self.additionalFile = additionalFile
        self.verify = verify
    }
}
