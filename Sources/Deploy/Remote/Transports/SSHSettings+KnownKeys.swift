public import Posix

extension SSHSettings {
    /// The keys that the known hosts file has for a server, as kind and fingerprint, for comparing with what it offers.
    public func knownKeys(of url: RemoteURL, _ deadline: Deadline) -> [String] {
        guard case .knownHosts(let file) = hostKeys else { return [] }
        let host = url.port.map { $0 == 22 ? url.host : "[\(url.host)]:\($0)" } ?? url.host
        let command = Command("ssh-keygen", ["-l", "-F", host, "-f", file], environment: environment)
        // They are for people: without them a message says less, and still says what is wrong.
        guard let result = try? runCommand(command, deadline: deadline.capped(at: .seconds(2))), result.isSuccess else {
            return []
        }
        return result.output.text.split(whereSeparator: \.isNewline).compactMap { line in
            // "host ED25519 SHA256:…", below a comment that says where it was found.
            let words = line.split(separator: " ")
            return line.hasPrefix("#") || words.count < 3 ? nil : words[1...2].joined(separator: " ")
        }
    }
}
