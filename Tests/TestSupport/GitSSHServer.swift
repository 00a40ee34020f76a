internal import Glibc
internal import Posix

/// The real OpenSSH server with git behind it, on a free port of 127.0.0.1, for the user who runs the tests.
public final class GitSSHServer: Sendable {
    /// What the server is to be like.
    public struct Options: Sendable {
        /// The host keys that it shows, by type: `ed25519`, `ecdsa`, `rsa`.
        public var hostKeyTypes = ["ed25519"]
        /// The ciphers that it allows, as in `sshd_config(5)`; nil for the usual ones.
        public var ciphers: String?
        /// The MACs that it allows; nil for the usual ones.
        public var macs: String?
        /// Whether the client may hand over `GIT_PROTOCOL`; without it git answers in version 0.
        public var passesGitProtocol = true
        /// `uploadpack.allowAnySHA1InWant`.
        public var allowsAnySHA1 = false
        /// `uploadpack.allowFilter`.
        public var allowsFilter = true
        /// More lines for the server's git configuration.
        public var gitConfiguration = ""
        /// More lines for `sshd_config`.
        public var sshConfiguration = ""
        /// Shell lines that run on the server before git does, for example `sleep 60`.
        public var beforeGit = ""

        /// A plain, well-behaved server.
        public init() {}

        /// A server with some settings changed.
        public init(_ change: (inout Options) throws -> Void) rethrows {
            try change(&self)
        }
    }

    /// A command that a client had run on the server.
    public struct Session: Sendable, Equatable {
        /// What the client asked for, for example `git-upload-pack '/srv/a.git'`.
        public let command: String
        /// The `GIT_PROTOCOL` that arrived with it; empty when there was none.
        public let gitProtocol: String
    }

    /// Its port.
    public let port: UInt16
    /// The user to log in as.
    public let user: String
    /// What a client that knows this server has in its `known_hosts`.
    public let knownHosts: String
    private let root: String
    private let directory: String
    private let program: BackgroundProgram

    /// Starts a server; `url` names repositories by their path below `root`.
    public init(serving root: String, _ options: Options = Options()) throws {
        self.root = root
        user = try currentUserName()
        directory = try TestFiles.makeTemporaryDirectory("\(try RunDirectory.path())/ssh")
        // As root sshd insists on this directory; usually the service's start makes it.
        if geteuid() == 0 { try TestFiles.makeDirectory("/run/sshd") }
        let hostKeys = try options.hostKeyTypes.map { try SSHKeys.key("host", type: $0) }
        try TestFiles.write(options.gitConfigurationFile, to: "\(directory)/gitconfig")
        try TestFiles.write(options.serveScript(directory: directory), to: "\(directory)/serve")
        try TestFiles.write("", to: "\(directory)/sessions")
        let clientKeys = try ["ed25519", "ecdsa", "rsa"].map { try SSHKeys.key("client", type: $0).publicKey + "\n" }
        try TestFiles.write(clientKeys.joined(), to: "\(directory)/authorized_keys")
        (program, port) = try GitSSHServer.start(directory: directory, options: options, hostKeys: hostKeys)
        let port = port
        knownHosts = hostKeys.map { "[127.0.0.1]:\(port),[localhost]:\(port) \($0.publicKey)\n" }.joined()
    }

    /// The URL of a repository, by its path below the served directory.
    public func url(_ repository: String, host: String = "127.0.0.1") -> String {
        "ssh://\(user)@\(host):\(port)\(root)/\(repository)"
    }

    /// A private key that the server accepts, by type: `ed25519`, `ecdsa`, `rsa`.
    public static func clientKeyPath(type: String = "ed25519") throws -> String {
        try SSHKeys.key("client", type: type).path
    }

    /// A private key that the server does not accept.
    public static func foreignKeyPath() throws -> String {
        try SSHKeys.key("foreign", type: "ed25519").path
    }

    /// A `known_hosts` in which this server had another key.
    public func knownHostsWithAnotherKey() throws -> String {
        "[127.0.0.1]:\(port),[localhost]:\(port) \(try SSHKeys.key("foreign", type: "ed25519").publicKey)\n"
    }

    /// The fingerprint of a host key as ssh prints it: `SHA256:…`.
    public func hostKeyFingerprint(type: String = "ed25519") throws -> String {
        let key = try SSHKeys.key("host", type: type)
        let line = try runProgram(["ssh-keygen", "-l", "-f", key.path + ".pub"]).succeeded().output
        return String(line.split(separator: " ")[1])
    }

    /// Every command that clients had run here.
    public func sessions() throws -> [Session] {
        try TestFiles.text("\(directory)/sessions").split(separator: "\n").map { line in
            let fields = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            return Session(command: String(fields.last ?? ""), gitProtocol: String(fields.first ?? ""))
        }
    }

    /// What the server says in its log.
    public var log: String { program.log }

    /// Ends the server and all its sessions; a second call does nothing.
    public func stop() {
        program.stop()
    }

    deinit {
        stop()
    }

    private static func start(
        directory: String, options: Options, hostKeys: [SSHKeys.Key]
    ) throws -> (BackgroundProgram, UInt16) {
        var log = ""
        // sshd cannot inherit a listening socket, so somebody may take the port before it does.
        for attempt in 1...5 {
            let port = try freePort()
            try TestFiles.write(
                options.serverConfiguration(directory: directory, port: port, hostKeys: hostKeys.map(\.path)),
                to: "\(directory)/sshd_config")
            let program = try BackgroundProgram(
                [try programPath("sshd"), "-D", "-e", "-f", "\(directory)/sshd_config"],
                log: "\(directory)/sshd-\(attempt).log")
            try waitUntil("sshd listens; \(program.log)") {
                log = program.log
                return log.contains("Server listening on") || !program.isRunning
            }
            if log.contains("Server listening on") { return (program, port) }
        }
        throw NeverHappened(description: "sshd did not start: \(log)")
    }
}

/// Runs `body` with a git server over SSH, which ends with it.
public func withGitSSHServer<Value>(
    serving root: String, _ options: GitSSHServer.Options = .init(), _ body: (GitSSHServer) throws -> Value
) throws -> Value {
    let server = try GitSSHServer(serving: root, options)
    defer { server.stop() }
    return try body(server)
}

/// Runs `body` with a git server over SSH, which ends with it.
public func withGitSSHServer<Value>(
    serving root: String, _ options: GitSSHServer.Options = .init(), _ body: (GitSSHServer) async throws -> Value
) async throws -> Value {
    let server = try GitSSHServer(serving: root, options)
    defer { server.stop() }
    return try await body(server)
}

extension GitSSHServer.Options {
    var gitConfigurationFile: String {
        """
        [safe]
            directory = *
        [uploadpack]
            allowAnySHA1InWant = \(allowsAnySHA1)
            allowFilter = \(allowsFilter)
        \(gitConfiguration)
        """ + "\n"
    }

    /// What every login runs: it notes the request and hands it to git, free of the user's own configuration.
    func serveScript(directory: String) -> String {
        #"""
        printf '%s\t%s\n' "$GIT_PROTOCOL" "$SSH_ORIGINAL_COMMAND" >> \#(directory)/sessions
        export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=\#(directory)/gitconfig
        \#(beforeGit)
        exec git shell -c "$SSH_ORIGINAL_COMMAND"
        """# + "\n"
    }

    func serverConfiguration(directory: String, port: UInt16, hostKeys: [String]) -> String {
        var lines = [
            "ListenAddress 127.0.0.1:\(port)", "PidFile none", "LogLevel VERBOSE", "UsePAM no", "StrictModes no",
            "UseDNS no", "PermitRootLogin prohibit-password", "PasswordAuthentication no",
            "KbdInteractiveAuthentication no", "MaxStartups 1000", "AuthorizedKeysFile \(directory)/authorized_keys",
            "ForceCommand /bin/sh \(directory)/serve",
        ]
        lines += hostKeys.map { "HostKey \($0)" }
        if let ciphers { lines.append("Ciphers \(ciphers)") }
        if let macs { lines.append("MACs \(macs)") }
        if passesGitProtocol { lines.append("AcceptEnv GIT_PROTOCOL") }
        return lines.joined(separator: "\n") + "\n\(sshConfiguration)\n"
    }
}

private func currentUserName() throws(SystemError) -> String {
    guard let entry = unsafe getpwuid(geteuid()), let name = unsafe entry.pointee.pw_name else {
        throw SystemError.last("look up the user who runs the tests")
    }
    return unsafe String(cString: name)
}
