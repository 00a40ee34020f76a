public import Posix

/// One request: what to ask, of whom, and as whom.
public struct HTTPRequest: Sendable {
    /// What the user is known by.
    public enum Credential: Sendable {
        /// A user name and a password, sent with the first request (`Authorization: Basic`).
        case basic(username: String, password: Secret?)
        /// A token (`Authorization: Bearer`).
        case bearer(Secret)
    }

    /// Which redirections are followed.
    public enum Redirects: Sendable {
        /// None: the redirection is the answer.
        case none
        /// Up to five, to the same scheme, host and port, or from http to https on the same host.
        case sameHost
    }

    /// The method, for example `GET`.
    public var method: String
    /// The whole URL, http or https; a user and a password in it are taken as the credential of its server when none
    /// is given.
    public var url: String
    /// Header fields that whoever is redirected to may see; one here replaces one of the same name in the configuration.
    public var headers: [HTTPHeader]
    /// Header fields for one server alone.
    public var secretHeaders: ForOrigin<[HTTPHeader]>?
    /// What is sent after the header.
    public var body: [UInt8]
    /// What the user is known by, if anything, and to whom.
    public var credential: ForOrigin<Credential>?
    /// Which redirections are followed.
    public var redirects: Redirects

    /// A request; without a method it is a GET.
    public init(
        _ url: String, method: String = "GET", headers: [HTTPHeader] = [],
        secretHeaders: ForOrigin<[HTTPHeader]>? = nil, body: [UInt8] = [],
        credential: ForOrigin<Credential>? = nil, redirects: Redirects = .sameHost
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.secretHeaders = secretHeaders
        self.body = body
        self.credential = credential
        self.redirects = redirects
    }

    /// What is being done and to what, without secrets, for example `GET https://host/path`.
    public var operation: String { "\(method) \(redactedURL(url))" }
}
