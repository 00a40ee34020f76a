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
    /// The path: as it stands in the URL for http(s), decoded for ssh and file.
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
        self.path = path
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

    /// Scheme, host and port, for comparing where two URLs lead.
    public var origin: String { "\(scheme.rawValue)://\(authority)" }

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
