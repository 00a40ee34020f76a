public import Posix

/// Where a repository is: an `https`, `http`, `ssh` or `file` URL, the scp form `user@host:path`, or a path.
///
/// Printing one never shows a password, a token or a query.
public struct RemoteURL: Sendable, Equatable {
    /// How the repository is reached.
    public enum Scheme: String, Sendable {
        case http, https, ssh
        /// A repository on this machine, read without a transport.
        case file
    }

    /// How the repository is reached.
    public let scheme: Scheme
    /// The user named in the URL, percent-decoded; it may itself be a token, so only ssh ever shows it.
    public let user: String?
    /// The password named in the URL, percent-decoded.
    public let password: Secret?
    /// The host's name or address, without the brackets of an IPv6 address; empty for `file`.
    public let host: String
    /// The port, where one is named.
    public let port: Int?
    /// The path: as it stands in the URL for http(s), where it is empty or begins with a slash; decoded for ssh and file.
    public let path: String
    /// The query of an http(s) URL, without its `?`.
    public let query: String?

    init(
        scheme: Scheme, user: String? = nil, password: Secret? = nil, host: String = "", port: Int? = nil,
        path: String, query: String? = nil
    ) {
        self.scheme = scheme
        self.user = user
        self.password = password
        self.host = host
        self.port = port
        // Behind a host a path without its slash would make another host of both.
        let needsSlash = (scheme == .http || scheme == .https) && !path.isEmpty && !path.hasPrefix("/")
        self.path = needsSlash ? "/" + path : path
        self.query = query
    }
}

extension RemoteURL: CustomStringConvertible, CustomReflectable {
    /// The URL as people may see it: no password, no token, no query.
    public var description: String {
        switch scheme {
        case .http, .https: origin + path
        case .ssh: "ssh://" + (user.map { $0 + "@" } ?? "") + authority + (path.hasPrefix("/") ? "" : "/") + path
        case .file: path
        }
    }

    /// Scheme, host and port, as they are written.
    public var origin: String { "\(scheme.rawValue)://\(authority)" }

    /// Whether two URLs lead to the same server: a port that goes without saying may be written or not.
    func hasServer(of other: RemoteURL) -> Bool {
        scheme == other.scheme && host.lowercased() == other.host.lowercased()
            && (port ?? scheme.usualPort) == (other.port ?? scheme.usualPort)
    }

    /// Whether a server may take the path for another one than it begins with: `..` leads up, written as it may be.
    var hasParentElement: Bool {
        let plain = path.lowercased().replacing("%2e", with: ".").replacing("%2f", with: "/")
            .replacing("%5c", with: "\\")
        return plain.split(whereSeparator: { $0 == "/" || $0 == "\\" }).contains("..")
    }

    /// The URL that an HTTP client is given; the credential travels apart from it.
    public func location(_ suffix: String, query added: String? = nil) -> String {
        let trimmed = path.hasSuffix("/") ? String(path.dropLast()) : path
        let queries = [query, added].compactMap { $0 }.joined(separator: "&")
        return origin + trimmed + suffix + (queries.isEmpty ? "" : "?" + queries)
    }

    /// Shows nothing more than `description`, to whoever dumps it.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }

    private var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(name):\($0)" } ?? name
    }
}

extension RemoteURL.Scheme {
    /// The port that goes without saying; nil on this machine.
    fileprivate var usualPort: Int? {
        switch self {
        case .http: 80
        case .https: 443
        case .ssh: 22
        case .file: nil
        }
    }
}
