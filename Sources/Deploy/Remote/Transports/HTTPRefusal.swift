internal import GitProtocol
internal import HTTPClient
internal import Posix

/// An HTTP answer whose status is not 200, and what it means for a git repository.
struct HTTPRefusal {
    private let head: HTTPResponseHead
    private let words: String
    private let title: String
    private let credential: Credential?
    private let url: RemoteURL

    /// An answer to a request for a repository that has this credential.
    init(_ head: HTTPResponseHead, words: [UInt8], credential: Credential?, of url: RemoteURL) {
        self.head = head
        self.credential = credential
        self.url = url
        // Git servers explain a refusal in plain text; of a web page only the title is of any use here.
        let type = head.headers.value("Content-Type")?.lowercased() ?? ""
        self.words = type.hasPrefix("text/plain") ? printableText(words.span, limit: 300) : ""
        title = type.hasPrefix("text/html") ? HTTPRefusal.title(of: words, status: head.status) : ""
    }

    /// The title of a web page, without the status that it often begins with.
    private static func title(of page: [UInt8], status: Int) -> String {
        let text = String(decoding: page, as: UTF8.self)
        guard let start = text.firstRange(of: "<title>"), let end = text.firstRange(of: "</title>"),
            start.upperBound <= end.lowerBound
        else { return "" }
        let title = printableText(Array(text[start.upperBound..<end.lowerBound].utf8).span, limit: 100)
        return title.hasPrefix("\(status) ") ? String(title.dropFirst("\(status) ".count)) : title
    }

    private var slowDown: String { "raise --period, or let the server announce pushes (--push-secret-file)" }

    func error(_ operation: String) -> RemoteError {
        let said = words.isEmpty ? "" : ": \(words)"
        switch head.status {
        case 401:
            guard let credential else {
                return RemoteError(
                    .authentication, operation, "the server asks for a credential and none is configured (401)\(said)",
                    hint: "give --username with --password-file, or --credential")
            }
            if let server = HTTPOrigin(head.url), server != HTTPOrigin(url.origin) {
                return RemoteError(
                    .authentication, operation,
                    "\(server), where we were redirected to, asks for a credential; that of \(url.origin) is not sent"
                        + " there (401)\(said)",
                    hint: "give the address that it redirects to as --repo")
            }
            let schemes = head.headers.values("WWW-Authenticate").map { $0.lowercased() }
            if !schemes.isEmpty, !schemes.contains(where: { $0.contains("basic") }) {
                return RemoteError(
                    .authentication, operation,
                    "the server takes no user and password, which is all that it was sent (401)\(said)",
                    hint: schemes.contains { $0.contains("bearer") }
                        ? "give it a token with --git-config='http.extraHeader:Authorization: Bearer TOKEN'"
                        : "have it accept Basic authentication for this repository, or use ssh")
            }
            let user =
                credential.username.isEmpty || credential.password.exposed.isEmpty ? "" : " of \(credential.username)"
            return RemoteError(
                .authentication, operation, "the server rejected the credential\(user) (401)\(said)",
                hint: "check the password or token: it may have expired or been revoked")
        case 403:
            // Some hosts answer so to who asks too often, and say when to come back.
            if let retryAfter = head.retryAfter {
                return RemoteError(
                    .rateLimited, operation, "the server refuses access for now (403)\(said)", hint: slowDown,
                    retryAfter: retryAfter)
            }
            return RemoteError(
                .forbidden, operation, "the server refuses access (403)\(said)",
                hint: credential == nil
                    ? "it may want a credential: give --username with --password-file, or --credential"
                    : "the credential is known but may not read this repository")
        case 404:
            return RemoteError(
                .notFound, operation, "there is no such repository (404)\(said)",
                hint: credential == nil
                    ? "check --repo; servers also say so when a credential is missing"
                    : "check --repo; servers also say so when the credential may not read it")
        case 407:
            return RemoteError(
                .authentication, operation, "the proxy asks for a credential (407)",
                hint: "give the proxy's URL a user and a password that it accepts")
        case 429:
            return RemoteError(
                .rateLimited, operation, "the server asks us to slow down (429)\(said)",
                hint: slowDown, retryAfter: head.retryAfter)
        case 500...599:
            return RemoteError(
                .server, operation, "the server failed with status \(head.status)\(said)", retryAfter: head.retryAfter)
        case 300...399:
            return RemoteError(
                .server, operation, "the server redirects us in the middle of a conversation (\(head.status))\(said)",
                hint: "give the address that it redirects to as --repo")
        default:
            let said = words.isEmpty && !title.isEmpty ? ": \(title)" : said
            let message = "the server answered with status \(head.status)\(said)"
            // So does nginx say it, inside HTTP, long after the handshake.
            guard head.status == 400, said.contains("SSL certificate") else {
                return RemoteError(.server, operation, message)
            }
            return RemoteError(.identity, operation, message, hint: "set --tls-cert-file and --tls-key-file")
        }
    }
}
