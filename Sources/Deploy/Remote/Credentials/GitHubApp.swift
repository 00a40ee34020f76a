internal import Crypto
internal import GitProtocol
public import HTTPClient
internal import JSON
public import Posix

/// An installation of a GitHub App, whose tokens are made from the App's private key and renewed before they end.
public final class GitHubApp: CredentialService {
    /// What the App and its installation are known by.
    public struct Identity: Sendable {
        /// Where the private key comes from, in PEM; a file is read again for each token.
        public var key: PasswordSource
        /// The App's client ID or application ID.
        public var issuer: String
        /// The installation's ID.
        public var installation: Int
        /// The address of the API, or of a GitHub Enterprise server; nil for github.com.
        public var baseURL: Secret?

        /// Collects what is needed.
        public init(key: PasswordSource, issuer: String, installation: Int, baseURL: Secret? = nil) {
            self.key = key
            self.issuer = issuer
            self.installation = installation
            self.baseURL = baseURL
        }
    }

    private struct State {
        var token: Secret?
        var end = ContinuousClock.now
        // A token that was made in this attempt and is rejected would not be better made once more.
        var isOfThisAttempt = false
    }

    private let identity: Identity
    private let url: String
    private let http: HTTPConfiguration
    private let observe: @Sendable (CredentialOutcome) -> Void
    private let state = Locked(State())
    // GitHub's tokens hold for an hour: one that ends sooner than this is replaced.
    private let reserve = Duration.seconds(300)

    /// An installation for which no token has been made yet.
    ///
    /// - Parameters:
    ///   - identity: which one it is.
    ///   - http: how the repository is reached; what is meant for its server alone is left out.
    ///   - observe: is told how each making of a token ended.
    /// - Throws: when the API's address cannot be used.
    public init(
        _ identity: Identity, _ http: HTTPConfiguration,
        observe: @escaping @Sendable (CredentialOutcome) -> Void = { _ in }
    ) throws(InvalidURL) {
        let base = try GitHubApp.api(identity.baseURL?.exposed)
        self.identity = identity
        self.observe = observe
        self.http = http.forService(at: base.host)
        url = base.location("/app/installations/\(identity.installation)/access_tokens")
    }

    /// The API's address: GitHub Enterprise has it below the server's own.
    static func api(_ given: String?) throws(InvalidURL) -> RemoteURL {
        let url = try RemoteURL(parsing: given ?? "https://api.github.com")
        if url.host == "github.com" { return try RemoteURL(parsing: "https://api.github.com") }
        let isServer = url.path.allSatisfy { $0 == "/" } && !url.host.hasPrefix("api.")
        return isServer ? try RemoteURL(parsing: url.origin + "/api/v3") : url
    }

    /// The token as a password; makes one first when there is none that holds long enough.
    public func credential(_ deadline: Deadline) throws(RemoteError) -> Credential {
        try state.withLock { (state) throws(RemoteError) in
            let left = ContinuousClock.now.duration(to: state.end)
            if let token = state.token, left > reserve || (state.isOfThisAttempt && left > .zero) {
                return GitHubApp.credential(token)
            }
            do throws(RemoteError) {
                let (token, lifetime) = try makeToken(deadline)
                state = State(token: token, end: .now.advanced(by: lifetime), isOfThisAttempt: true)
                observe(.success)
                return GitHubApp.credential(token)
            } catch {
                observe(.error)
                // The old one is good for a while yet, and GitHub may be there again before it ends.
                if let token = state.token, left > .zero { return GitHubApp.credential(token) }
                throw error
            }
        }
    }

    /// Once per attempt, unless the token was made in it.
    public func isWorthAnother() -> Bool {
        state.withLock { state in
            defer { state.token = nil }
            return !state.isOfThisAttempt
        }
    }

    /// Notes that the token is no longer a fresh one.
    public func endAttempt() {
        state.withLock { $0.isOfThisAttempt = false }
    }

    private static func credential(_ token: Secret) -> Credential {
        Credential(username: "x-access-token", password: token)
    }

    private func makeToken(_ deadline: Deadline) throws(RemoteError) -> (token: Secret, lifetime: Duration) {
        let operation = "get a token of the GitHub App at \(redactedURL(url))"
        let claim = try claim(at: .now(), operation)
        let request = HTTPRequest(
            url, method: "POST",
            headers: [
                HTTPHeader("Accept", "application/vnd.github+json"), HTTPHeader("X-GitHub-Api-Version", "2022-11-28"),
            ], credential: ForOrigin(.bearer(claim), serverOf: url), redirects: .none)
        let (response, body) = try RemoteError.during(operation) {
            try request.ask(http, deadline.capped(at: .seconds(30)))
        }
        let answer = try? JSONValue.read(String(decoding: body, as: UTF8.self))
        guard response.status == 201 else { throw refusal(operation, response.head, answer) }
        guard let token = answer?["token"]?.string, !token.isEmpty,
            let end = answer?["expires_at"]?.string.flatMap(Timestamp.init(rfc3339:))
        else {
            throw RemoteError(.malformed, operation, "the answer has no token with a time at which it ends")
        }
        // Bounded: dates have years of four digits. Counted by the server's clock, so that it does not matter when ours is wrong.
        let now = response.head.headers.value("Date").flatMap(Timestamp.init(httpDate:)) ?? .now()
        return (Secret(token), .seconds(end.seconds - now.seconds))
    }

    /// The JSON Web Token that shows GitHub that we have the App's key.
    func claim(at time: Timestamp, _ operation: String) throws(RemoteError) -> Secret {
        // A minute back because clocks differ; GitHub accepts no more than ten minutes ahead.
        let payload: JSONValue = [
            // Bounded: by our own clock.
            "iat": JSONValue(time.seconds - 60), "exp": JSONValue(time.seconds + 540),
            "iss": JSONValue(identity.issuer),
        ]
        let header: JSONValue = ["alg": "RS256", "typ": "JWT"]
        let message = [header, payload].map { Base64.urlText(Array($0.text.utf8)) }.joined(separator: ".")
        let pem = try identity.key.read(for: "").password
        do {
            let key = try RSAPrivateKey(pem: Array(pem.exposed.utf8))
            return Secret("\(message).\(Base64.urlText(try key.signature(of: Array(message.utf8))))")
        } catch {
            throw RemoteError(
                .configuration, operation, "the private key\(identity.key.place) cannot be used: \(error.message)",
                hint: error.hint)
        }
    }

    private func refusal(_ operation: String, _ head: HTTPResponseHead, _ answer: JSONValue?) -> RemoteError {
        let words = answer?["message"]?.string.map { ": \(printableText(Array($0.utf8).span, limit: 300))" } ?? ""
        switch head.status {
        case 401:
            let difference =
                head.headers.value("Date").flatMap(Timestamp.init(httpDate:))
                // Bounded: a date has a year of four digits.
                .map { abs($0.seconds - Timestamp.now().seconds) } ?? 0
            return RemoteError(
                .authentication, operation, "GitHub rejected the App's key or ID (401)\(words)",
                hint: difference > 60
                    ? "our clock and GitHub's differ by \(difference) s: set ours"
                    : "check --github-app-private-key-file, and the application or client ID")
        case 403 where head.retryAfter == nil:
            return RemoteError(
                .forbidden, operation, "GitHub refuses (403)\(words)", hint: "the installation may be suspended")
        case 404:
            return RemoteError(
                .notFound, operation, "there is no such installation of the App (404)\(words)",
                hint: "check --github-app-installation-id and --github-base-url")
        case 403, 429:
            return RemoteError(
                .rateLimited, operation, "GitHub asks us to slow down (\(head.status))\(words)",
                retryAfter: head.retryAfter)
        default:
            return RemoteError(
                .server, operation, "GitHub answered with status \(head.status)\(words)", retryAfter: head.retryAfter)
        }
    }
}

extension PasswordSource {
    fileprivate var place: String {
        switch self {
        case .value: ""
        case .file(let path): " \(path)"
        }
    }
}
