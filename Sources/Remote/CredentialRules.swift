public import Posix

/// A user name and a password for one server.
public struct Credential: Sendable, Equatable {
    /// The user's name; empty where the password is a token that needs none.
    public let username: String
    /// The password or token.
    public let password: Secret

    /// Pairs a user with a password.
    public init(username: String, password: Secret) {
        self.username = username
        self.password = password
    }
}

/// Where a password comes from.
public enum PasswordSource: Sendable, Equatable {
    /// Given once, at start.
    case value(Secret)
    /// A file that is read again at each attempt, so that a rotated password needs no restart.
    case file(String)

    func read(for username: String) throws(RemoteError) -> Credential {
        switch self {
        case .value(let secret): return Credential(username: username, password: secret)
        case .file(let path):
            let operation = "read the password file \(path)"
            var text: String
            do {
                text = String(decoding: try Files.read(path, limit: 64 * 1024), as: UTF8.self)
            } catch {
                throw RemoteError(.configuration, operation, SystemError.text(of: error.code))
            }
            while text.last?.isNewline == true { text.removeLast() }
            // A file that is being rewritten may be empty for a moment: that fails this attempt only.
            if text.isEmpty { throw RemoteError(.configuration, operation, "it is empty") }
            return Credential(username: username, password: Secret(text))
        }
    }
}

/// Which credential goes to which server: the longest matching address wins.
public struct CredentialRules: Sendable {
    /// A credential, and the addresses that it is for.
    public struct Rule: Sendable {
        let prefix: RemoteURL
        let username: String
        let password: PasswordSource

        /// Says that addresses below `prefix` (same scheme, host and port; path by whole elements) take this credential.
        public init(prefix: RemoteURL, username: String, password: PasswordSource) {
            self.prefix = prefix
            self.username = username
            self.password = password
        }

        func matches(_ url: RemoteURL) -> Bool {
            guard prefix.origin == url.origin else { return false }
            let wanted = prefix.path.split(separator: "/")
            return url.path.split(separator: "/").starts(with: wanted)
        }
    }

    private let rules: [Rule]

    /// Collects the rules; their order does not matter, save that of two equally long ones the later wins.
    public init(_ rules: [Rule]) {
        self.rules = rules
    }

    /// The credential for an address: its own user and password, else the longest rule that matches; nil without one.
    public func credential(for url: RemoteURL) throws(RemoteError) -> Credential? {
        if let password = url.password { return Credential(username: url.user ?? "", password: password) }
        let rule =
            rules
            .filter { $0.matches(url) && (url.user == nil || $0.username == url.user) }
            .max { $0.prefix.path.split(separator: "/").count < $1.prefix.path.split(separator: "/").count }
        if let rule { return try rule.password.read(for: rule.username) }
        // A lone user in an http URL is how tokens are often given: https://TOKEN@host/path.
        return url.user.map { Credential(username: $0, password: Secret("")) }
    }
}
