internal import GitProtocol
internal import HTTPClient
internal import Posix

/// An HTTP answer whose status is not 200, and what it means for a git repository.
struct HTTPRefusal {
    private let head: HTTPResponseHead
    private let words: String
    private let credential: Credential?

    init(_ head: HTTPResponseHead, words: [UInt8], credential: Credential?) {
        self.head = head
        self.credential = credential
        // Git servers explain a refusal in plain text; an HTML page explains nothing to anybody here.
        let isText = head.headers.value("Content-Type")?.lowercased().hasPrefix("text/plain") == true
        self.words = isText ? printableText(words.span, limit: 300) : ""
    }

    func error(_ operation: String) -> RemoteError {
        let said = words.isEmpty ? "" : ": \(words)"
        switch head.status {
        case 401:
            guard let credential else {
                return RemoteError(
                    .authentication, operation, "the server asks for a credential and none is configured (401)\(said)",
                    hint: "give --username with --password-file, or --credential")
            }
            let user =
                credential.username.isEmpty || credential.password.exposed.isEmpty ? "" : " of \(credential.username)"
            return RemoteError(
                .authentication, operation, "the server rejected the credential\(user) (401)\(said)",
                hint: "check the password or token: it may have expired or been revoked")
        case 403:
            return RemoteError(
                .forbidden, operation, "the server refuses access (403)\(said)",
                hint: "the credential is known but may not read this repository")
        case 404:
            return RemoteError(
                .notFound, operation, "there is no such repository (404)\(said)",
                hint: credential == nil
                    ? "check --repo; servers also say so when a credential is missing"
                    : "check --repo; servers also say so when the credential may not read it")
        case 407:
            return RemoteError(.authentication, operation, "the proxy asks for a credential (407)")
        case 429:
            return RemoteError(
                .rateLimited, operation, "the server asks us to slow down (429)\(said)",
                hint: "raise --period, or let the server call --push-secret-file's webhook", retryAfter: head.retryAfter
            )
        case 500...599:
            return RemoteError(
                .server, operation, "the server failed with status \(head.status)\(said)", retryAfter: head.retryAfter)
        default:
            return RemoteError(.server, operation, "the server answered with status \(head.status)\(said)")
        }
    }
}
