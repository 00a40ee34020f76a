/// What all requests of a client have in common.
public struct HTTPConfiguration: Sendable {
    /// What the server is told about us, for example `git-sidecar/1.0`.
    public var userAgent: String
    /// Header fields of every request.
    public var headers: [HTTPHeader]
    /// Whom to trust and who we are.
    public var tls: TLSSettings
    /// Which proxy leads out.
    public var proxy: ProxySettings
    /// A Netscape cookie file whose cookies are sent; it is read for each request and never written.
    public var cookieFile: String?
    /// A socket file that is connected to in place of the host in a URL; its path may be of any length.
    public var socketFile: String?

    /// A configuration; without a proxy setting there is none, whatever the process's environment says.
    public init(
        userAgent: String, headers: [HTTPHeader] = [], tls: TLSSettings = TLSSettings(),
        proxy: ProxySettings = .none, cookieFile: String? = nil, socketFile: String? = nil
    ) {
        self.userAgent = userAgent
        self.headers = headers
        self.tls = tls
        self.proxy = proxy
        self.cookieFile = cookieFile
        self.socketFile = socketFile
    }
}

/// Whom to trust and who we are.
///
/// The files are looked at before each request: when one has changed, no connection made with the old one is used again.
public struct TLSSettings: Sendable {
    /// The system's certificate authorities as one PEM file; nil takes the first of the usual places.
    public var systemFile: String?
    /// A PEM file with certificate authorities that are trusted beside the system's.
    public var additionalFile: String?
    /// A PEM file with our certificate, and the chain to its authority.
    public var certificateFile: String?
    /// A PEM file with the key of our certificate; nil when it is in the same file.
    public var keyFile: String?
    /// Whether the server must prove who it is.
    public var verify: Bool

    /// TLS settings; without any the system's certificate authorities are trusted.
    public init(
        systemFile: String? = nil, additionalFile: String? = nil, certificateFile: String? = nil,
        keyFile: String? = nil, verify: Bool = true
    ) {
        self.systemFile = systemFile
        self.additionalFile = additionalFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.verify = verify
    }
}
