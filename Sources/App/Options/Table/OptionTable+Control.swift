extension OptionTable {
    static let control: [Option] = [
        Option(
            "http-bind", \.httpBind, .control, "address to listen on",
            """
            Such as `:1234`, `127.0.0.1:1234` or `[::1]:1234`. `/` answers 503 until the first success, then 200. \
            Nothing listens without it.
            """,
            old: [.variables("GIT_SYNC_HTTP_BIND")]),
        Option(
            "http-metrics", \.httpMetrics, .control, "serve /metrics for Prometheus",
            "Needs {http-bind}.", old: [.variables("GIT_SYNC_HTTP_METRICS")]),
        Option(
            "http-pprof", \.httpPprof, .control, "serve /debug/pprof/, our own state",
            "Threads, memory, descriptors and queues, in plain text. Needs {http-bind}.",
            old: [.variables("GIT_SYNC_HTTP_PPROF")]),
        Option(
            "push-secret-file", list: \.pushSecretFiles, .control, "secret of a push webhook",
            """
            Opens `POST /hooks/push` on {http-bind} for GitHub, Gitea, Forgejo, Gogs, GitLab and Bitbucket. Several \
            files let a secret be rotated.
            """),
        Option(
            "api-token-file", \.apiTokenFile, .control, "token for changes over HTTP",
            """
            Without it, only the socket in {root} may change anything. It is read anew for each request, and sent as \
            `Authorization: Bearer TOKEN`. Needs {http-bind}.
            """),
    ]

    static let log: [Option] = [
        Option(
            "verbose", \.verbose, .log, "how much to log, from 0 to 9", letter: "v", check: within(0...9)),
        Option(
            "log-format", \.logFormat, .log, "how to log",
            "Where nothing is said, `text` is used when standard error is a terminal."),
        Option("help", action: .help(of: nil), .log, "print this help and end", letter: "h"),
        Option("man", action: .manual, .log, "print the manual and end"),
        Option("version", action: .version, .log, "print the version and end"),
    ]
}
