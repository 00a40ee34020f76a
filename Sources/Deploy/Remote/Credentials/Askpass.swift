public import HTTPClient
public import Posix

/// A service that answers with user and password, one `name=value` a line; asked once per attempt.
public final class Askpass: CredentialService {
    private let url: Secret
    private let shown: String
    private let http: HTTPConfiguration
    private let observe: @Sendable (CredentialOutcome) -> Void
    private let answer = Locked<Credential?>(nil)

    /// A service that has not been asked yet.
    ///
    /// - Parameters:
    ///   - url: where it is; a user and a password in it are for the service itself.
    ///   - http: how the repository is reached; what is meant for its server alone is left out.
    ///   - observe: is told how each call ended.
    /// - Throws: when the address cannot be used.
    public init(
        _ url: Secret, _ http: HTTPConfiguration, observe: @escaping @Sendable (CredentialOutcome) -> Void = { _ in }
    ) throws(InvalidURL) {
        self.url = url
        shown = redactedURL(url.exposed)
        self.http = http.forService(at: try RemoteURL(parsing: url.exposed).host)
        self.observe = observe
    }

    /// What the service said in this attempt; asks it first when it was not asked yet.
    public func credential(_ deadline: Deadline) throws(RemoteError) -> Credential {
        try answer.withLock { (answer) throws(RemoteError) in
            if let answer { return answer }
            do throws(RemoteError) {
                let fresh = try ask(deadline)
                answer = fresh
                observe(.success)
                return fresh
            } catch {
                observe(.error)
                throw error
            }
        }
    }

    /// Never: the service has just been asked.
    public func isWorthAnother() -> Bool { false }

    /// Forgets what the service said.
    public func endAttempt() {
        answer.withLock { $0 = nil }
    }

    private func ask(_ deadline: Deadline) throws(RemoteError) -> Credential {
        let operation = "ask for the credential at \(shown)"
        let (response, body) = try RemoteError.during(operation) {
            try HTTPRequest(url.exposed).ask(http, deadline.capped(at: .seconds(30)))
        }
        guard response.status == 200 else {
            throw RemoteError(
                .authentication, operation, "the service answered with status \(response.status)",
                hint: "check --askpass-url", retryAfter: response.head.retryAfter)
        }
        var (username, password) = ("", "")
        for line in body.split(separator: UInt8(ascii: "\n")) {
            let (name, value) = String(decoding: line, as: UTF8.self).split(around: "=") ?? ("", "")
            let text = value.hasSuffix("\r") ? String(value.dropLast()) : value
            switch name {
            case "username": username = text
            case "password": password = text
            default: break
            }
        }
        guard !password.isEmpty else {
            throw RemoteError(
                .authentication, operation, "the answer has no line 'password=...'",
                hint: "it needs the lines 'username=...' and 'password=...'")
        }
        return Credential(username: username, password: Secret(password))
    }
}
