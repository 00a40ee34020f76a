extension OptionTable {
    static let syncing: [Option] = [
        Option(
            "period", \.period, .syncing, "pause between two looks at the remote",
            "At least 10ms. {jitter} varies it; a push webhook ({push-secret-file}) makes a long one painless.",
            check: atLeast(.milliseconds(10)),
            old: [
                .variables("GIT_SYNC_PERIOD"),
                .renamed("wait", "GIT_SYNC_WAIT", unit: "seconds", converting: OldName.seconds),
            ]),
        Option(
            "init-period", \.initPeriod, .syncing, "{period} until the first success",
            "Without it, {period} counts from the start.", check: atLeast(.milliseconds(10))),
        Option(
            "jitter", \.jitter, .syncing, "how far to vary the period",
            "Spreads the requests of many sidecars over time."),
        Option(
            "max-backoff", \.maxBackoff, .syncing, "longest pause while the remote fails",
            """
            From the fourth failure in a row the pause doubles, up to this. A remote that says `Retry-After` is obeyed.
            """,
            check: atLeast(.milliseconds(10))),
        Option(
            "sync-timeout", \.syncTimeout, .syncing, "time limit of one attempt",
            "It holds for the whole attempt, also when the remote accepts a connection and never answers.",
            check: atLeast(.milliseconds(10)),
            old: [
                .variables("GIT_SYNC_SYNC_TIMEOUT"),
                .renamed("timeout", "GIT_SYNC_TIMEOUT", unit: "whole seconds", converting: OldName.wholeSeconds),
            ]),
        Option(
            "one-time", \.oneTime, .syncing, "end after one deployment",
            """
            Ends with 0 only when the release is published, and confirmed where {health-url} or another check is \
            given. Hooks run once.
            """,
            old: [.variables("GIT_SYNC_ONE_TIME")]),
        Option(
            "max-failures", \.maxFailures, .syncing, "failures in a row that end the process",
            """
            A negative number means never, 0 the same as 1. Without it, the first failure ends the process while there \
            is nothing to serve; once a release is live, or was found on disk at the start, failures never do.
            """,
            old: [
                .variables("GIT_SYNC_MAX_FAILURES"),
                .renamed("max-sync-failures", "GIT_SYNC_MAX_SYNC_FAILURES"),
            ]),
        Option(
            "init-max-failures", \.initMaxFailures, .syncing, "{max-failures} until the first success",
            "Without it, {max-failures} counts from the start."),
        Option(
            "sync-on-signal", \.syncOnSignal, .syncing, "signal that starts a sync at once",
            "Such as `SIGHUP`, `HUP` or `1`. One signal that comes during a deployment is remembered.",
            old: [.variables("GIT_SYNC_SYNC_ON_SIGNAL")]),
        Option(
            "touch-file", \.touchFile, .syncing, "file to touch after each deployment",
            "And after the first success. It is created if it does not exist.",
            old: [.variables("GIT_SYNC_TOUCH_FILE")]),
        Option(
            "error-file", \.errorFile, .syncing, "file for the last error, as JSON",
            """
            Holds `{"Msg": ..., "Err": ..., "Args": ...}`. It is replaced atomically and removed by a success.
            """,
            old: [.variables("GIT_SYNC_ERROR_FILE")]),
    ]
}
