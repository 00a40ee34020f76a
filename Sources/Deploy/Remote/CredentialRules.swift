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
        enum Source: Sendable {
            case password(username: String, PasswordSource)
            case service(any CredentialService, of: RemoteURL)
        }

        let prefix: RemoteURL
        let source: Source

        /// Says that addresses below `prefix` (same scheme, host and port; path by whole elements) take this credential.
        public init(prefix: RemoteURL, username: String, password: PasswordSource) {
            self.prefix = prefix
            source = .password(username: username, password)
        }

        /// Says that the server of a repository, for this one and others, takes what a service answers.
        ///
        /// The repository's attempts are those of the service.
        public init(_ service: any CredentialService, for repository: RemoteURL) {
            prefix = RemoteURL(scheme: repository.scheme, host: repository.host, port: repository.port, path: "")
            source = .service(service, of: repository)
        }

        fileprivate func isFor(_ user: String?) -> Bool {
            guard let user, case .password(let username, _) = source else { return true }
            return username == user
        }

        fileprivate var length: Int { prefix.path.split(separator: "/").count }

        func matches(_ url: RemoteURL) -> Bool {
            guard prefix.hasServer(of: url) else { return false }
            let wanted = prefix.path.split(separator: "/")
            // What is for one directory of a server must not open another through it.
            if !wanted.isEmpty, url.hasParentElement { return false }
            return url.path.split(separator: "/").starts(with: wanted)
        }
    }

    private let rules: [Rule]

    /// Collects the rules; their order does not matter, save that of two equally long ones the later wins.
    public init(_ rules: [Rule]) {
        self.rules = rules
    }

    /// The credential for an address: its own user and password, else the longest rule that matches; nil without one.
    public func credential(for url: RemoteURL, _ deadline: Deadline) throws(RemoteError) -> Credential? {
        if let password = url.password { return Credential(username: url.user ?? "", password: password) }
        switch rule(for: url)?.source {
        case .password(let username, let password): return try password.read(for: username)
        case .service(let service, _): return try service.credential(deadline)
        // A lone user in an http URL is how tokens are often given: https://TOKEN@host/path.
        case nil: return url.user.map { Credential(username: $0, password: Secret("")) }
        }
    }

    /// Whether another credential can be had for an address whose server has rejected the one that it was sent.
    func isWorthAnother(for url: RemoteURL) -> Bool {
        guard url.password == nil, case .service(let service, _) = rule(for: url)?.source else { return false }
        return service.isWorthAnother()
    }

    /// Says that an attempt is over, after which services may be asked anew.
    func endAttempt(for url: RemoteURL) {
        // A submodule on the same server is a part of its repository's attempt.
        guard case .service(let service, let repository) = rule(for: url)?.source, repository == url else { return }
        service.endAttempt()
    }

    private func rule(for url: RemoteURL) -> Rule? {
        var best: Rule?
        for rule in rules where rule.matches(url) && rule.isFor(url.user) {
            // Of equally long ones the later wins.
            if let best, best.length > rule.length { continue }
            best = rule
        }
        return best
    }
}
