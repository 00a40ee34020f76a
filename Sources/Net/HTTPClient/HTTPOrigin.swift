/// A server as a URL names it: scheme, host and port.
///
/// Taken from the URL by libcurl's own parser, so that what is compared is what is connected to.
public struct HTTPOrigin: Hashable, Sendable, CustomStringConvertible {
    private let scheme: String
    private let host: String
    private let port: String

    /// The server of a URL; nil when the text is no URL that a request can have.
    public init?(_ url: String) {
        // Why it cannot be used is said by the request, which cannot be sent then.
        guard let target = try? HTTPAddress(url) else { return nil }
        self.init(target)
    }

    init(_ target: HTTPAddress) {
        scheme = target.scheme
        host = target.host
        port = target.port
    }

    /// `https://host`, with the port where it is not the usual one.
    public var description: String {
        "\(scheme)://\(host)" + (port == (scheme == "https" ? "443" : "80") ? "" : ":\(port)")
    }
}

/// A value that is for one server and goes to no other, whatever a URL, a redirection or a repository says.
///
/// `HTTPClient` asks for it when it knows whom it is going to connect to, at each redirection anew.
public struct ForOrigin<Value: Sendable>: Sendable, CustomStringConvertible, CustomReflectable {
    /// The server; nil where the URL names none, so that the value goes nowhere.
    private let origin: HTTPOrigin?
    /// The value for whoever does not send it, such as those who look that no error repeats it.
    let unsent: Value

    /// Keeps a value for the server of a URL.
    public init(_ value: Value, serverOf url: String) {
        origin = HTTPOrigin(url)
        unsent = value
    }

    /// The value, when it is for this server.
    public func value(for server: HTTPOrigin) -> Value? { origin == server ? unsent : nil }

    /// Whom it is for; what it is may be a secret.
    public var description: String { "*** for \(origin.map { "\($0)" } ?? "nobody")" }
    /// Nothing more.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

/// What one server alone is shown, beside the credential of a request.
public struct ServerSecrets: Sendable {
    /// Header fields of every request to it.
    public var headers: [HTTPHeader]
    /// A Netscape cookie file whose cookies are sent; it is read for each request and never written.
    public var cookieFile: String?
    /// A PEM file with our certificate, and the chain to its authority.
    public var certificateFile: String?
    /// A PEM file with the key of our certificate; nil when it is in the same file.
    public var keyFile: String?

    /// Collects what one server is shown.
    public init(
        headers: [HTTPHeader] = [], cookieFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil
    ) {
        self.headers = headers
        self.cookieFile = cookieFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}
