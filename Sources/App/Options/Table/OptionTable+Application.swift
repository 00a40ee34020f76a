extension OptionTable {
    static let application: [Option] = [
        Option(
            "signal", \.signal, .application, "signal to send after publishing",
            "Such as `HUP`, `USR2`, `TERM` or `KILL`; sent to {signal-target}."),
        Option(
            "signal-target", list: \.signalTargets, .application, "process that gets the signal",
            """
            `name:nginx`, `exe:/usr/sbin/nginx`, `cmdline:REGEX`, `pidfile:/run/nginx.pid` or `port:8080`. The root of \
            each process tree that matches gets the signal: the master, never a worker. A signal that would end a \
            process which has no handler for it yet, as `HUP` would, waits for that up to {health-timeout}; so does one \
            for a process that is not there.
            """),
        Option(
            "terminate-after", \.terminateAfter, .application, "send SIGTERM if not confirmed by then",
            "Counted from {signal}. The orchestrator is expected to start the application again.",
            check: atLeast(.milliseconds(10))),
        Option(
            "kill-after", \.killAfter, .application, "send SIGKILL if not confirmed by then",
            "Counted from {signal}; see {terminate-after}.", check: atLeast(.milliseconds(10))),
        Option(
            "reload-url", \.reloadURL, .application, "URL to call after publishing",
            "Unlike {webhook-url} it is part of the deployment: when it fails, the release is taken back."),
        Option(
            "reload-method", \.reloadMethod, .application, "method of {reload-url}"),
        Option(
            "reload-status", \.reloadStatus, .application, "status codes that mean success",
            "`0` takes any answer for a success."),
        Option(
            "reload-timeout", \.reloadTimeout, .application, "time limit of {reload-url}",
            check: atLeast(.milliseconds(10))),
        Option(
            "reload-header-file", \.reloadHeaderFile, .application, "file of headers for {reload-url}",
            "One `Name: value` a line, such as a token; read again for each call."),
        Option(
            "on-change", list: \.onChange, .application, "which changed paths need which action",
            #"""
            `GLOB[,GLOB...]=ACTION`, where the action is `none`, `signal:HUP@name:nginx`, `http:POST@URL`, \#
            `exec:/path` or `touch:/path`. Patterns are those of .gitignore. A change that matches no rule takes the \#
            default action ({signal} or {reload-url}). Each action runs once a deployment, in the order of the rules. \#
            In a submodule the changed paths inside count, or all of it where those are not known. Write `\,` and `\=` for those characters in a pattern.
            """#),
        Option(
            "health-url", \.healthURL, .application, "URL that says whether the application is well",
            "Checked after the application was told."),
        Option(
            "health-status", \.healthStatus, .application, "status codes that mean well",
            "For {health-url}."),
        Option(
            "health-revision-header", \.healthRevisionHeader, .application, "header with the running commit",
            "The answer of {health-url} must carry the new hash in it: the proof that the new code runs."),
        Option(
            "health-tcp", \.healthTCP, .application, "port that must accept connections",
            "Such as `127.0.0.1:8080`."),
        Option(
            "health-command", \.healthCommand, .application, "command that must succeed",
            "It runs in the published release. Written like {prepare-command}."),
        Option(
            "health-timeout", \.healthTimeout, .application, "how long until it must be well",
            """
            Counted from {signal} or {reload-url}; a process that is not up yet is waited for as long, too. It is not waited \
            out where waiting is no use: see {health-failures}. Neither is it where the process that {signal-target} finds was \
            started on the new release and ended, twice.
            """, check: atLeast(.milliseconds(10))),
        Option(
            "health-interval", \.healthInterval, .application, "pause between two checks",
            check: atLeast(.milliseconds(1))),
        Option(
            "health-successes", \.healthSuccesses, .application, "good checks in a row that count",
            check: atLeast(1)),
        Option(
            "health-failures", \.healthFailures, .application, "answered failures in a row that end the wait",
            """
            A server that answers {health-url} with a failure is up, and does not run the release. One such answer counts in each \
            {health-interval}. A server that is not there yet has all of {health-timeout}: one that refuses the \
            connection, or 502, 503 and 504 of a proxy before it; so has {health-command}, which cannot tell. `0` waits \
            for {health-timeout} whatever is answered.
            """,
            check: within(0...1_000_000)),
        Option(
            "health-watch", \.healthWatch, .application, "how long it must stay well after that",
            "`0s` is satisfied with {health-successes}."),
        Option(
            "app-log", \.appLog, .application, "where the application logs, for the reason of a failure",
            """
            A file, or `unit:NAME` for the journal of a unit of systemd. What it logged from the moment when it was told \
            about a release until that failed is part of the reason: the last 50 lines. The file must be a regular one with \
            no symbolic link in its path; it may be rotated or emptied meanwhile. Whoever can read the status can read \
            these lines.
            """),
        Option(
            "rollback", \.rollback, .application, "take back a release that fails",
            """
            `auto` does so when {signal}, {reload-url}, {on-change} or a health check is given. The commit is not \
            tried again until a newer one arrives or somebody says `git-sidecar resume`.
            """),
        Option(
            "quarantine-ttl", \.quarantineTTL, .application, "when to try a bad commit again",
            "`0` waits for a newer commit."),
    ]
}
