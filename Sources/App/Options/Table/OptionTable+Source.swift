extension OptionTable {
    static let source: [Option] = [
        Option(
            "repo", \.repo, .source, "the repository to follow (required)",
            """
            A URL (`https`, `http`, `ssh` or `file`), an address like `git@example.com:team/app.git`, or a path. A \
            user and password in an http or https URL become the credential and are never shown; {password-file} or \
            {credential} keep them off the process list too. `git://` and remote helpers such as `ext::` are refused: \
            the first is neither encrypted nor authenticated, the others run programs.
            """,
            old: [.variables("GIT_SYNC_REPO")]),
        Option(
            "ref", \.ref, .source, "the branch, tag or commit to follow",
            """
            A branch, a tag, a full name such as `refs/heads/main`, or a full hash. An annotated tag means the commit \
            that it points to; a tag wins over a branch of the same name. A full hash is fetched even when no branch \
            points to it, and once it is there nothing more is asked of the remote.
            """,
            placeholder: "REF",
            old: [
                .renamed("rev", "GIT_SYNC_REV", converting: OldName.revision),
                .renamed("branch", "GIT_SYNC_BRANCH"),
            ]),
        Option(
            "depth", \.depth, .source, "commits of history to fetch; 0 for all",
            "Changing it on an existing {root} fetches what is missing or forgets what is too much.",
            check: atLeast(0), old: [.variables("GIT_SYNC_DEPTH")]),
        Option(
            "filter", \.filter, .source, "what to leave out until it is needed",
            """
            With `blob:none` file contents, with `tree:0` directories too are fetched only when a release needs them, \
            in one further request. The remote has to allow it.
            """),
        Option(
            "submodules", \.submodules, .source, "how far to follow submodules",
            """
            `recursive` follows submodules of submodules too, `shallow` only the first level. Relative URLs and \
            {credential} work for them; paths that lead out of the release are refused.
            """,
            old: [.variables("GIT_SYNC_SUBMODULES")]),
        Option(
            "sparse-checkout-file", \.sparseCheckoutFile, .source, "file of git's sparse patterns",
            """
            The patterns, as in `git sparse-checkout`, choose which files are published. The file is read again for \
            each deployment.
            """,
            old: [.variables("GIT_SYNC_SPARSE_CHECKOUT_FILE")]),
        Option(
            "sparse-pattern", list: \.sparsePatterns, .source, "one of git's sparse patterns",
            """
            The same as a line of {sparse-checkout-file}. Where both are given, the lines of the file come first, and \
            what comes later wins.
            """, placeholder: "PATTERN"),
        Option(
            "verify-signatures", \.verifySignatures, .source, "what must be signed to be published",
            """
            `commit` asks for a signed commit, `tag` for a signed annotated tag at {ref}. Who may sign is in \
            {allowed-signers-file} or {gpg-keyring-file}.
            """),
        Option(
            "allowed-signers-file", \.allowedSignersFile, .source, "SSH keys that may sign",
            "In the format of `ssh-keygen -Y verify`; used by {verify-signatures}."),
        Option(
            "gpg-keyring-file", \.gpgKeyringFile, .source, "GPG keys that may sign",
            "A keyring for `gpgv`; used by {verify-signatures}."),
        Option(
            "git-config", \.gitConfig, .source, "settings in git's own names",
            #"""
            A list such as `http.proxy:http://proxy:3128,core.eol:lf`. Keys and values may be in double quotes; `\n`, \#
            `\t`, `\"`, `\,` and `\\` are understood in values and quotes. A key with a colon in it must be quoted, as \#
            in `"url.https://mirror/.insteadOf":https://github.com/`. These settings are obeyed: `http.proxy`, `http.sslVerify`, \#
            `http.sslCAInfo`, `http.sslCert`, `http.sslKey`, `http.extraHeader`, `http.cookieFile`, \#
            `url.<base>.insteadOf`, `core.sshCommand`, `core.autocrlf`, `core.eol`. Any other has no effect, which one \#
            warning says. Header fields, cookies and our certificate go to the server of {repo} (scheme, host and port) \#
            and to no other, be it a submodule's. Values are never shown.
            """#,
            old: [.variables("GIT_SYNC_GIT_CONFIG")]),
        Option(
            "git-config-add", list: \.gitConfigAdditions, .source, "more of {git-config}",
            "Written like {git-config} and added to it.", separator: nil),
        Option(
            "git", \.git, .source, "accepted for compatibility, has no effect",
            "No git program is run, so there is none to choose.",
            placeholder: "PROGRAM", old: [.variables("GIT_SYNC_GIT")]),
    ]
}
