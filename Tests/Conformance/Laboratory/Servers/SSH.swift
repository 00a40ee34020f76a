internal import Posix
internal import TestSupport

/// git behind SSH servers as they are configured in the wild.
let sshConfigurations: [Configuration] = [
    ssh("OpenSSH, protocol version 2") { _ in },
    ssh("OpenSSH, version 0: `GIT_PROTOCOL` not accepted", refusals: hashRefused) {
        $0.passesGitProtocol = false
    },
    ssh("OpenSSH, version 0, `uploadpack.allowReachableSHA1InWant`") {
        $0.passesGitProtocol = false
        $0.gitConfiguration = "[uploadpack]\nallowReachableSHA1InWant = true"
    },
    ssh("OpenSSH, version 1") {
        $0.beforeGit = "export GIT_PROTOCOL=version=1"
        $0.allowsAnySHA1 = true
    },
    ssh("OpenSSH hardened: Ed25519, ChaCha20, ETM, one session a connection") {
        $0.ciphers = "chacha20-poly1305@openssh.com"
        $0.macs = "hmac-sha2-512-etm@openssh.com"
        $0.sshConfiguration = """
            KexAlgorithms curve25519-sha256
            HostKeyAlgorithms ssh-ed25519
            PubkeyAcceptedAlgorithms ssh-ed25519
            MaxSessions 1
            MaxAuthTries 2
            LoginGraceTime 20
            AllowTcpForwarding no
            AllowAgentForwarding no
            PermitTTY no
            PermitUserRC no
            """
    },
    ssh("OpenSSH old: AES-CBC, SHA-1, Diffie-Hellman of 2,048 bits", refusals: tooOld) {
        $0.hostKeyTypes = ["rsa"]
        $0.sshConfiguration = oldAlgorithms
    },
    ssh(
        "OpenSSH old, its algorithms allowed by `core.sshCommand`",
        options: { server, site in
            try sshCommand(
                server, site, key: GitSSHServer.clientKeyPath(),
                more: "-o KexAlgorithms=+diffie-hellman-group14-sha1 -o Ciphers=+aes128-cbc "
                    + "-o HostKeyAlgorithms=+ssh-rsa")
        }
    ) {
        $0.hostKeyTypes = ["rsa"]
        $0.sshConfiguration = oldAlgorithms
    },
    ssh("OpenSSH, an RSA key", options: { try keyOptions($0, $1, key: GitSSHServer.clientKeyPath(type: "rsa")) }) {
        $0.hostKeyTypes = ["rsa"]
    },
    ssh("OpenSSH, an ECDSA key", options: { try keyOptions($0, $1, key: GitSSHServer.clientKeyPath(type: "ecdsa")) }) {
        $0.hostKeyTypes = ["ecdsa"]
    },
    ssh(
        "OpenSSH, several keys of which the last is accepted",
        options: { server, site in
            ["--ssh-key-file=\(try GitSSHServer.foreignKeyPath())"]
                + (try keyOptions(server, site, key: GitSSHServer.clientKeyPath()))
        }
    ) { _ in },
    certificates,
    ssh("OpenSSH, a `Match` block forces the command") {
        $0.sshConfiguration = "Match Address 127.0.0.1\n    PermitTTY no\n    X11Forwarding no"
    },
    ssh("OpenSSH, a banner before the login") { $0.sshConfiguration = "Banner /etc/issue.net" },
    ssh("OpenSSH, a login that writes much to standard error") {
        $0.beforeGit = "seq 1 20000 | sed 's/^/Welcome to this machine, line /' >&2"
    },
    ssh("OpenSSH, a login that writes to standard output", refusals: noise) { $0.beforeGit = "echo Welcome" },
    jump,
    dropbear,
]

private let hashRefused: [Cell: String] = [.hash: "allowReachableSHA1InWant"]

private let noise = Dictionary(uniqueKeysWithValues: Cell.allCases.map { ($0, "before git does") })

private let tooOld = Dictionary(uniqueKeysWithValues: Cell.allCases.map { ($0, "core.sshCommand") })

private let oldAlgorithms = """
    KexAlgorithms diffie-hellman-group14-sha1
    Ciphers aes128-cbc
    MACs hmac-sha1
    HostKeyAlgorithms ssh-rsa
    PubkeyAcceptedAlgorithms +ssh-rsa
    """

private func ssh(
    _ name: String, isQuick: Bool = false, refusals: [Cell: String] = [:],
    options: (@Sendable (GitSSHServer, Site) throws -> [String])? = nil,
    _ change: @escaping @Sendable (inout GitSSHServer.Options) throws -> Void
) -> Configuration {
    Configuration(.ssh, name, isQuick: isQuick, refusals: refusals) { site in
        let server = try GitSSHServer(serving: site.served, .init(change))
        return try overSSH(site, server, options: try options?(server, site))
    }
}

/// How the program reaches a server with a key that the server accepts.
func overSSH(
    _ site: Site, _ server: GitSSHServer, options: [String]? = nil, more: [String] = [],
    url: ((String) -> String)? = nil
) throws -> Running {
    let options = try (options ?? keyOptions(server, site, key: GitSSHServer.clientKeyPath())) + more
    return Running(
        options: options, log: { server.log }, end: { server.stop() }, url: url ?? { server.url($0 + ".git") })
}

private func knownHosts(_ text: String, _ site: Site) throws -> String {
    let file = site.directory + "/known_hosts"
    try TestFiles.write(text, to: file)
    return file
}

private func keyOptions(_ server: GitSSHServer, _ site: Site, key: String) throws -> [String] {
    ["--ssh-key-file=\(key)", "--ssh-known-hosts-file=\(try knownHosts(server.knownHosts, site))"]
}

private func sshCommand(_ server: GitSSHServer, _ site: Site, key: String, more: String) throws -> [String] {
    let file = try knownHosts(server.knownHosts, site)
    return ["--git-config=core.sshCommand:ssh -F none -i \(key) -o UserKnownHostsFile=\(file) \(more)"]
}

/// Host and user are known by certificates alone.
private let certificates = Configuration(.ssh, "OpenSSH, certificates for user and host") { site in
    let directory = site.directory + "/ssh"
    try TestFiles.makeDirectory(directory)
    for name in ["authority", "user", "host"] {
        try runProgram(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", "\(directory)/\(name)"])
            .succeeded()
    }
    func sign(_ options: [String], _ key: String) throws {
        try runProgram(
            ["ssh-keygen", "-q", "-s", "\(directory)/authority", "-I", key, "-V", "-5m:+1d"] + options
                + ["\(directory)/\(key).pub"]
        ).succeeded()
    }
    try sign(["-n", "root,\(try runProgram(["id", "-un"]).succeeded().output)"], "user")
    try sign(["-h", "-n", "127.0.0.1"], "host")
    let server = try GitSSHServer(
        serving: site.served,
        .init {
            $0.hostKeyTypes = []
            $0.sshConfiguration = """
                HostKey \(directory)/host
                HostCertificate \(directory)/host-cert.pub
                TrustedUserCAKeys \(directory)/authority.pub
                """
        })
    let authority = try TestFiles.text("\(directory)/authority.pub")
    let options = [
        "--ssh-key-file=\(directory)/user",
        "--ssh-known-hosts-file=\(try knownHosts("@cert-authority [127.0.0.1]:\(server.port) \(authority)", site))",
    ]
    return try overSSH(site, server, options: options)
}

/// The way leads through another SSH server.
private let jump = Configuration(.ssh, "OpenSSH through a jump host (`ProxyJump`, `core.sshCommand`)") { site in
    let server = try GitSSHServer(serving: site.served)
    let gate = try GitSSHServer(serving: site.served)
    let file = try knownHosts(server.knownHosts + gate.knownHosts, site)
    let key = try GitSSHServer.clientKeyPath()
    let settings = site.directory + "/ssh_config"
    try TestFiles.write(
        """
        Host gate
            HostName 127.0.0.1
            Port \(gate.port)
            User \(gate.user)
        Match originalhost 127.0.0.1
            ProxyJump gate
        Host *
            IdentityFile \(key)
            IdentitiesOnly yes
            UserKnownHostsFile \(file)
        """, to: settings)
    return Running(
        options: ["--git-config=core.sshCommand:ssh -F \(settings)", "--ssh-known-hosts-file=\(file)"],
        log: { server.log + gate.log },
        end: {
            server.stop()
            gate.stop()
        }, url: { server.url($0 + ".git") })
}

/// Dropbear reads the keys that it accepts from the user's own home alone: it gets one of its own.
private let dropbear = Configuration(.ssh, "Dropbear", isQuick: true) { site in
    let home = site.directory + "/home"
    try TestFiles.makeDirectory(home)
    try TestFiles.makeDirectory(home + "/.ssh")
    let key = try GitSSHServer.clientKeyPath()
    try TestFiles.write(try TestFiles.text(key + ".pub"), to: home + "/.ssh/authorized_keys", mode: 0o600)
    let host = site.directory + "/dropbear_key"
    let made = try runProgram(["dropbearkey", "-t", "ed25519", "-f", host]).succeeded().output
    let hostKey = made.split(separator: "\n").first { $0.hasPrefix("ssh-ed25519") } ?? ""
    let configuration = try serverConfiguration(site)
    let (program, port) = try startOnFreePort("dropbear", in: site.directory) { port in
        let serve = "export GIT_CONFIG_GLOBAL=\(configuration); exec git shell -c \"$SSH_ORIGINAL_COMMAND\""
        let script = #"mount --bind "$1" "$HOME_OF_USER" && shift && exec "$@""#
        let user = try runProgram(["sh", "-c", "getent passwd \"$(id -u)\" | cut -d: -f6"]).succeeded().output
        return [
            "env", "HOME_OF_USER=\(user)", "unshare", "--mount", "sh", "-c", script, "sh", home, "dropbear", "-F", "-E",
            "-s", "-p", "127.0.0.1:\(port)", "-r", host, "-c", serve,
        ]
    }
    let file = try knownHosts("[127.0.0.1]:\(port) \(hostKey)\n", site)
    let user = try runProgram(["id", "-un"]).succeeded().output
    return Running(
        options: ["--ssh-key-file=\(key)", "--ssh-known-hosts-file=\(file)"], log: { program.log },
        end: { program.stop() }, url: { "ssh://\(user)@127.0.0.1:\(port)\(site.served)/\($0).git" })
}
