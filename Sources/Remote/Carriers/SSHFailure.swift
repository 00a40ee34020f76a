internal import Posix

/// What the ssh program wrote to standard error, sorted: what it says to us, and which host key it was shown.
struct SSHReport {
    /// What a person should read: the lines that are not ssh's own tracing.
    var message = ""
    /// The key that the server offered, such as `ssh-ed25519 SHA256:…`.
    var offeredKey: String?
    private var text = ""

    init(_ errorOutput: String) {
        text = errorOutput
        var lines: [Substring] = []
        for line in errorOutput.split(whereSeparator: \.isNewline) {
            if let range = line.firstRange(of: "Server host key: ") { offeredKey = String(line[range.upperBound...]) }
            let isTrace = ["debug1:", "OpenSSH_", "Authenticated to", "Transferred:", "Bytes per second"]
                .contains { line.hasPrefix($0) }
            let isFrame = line.allSatisfy { $0 == "@" || $0 == " " }
            if !isTrace && !isFrame { lines.append(line) }
        }
        // The last lines carry the reason; a server's greeting may stand before them.
        message = lines.suffix(6).map { trimmed($0) }.joined(separator: "; ")
    }

    /// Says what went wrong in terms of what the person can do.
    func error(_ operation: String, _ url: RemoteURL, settings: SSHSettings, knownKeys: [String]) -> RemoteError {
        if text.contains("HOST IDENTIFICATION HAS CHANGED") || text.contains("Host key verification failed")
            || text.contains("host key is known for")
        {
            return hostKeyError(operation, url, settings: settings, knownKeys: knownKeys)
        }
        if text.contains("Permission denied") || text.contains("Too many authentication failures") {
            let keys =
                settings.keyFiles.isEmpty ? "no key was given" : "offered: " + settings.keyFiles.joined(separator: ", ")
            return RemoteError(
                .authentication, operation, "the server rejected our key (\(keys))",
                hint: "check --ssh-key-file, and that its public half may read \(url.path)")
        }
        if text.contains("UNPROTECTED PRIVATE KEY FILE") || text.contains("bad permissions") {
            return RemoteError(
                .authentication, operation, "ssh refuses a private key that others can read: \(message)",
                hint: "give the key file mode 0400 (Kubernetes: defaultMode 0400 and fsGroup)")
        }
        if text.contains("No user exists for uid") {
            return RemoteError(
                .configuration, operation, "ssh needs an entry in /etc/passwd for our user", hint: "use --add-user")
        }
        if text.contains("Could not resolve hostname") || text.contains("Connection refused")
            || text.contains("No route to host") || text.contains("Network is unreachable")
        {
            return RemoteError(.unreachable, operation, message)
        }
        if text.contains("timed out") {
            return RemoteError(.timeout, operation, message)
        }
        if text.contains("no matching") {
            return RemoteError(
                .identity, operation, message, hint: "the server and this ssh have no algorithm in common")
        }
        if text.contains("does not appear to be a git repository") || text.contains("epository not found")
            || text.contains("not found")
        {
            return RemoteError(
                .notFound, operation, message, hint: "check the path in --repo, and that our key may read it")
        }
        return RemoteError(.server, operation, message.isEmpty ? "ssh ended without a reason" : message)
    }

    private func hostKeyError(
        _ operation: String, _ url: RemoteURL, settings: SSHSettings, knownKeys: [String]
    ) -> RemoteError {
        var file = "no file"
        if case .knownHosts(let path) = settings.hostKeys { file = path }
        let offered = offeredKey ?? "a key that ssh did not name"
        if knownKeys.isEmpty {
            return RemoteError(
                .identity, operation,
                "the host key of \(url.host) is not known: it offered \(offered), \(file) has none for it",
                hint: "when that fingerprint is right, add the host to --ssh-known-hosts-file")
        }
        return RemoteError(
            .identity, operation,
            "the host key of \(url.host) has changed: it offered \(offered), \(file) has \(knownKeys.joined(separator: ", "))",
            hint: "somebody may be between us and the server; when the change is right, replace the entry")
    }
}

private func trimmed(_ line: Substring) -> String {
    var rest = line
    while rest.last?.isWhitespace == true { rest = rest.dropLast() }
    return String(rest)
}
