extension OptionTable {
    static let access: [Option] = [
        Option(
            "username", \.username, .access, "user for http and https",
            "Needs {password} or {password-file}.",
            placeholder: "NAME", old: [.variables("GIT_SYNC_USERNAME")]),
        Option(
            "password", \.password, .access, "password or token for {username}",
            """
            There is no flag for it, because everybody on the machine can read a process's flags. A mounted file, with \
            {password-file}, is better still: it can be replaced while the sidecar runs.
            """,
            form: .variableOnly, old: [.renamed("password", "GIT_SYNC_PASSWORD")]),
        Option(
            "password-file", \.passwordFile, .access, "file with the password for {username}",
            "It is read again for each attempt, so that a rotated password works without a restart.",
            old: [.variables("GIT_SYNC_PASSWORD_FILE")]),
        Option(
            "credential", list: \.credentials, .access, "credentials for URLs, as JSON",
            """
            An object, or a list of objects, with `url`, `username`, and `password` or `password-file`. The longest \
            `url` that a request begins with wins, for submodules too. Prefer `password-file`, or the environment \
            variable: a password in a flag can be read by everybody on the machine.
            """,
            separator: nil),
        Option(
            "askpass-url", \.askpassURL, .access, "service that answers with user and password",
            "Called with GET before each attempt; the answer has the lines `username=...` and `password=...`.",
            old: [.variables("GIT_SYNC_ASKPASS_URL", "GIT_ASKPASS_URL")]),
        Option(
            "cookie-file", \.cookieFile, .access, "send the cookies of /etc/git-secret/cookie_file",
            "The file is in Netscape's format, as git's `http.cookieFile`; its cookies go to the server of {repo} alone.",
            old: [.variables("GIT_SYNC_COOKIE_FILE", "GIT_COOKIE_FILE")]),
        Option(
            "ssh-key-file", list: \.sshKeyFiles, .access, "private key for ssh",
            """
            It is no error that the default file does not exist. \
            Each file is read again for each attempt. All keys are offered to every host in the order in which they \
            are given, to those of submodules too.
            """,
            separator: ":",
            old: [
                .variables("GIT_SYNC_SSH_KEY_FILE", "GIT_SSH_KEY_FILE"),
                .ignored(
                    "ssh", "GIT_SYNC_SSH", "GITSYNC_SSH", isSwitch: true, because: "the URL says whether ssh is used"),
            ]),
        Option(
            "ssh-known-hosts", \.sshKnownHosts, .access, "check the keys of ssh servers",
            "With `false` anybody between here and the server can pose as it.",
            old: [.variables("GIT_SYNC_KNOWN_HOSTS", "GIT_KNOWN_HOSTS")]),
        Option(
            "ssh-known-hosts-file", \.sshKnownHostsFile, .access, "keys of known ssh servers",
            "In the format of OpenSSH; used while {ssh-known-hosts} is `true`.",
            old: [.variables("GIT_SYNC_SSH_KNOWN_HOSTS_FILE", "GIT_SSH_KNOWN_HOSTS_FILE")]),
        Option(
            "add-user", \.addUser, .access, "add our user to /etc/passwd if it is missing",
            "The ssh client refuses to work for a user without an entry; /etc/passwd must be writable.",
            old: [.variables("GIT_SYNC_ADD_USER")]),
        Option(
            "tls-ca-file", \.tlsCAFile, .access, "certificates to trust besides the system's",
            "One or more certificates in PEM, such as those of a private authority."),
        Option(
            "tls-cert-file", \.tlsCertificateFile, .access, "our certificate for the server",
            "In PEM; its key is in {tls-key-file}, or in the same file. It is shown to the server of {repo} alone."),
        Option(
            "tls-key-file", \.tlsKeyFile, .access, "the key of our certificate", "In PEM; needs {tls-cert-file}."),
        Option(
            "github-app-private-key-file", \.githubAppPrivateKeyFile, .access, "private key of a GitHub App",
            """
            The sidecar makes tokens with it and renews them before they end. Needs {github-app-installation-id}, and \
            {github-app-application-id} or {github-app-client-id}.
            """),
        Option(
            "github-app-private-key", \.githubAppPrivateKey, .access, "the key itself, in PEM",
            "Instead of {github-app-private-key-file}. There is no flag for it, because flags can be read by others.",
            form: .variableOnly),
        Option(
            "github-app-application-id", \.githubAppApplicationID, .access, "the GitHub App's application ID",
            "Either this or {github-app-client-id}.", check: atLeast(1)),
        Option(
            "github-app-client-id", \.githubAppClientID, .access, "the GitHub App's client ID",
            "Either this or {github-app-application-id}.", placeholder: "ID"),
        Option(
            "github-app-installation-id", \.githubAppInstallationID, .access, "the GitHub App's installation ID",
            "The number at the end of the address of the installation's page.", check: atLeast(1)
        ),
        Option(
            "github-base-url", \.githubBaseURL, .access, "the API of GitHub, or of your own server",
            "Without it, the API of github.com is used."),
    ]
}
