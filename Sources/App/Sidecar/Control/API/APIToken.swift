internal import Crypto
internal import HTTPServer
internal import Posix
internal import Telemetry

/// The token that whoever changes something over a port has to know; it is read anew each time, so that it can be changed.
final class APIToken: Sendable {
    private let file: String?
    private let log: QuietLog
    private let failures: RateLimit

    init(file: String?, log: QuietLog, failures: RateLimit = RateLimit(burst: 30, perSecond: 1)) {
        self.file = file
        self.log = log
        self.failures = failures
    }

    /// Throws unless the request has the token.
    func check(_ request: Request) throws(APIError) {
        guard let file else {
            log.warning(
                "API request refused: no token is configured",
                ["peer": "\(request.peer)", "path": .text(String(request.path.prefix(100)))])
            throw APIError(
                403, "this is not allowed over the network: no token is configured",
                hint: "set --api-token-file, or use the socket file in the root")
        }
        let token = try read(file)
        // Compared before anything is counted, so that nobody without the token can lock out those who have it.
        if let given = APIToken.given(request), constantTimeEqual(given, token) { return }
        guard failures.allows() else { throw APIError(429, "too many requests without a valid token") }
        log.warning(
            "API request refused: no valid token",
            ["peer": "\(request.peer)", "path": .text(String(request.path.prefix(100)))])
        throw APIError(
            401, "the token is missing or wrong", hint: "send the content of --api-token-file as Authorization: Bearer")
    }

    private func read(_ file: String) throws(APIError) -> [UInt8] {
        let problem: String
        do throws(SystemError) {
            let secret = try Secret.read(file)
            let token = trimmed(secret.exposed.utf8[...])
            // Everybody knows the empty text.
            if !token.isEmpty { return token }
            problem = "it is empty"
        } catch {
            problem = "\(error)"
        }
        log.warning(
            "the API token cannot be used, so nothing can be changed", ["file": "\(file)", "error": "\(problem)"])
        throw APIError(503, "the token that requests are compared with cannot be read")
    }

    private static func given(_ request: Request) -> [UInt8]? {
        guard let field = request.header("Authorization") else { return nil }
        let words = field.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return trimmed(words[1].utf8)
    }
}

/// A text without the spaces and line ends around it.
private func trimmed(_ text: Substring.UTF8View) -> [UInt8] {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    var rest = text.drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    return Array(rest)
}
