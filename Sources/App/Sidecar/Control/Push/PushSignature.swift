internal import Crypto
internal import Figures
internal import HTTPServer
internal import Posix

/// How a forge shows that a delivery comes from it.
enum PushSignature {
    /// Whether the delivery carries a proof that one of the secrets is known to its sender.
    static func isValid(_ request: Request, _ secrets: [Secret]) -> Bool {
        // The forges that speak several dialects at once sign in each of them.
        let codes = codes(of: request)
        let token = request.header("X-Gitlab-Token")
        guard !codes.isEmpty || token != nil else { return false }
        return secrets.contains { secret in
            let key = Array(secret.exposed.utf8)
            if let token, constantTimeEqual(Array(token.utf8), key) { return true }
            guard !codes.isEmpty else { return false }
            let expected = HMACSHA256.code(of: request.body, key: key)
            return codes.contains { constantTimeEqual($0, expected) }
        }
    }

    private static func codes(of request: Request) -> [[UInt8]] {
        // GitHub; Bitbucket, whose header has the name of GitHub's old one.
        let prefixed = ["X-Hub-Signature-256", "X-Hub-Signature"].compactMap { name -> [UInt8]? in
            guard let value = request.header(name), value.hasPrefix("sha256=") else { return nil }
            return Hexadecimal.bytes(value.dropFirst("sha256=".count))
        }
        let plain = ["X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature"].compactMap { name in
            request.header(name).flatMap { Hexadecimal.bytes($0) }
        }
        return prefixed + plain
    }
}
