public import HTTPClient
public import Posix

/// Somebody who is asked for a credential while we run, such as a service of the pod or GitHub.
///
/// What it gave holds for one attempt, however many requests that makes; whether it is asked again at the next is its
/// own affair. Safe to use from several threads.
public protocol CredentialService: AnyObject, Sendable {
    /// The credential for the attempt that runs.
    func credential(_ deadline: Deadline) throws(RemoteError) -> Credential

    /// Learns that the server rejected the credential; says whether asking for another one makes sense in this attempt.
    func isWorthAnother() -> Bool

    /// Learns that the attempt is over.
    func endAttempt()
}

/// How asking for a credential ended, under the names that dashboards know.
public enum CredentialOutcome: String, Sendable {
    /// There is one.
    case success
    /// There is none.
    case error
}

extension HTTPConfiguration {
    /// The same ways and trust for a service beside the repository's server: without what that one is shown, even where
    /// both are one, and without a proxy where the service is on this machine.
    public func forService(at host: String) -> HTTPConfiguration {
        let isHere = host == "localhost" || host == "::1" || host.hasPrefix("127.")
        return HTTPConfiguration(userAgent: userAgent, tls: tls, proxy: isHere ? .none : proxy)
    }
}

extension HTTPRequest {
    /// Sends a request that is the only one to its server for a long time, and collects the answer.
    func ask(
        _ configuration: HTTPConfiguration, _ deadline: Deadline
    ) throws(TransferError) -> (response: HTTPResponse, body: [UInt8]) {
        try HTTPClient(configuration).fetch(
            self, limit: 64 * 1024, deadline: deadline, idle: .seconds(10), connect: .seconds(10))
    }
}
