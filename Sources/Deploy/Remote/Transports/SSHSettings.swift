public import Posix

/// How the ssh program is run.
public struct SSHSettings: Sendable {
    /// Whether the server's key must be known.
    public enum HostKeys: Sendable, Equatable {
        /// It must stand in this file.
        case knownHosts(file: String)
        /// Any key is taken: somebody between us and the server is not noticed.
        case unchecked
    }

    /// The private keys to offer, in order; keys of an agent are offered when there are none.
    ///
    /// All are offered to every host, submodules' included; ssh reads them anew for each connection.
    public var keyFiles: [String]
    /// Whether keys that do not exist are passed over in silence, as those are that nobody asked for.
    public var keysMayBeMissing = false
    /// Whether the server's key must be known.
    public var hostKeys: HostKeys
    /// `core.sshCommand`: the program with its first arguments, in place of `ssh` and what we would add.
    public var command: String?
    /// The variables that the program gets; ours with secrets are not among them.
    public var environment: Environment

    /// Collects the settings.
    public init(
        keyFiles: [String] = [], hostKeys: HostKeys, command: String? = nil, environment: Environment
    ) {
        self.keyFiles = keyFiles
        self.hostKeys = hostKeys
        self.command = command
        self.environment = environment
    }
}

extension SSHSettings {
    /// The command that runs git's upload service at the other end.
    ///
    /// No shell runs at this end. At the other end the user's shell reads the path, which is quoted for it.
    func uploadCommand(for url: RemoteURL, connectTimeout: Duration) throws(RemoteError) -> Command {
        var words = try programWords()
        let program = words.removeFirst()
        var arguments = words
        // -v makes ssh say which host key it was shown; without that an unknown key could not be compared.
        arguments += ["-v", "-T", "-x", "-o", "BatchMode=yes"]
        arguments += ["-o", "ConnectTimeout=\(max(1, connectTimeout.components.seconds))"]
        arguments += ["-o", "SetEnv=GIT_PROTOCOL=version=2"]
        switch hostKeys {
        case .knownHosts(let file):
            arguments += ["-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile=\(configurationValue(file))"]
        case .unchecked:
            arguments += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
        }
        let keyFiles = presentKeyFiles
        if !keyFiles.isEmpty { arguments += ["-o", "IdentitiesOnly=yes"] }
        for file in keyFiles { arguments += ["-i", file] }
        if let port = url.port { arguments += ["-p", String(port)] }
        if let user = url.user { arguments += ["-l", user] }
        arguments += ["--", url.host, "git-upload-pack \(shellQuoted(url.path))"]
        return Command(program, arguments, environment: environment)
    }

    /// The keys to offer now.
    public var presentKeyFiles: [String] {
        // Of a file that cannot be looked at, ssh says why.
        keyFiles.filter { !keysMayBeMissing || (try? Files.statusIfPresent($0, followingLinks: true)) != .some(nil) }
    }

    private func programWords() throws(RemoteError) -> [String] {
        guard let command else { return ["ssh"] }
        guard let words = shellWords(command), !words.isEmpty else {
            throw RemoteError(
                .configuration, "run core.sshCommand",
                "it is empty or a quote in it is not closed",
                hint: "only words and quotes are understood, no shell runs it")
        }
        return words
    }
}

/// A file name as ssh's configuration reads it, which takes blanks for separators and `%` for its own tokens.
private func configurationValue(_ path: String) -> String {
    let escaped = path.replacing("%", with: "%%")
    return escaped.contains(" ") ? "\"\(escaped)\"" : escaped
}

/// Quotes a word for the shell of the other end.
func shellQuoted(_ word: String) -> String {
    // `!` is taken out of the quotes for csh, which expands it even there.
    "'" + word.replacing("'", with: "'\\''").replacing("!", with: "'\\!'") + "'"
}

/// Splits a command line into words as a shell would, with quotes and backslashes and nothing else; nil when a quote is open.
func shellWords(_ line: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var rest = line.makeIterator()
    while let character = rest.next() {
        switch (quote, character) {
        case (nil, " "), (nil, "\t"):
            if let finished = word { words.append(finished) }
            word = nil
        case (nil, "'"), (nil, "\""):
            quote = character
            word = word ?? ""
        case (nil, "\\"):
            guard let next = rest.next() else { return nil }
            word = (word ?? "") + String(next)
        case ("\"", "\\"):
            guard let next = rest.next() else { return nil }
            word = (word ?? "") + ("\"\\$`".contains(next) ? "" : "\\") + String(next)
        case (let open?, _) where open == character:
            quote = nil
        default:
            word = (word ?? "") + String(character)
        }
    }
    guard quote == nil else { return nil }
    if let word { words.append(word) }
    return words
}

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
