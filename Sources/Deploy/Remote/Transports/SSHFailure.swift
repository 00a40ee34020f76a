internal import GitProtocol
internal import Posix

/// What the ssh program wrote to standard error, sorted: what it says to us, how far it came, which host key it was shown.
struct SSHReport {
    /// What a person should read: the last lines that are not ssh's own tracing.
    let message: String
    /// What ssh was waiting for when it wrote its last line; nil when it does not trace, as other programs do not.
    let state: String?
    private let text: String
    private let lines: [Substring]

    init(_ errorOutput: String) {
        text = errorOutput
        let isTrace = [
            "debug1:", "OpenSSH_", "Authenticated to", "Transferred:", "Bytes per second", "Warning: Permanently added",
        ]
        lines = SSHReport.withoutInterruptions(errorOutput).split(whereSeparator: \.isNewline).filter { line in
            let isFrame = line.allSatisfy { $0 == "@" || $0 == " " }
            return !isFrame && !isTrace.contains { line.hasPrefix($0) }
        }
        // The last lines carry the reason; a server's greeting may stand before them.
        message = printed(lines.suffix(6))
        state = SSHReport.state(errorOutput)
    }

    /// Whether ssh ended because of the server's key.
    var isAboutHostKey: Bool {
        says("HOST IDENTIFICATION HAS CHANGED", "Host key verification failed", "host key is known for")
    }

    /// Says what went wrong in terms of what the person can do.
    func error(_ operation: String, _ url: RemoteURL, settings: SSHSettings) -> RemoteError {
        if says("Permission denied", "Too many authentication failures") {
            return keyError(operation, url, settings: settings)
        }
        if says("No user exists for uid") {
            return RemoteError(
                .configuration, operation, "ssh needs an entry in /etc/passwd for our user", hint: "use --add-user")
        }
        if says("Could not resolve hostname") {
            return RemoteError(.unreachable, operation, message, hint: RemoteError.unknownHostHint)
        }
        if says("Connection refused") {
            return RemoteError(.unreachable, operation, message, hint: RemoteError.refusedHint)
        }
        if says("No route to host", "Network is unreachable") {
            return RemoteError(.unreachable, operation, message)
        }
        if says("timed out") { return RemoteError(.timeout, operation, message) }
        if says("no matching", "Unable to negotiate") {
            return RemoteError(
                .identity, operation, message,
                hint: "the server and this ssh have no algorithm in common: update the server, "
                    + "or allow what it offers, for example --git-config='core.sshCommand:ssh -o KexAlgorithms=+NAME'")
        }
        if says("upload-pack: not found", "upload-pack: command not found") {
            return RemoteError(.server, operation, message, hint: "install git on the server")
        }
        if says("does not appear to be a git repository", "epository not found", "not found", "does not exist") {
            return RemoteError(
                .notFound, operation, message, hint: "check the path in --repo, and that our key may read it")
        }
        return RemoteError(.server, operation, message)
    }

    /// Says which key the server offered, which ones we know, and what that means.
    func hostKeyError(
        _ operation: String, _ url: RemoteURL, settings: SSHSettings, knownKeys: [String]
    ) -> RemoteError {
        var file = "no file"
        if case .knownHosts(let path) = settings.hostKeys { file = path }
        let offered = offeredKey ?? "a key that ssh did not name"
        if knownKeys.isEmpty {
            return RemoteError(
                .identity, operation,
                "the host key of \(url.host) is not known: it offered \(offered), \(file) has none for it",
                hint: (settings.lacksKnownHosts ? "there is no such file yet: " : "")
                    + "when that fingerprint is right, add the host to --ssh-known-hosts-file")
        }
        return RemoteError(
            .identity, operation,
            "the host key of \(url.host) has changed: it offered \(offered), \(file) has \(knownKeys.joined(separator: ", "))",
            hint: "somebody may be between us and the server; when the change is right, replace the entry")
    }

    private func keyError(_ operation: String, _ url: RemoteURL, settings: SSHSettings) -> RemoteError {
        if says("UNPROTECTED PRIVATE KEY FILE", "bad permissions") {
            return RemoteError(
                .authentication, operation,
                "ssh does not use a private key that others can read (\(settings.keyFiles.joined(separator: ", ")))",
                hint: """
                    it refuses them when its own user is their owner: give the file mode 0400 or another owner \
                    (Kubernetes: as root defaultMode 0400 without fsGroup, as another user with fsGroup)
                    """)
        }
        let complaints = lines.filter { $0.hasPrefix("Load key ") || $0.contains("not accessible") }
        if !complaints.isEmpty {
            return RemoteError(
                .authentication, operation, "ssh cannot use our key: \(printed(complaints[...]))",
                hint: "check --ssh-key-file: it must be a private key without a passphrase")
        }
        if settings.presentKeyFiles.isEmpty, settings.command == nil {
            return RemoteError(
                .authentication, operation, "the server asks for a key and none is configured: \(message)",
                hint: "give --ssh-key-file")
        }
        let keys = settings.keyFiles.isEmpty ? "" : " (\(settings.keyFiles.joined(separator: ", ")))"
        return RemoteError(
            .authentication, operation, "the server rejected our key\(keys): \(message)",
            hint: "add its public half to the server, with leave to read \(url.path)")
    }

    /// The text without ssh's tracing in the middle of a line that the server wrote in two pieces.
    private static func withoutInterruptions(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let trace = rest.firstRange(of: "debug1: ") {
            let before = rest[..<trace.lowerBound]
            result += before
            let isInterruption = before.last.map { !$0.isNewline } ?? false
            let end = rest[trace.upperBound...].firstIndex { $0.isNewline } ?? rest.endIndex
            if !isInterruption { result += rest[trace.lowerBound..<end] }
            rest = rest[end...]
            if isInterruption { rest = rest.dropFirst() }
        }
        return result + rest
    }

    private var offeredKey: String? {
        text.split(whereSeparator: \.isNewline).lazy.compactMap { line in
            line.firstRange(of: "Server host key: ").map { String(line[$0.upperBound...]) }
        }.first
    }

    private func says(_ phrases: String...) -> Bool {
        phrases.contains { text.contains($0) }
    }

    private static func state(_ text: String) -> String? {
        guard text.contains("debug1: ") else { return nil }
        if !text.contains("Connection established") { return "nobody accepted a connection" }
        if !text.contains("Remote protocol version") { return "the server accepted the connection and said nothing" }
        if !text.contains("Authenticated to") { return "the login was not finished" }
        return "git on the server did not answer"
    }
}

/// Lines as one, fit for a log, without what their ends carry.
private func printed(_ lines: ArraySlice<Substring>) -> String {
    let text = lines.map { line in
        var rest = line
        while rest.last?.isWhitespace == true || rest.last == "." { rest = rest.dropLast() }
        return String(rest)
    }.joined(separator: "; ")
    return printableText(Array(text.utf8).span, limit: 600)
}

extension SSHSettings {
    fileprivate var lacksKnownHosts: Bool {
        guard case .knownHosts(let file) = hostKeys else { return false }
        // A file that cannot be looked at is another matter, of which ssh speaks.
        return (try? Files.statusIfPresent(file, followingLinks: true)) == .some(nil)
    }
}
