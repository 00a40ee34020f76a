internal import Crypto
internal import Figures
internal import HTTPServer
internal import Posix
internal import Telemetry

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

/// The secrets that forges share with us, one in each file; they are read anew each time, so that they can be changed.
struct PushSecrets: Sendable {
    let files: [String]
    let log: QuietLog

    /// The secrets that can be read now.
    ///
    /// An empty file has none: everybody knows the empty text.
    func current() -> [Secret] {
        files.compactMap { file in
            do throws(SystemError) {
                let secret = try Secret.read(file)
                if !secret.exposed.isEmpty { return secret }
                log.warning("a push secret is empty and is not used", ["file": "\(file)"])
            } catch {
                log.warning("a push secret cannot be read", ["file": "\(file)", "error": "\(error)"])
            }
            return nil
        }
    }
}
