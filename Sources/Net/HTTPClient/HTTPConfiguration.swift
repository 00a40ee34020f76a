internal import CCurl
public import Posix

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

/// libcurl's state for the whole process.
public enum HTTPLibrary {
    /// Starts libcurl; call it once before any thread is made, further calls do nothing.
    ///
    /// SIGPIPE is ignored from then on: OpenSSL writes to sockets whose peer is gone.
    public static func start() {
        _ = started
    }

    private static let started: Bool = {
        ignoreBrokenPipes()
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()

    /// Whether libcurl could be started.
    static var isStarted: Bool { started }
}

/// Which proxy leads out, as curl and git know it.
public struct ProxySettings: Sendable {
    private let forPlain: Secret?
    private let forSecure: Secret?
    /// The hosts that are reached without a proxy, separated by commas; `*` means all.
    let exceptions: String

    /// No proxy.
    public static let none = ProxySettings(environment: [:])

    /// The proxy that was asked for, or else those of `http_proxy`, `https_proxy`, `all_proxy`; never for the hosts
    /// in `no_proxy`.
    ///
    /// Names in upper case count too, except `HTTP_PROXY`, which a web server's client could set. An explicit proxy that
    /// is empty means none. Secrets because they may hold a password.
    public init(environment: [String: String], explicit: Secret? = nil) {
        func variable(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        forPlain = explicit ?? variable("http_proxy", "all_proxy", "ALL_PROXY").map(Secret.init)
        forSecure =
            explicit ?? variable("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY").map(Secret.init)
        exceptions = variable("no_proxy", "NO_PROXY") ?? ""
    }

    /// The proxy for URLs of this scheme, exceptions aside.
    func proxy(forSecure secure: Bool) -> Secret? {
        guard let proxy = secure ? forSecure : forPlain, !proxy.exposed.isEmpty else { return nil }
        return proxy
    }
}
