extension OptionTable {
    static let hooks: [Option] = [
        Option(
            "exechook-command", \.exechookCommand, .hooks, "command to run after publishing",
            """
            It runs in the release with `GITSYNC_HASH` in its environment, beside the deployment, for the newest \
            release only, again until it succeeds, and once more at the start.
            """,
            placeholder: "COMMAND",
            old: [
                .variables("GIT_SYNC_EXECHOOK_COMMAND"),
                .renamed("sync-hook-command", "GIT_SYNC_HOOK_COMMAND"),
            ]),
        Option(
            "exechook-timeout", \.exechookTimeout, .hooks, "time limit of {exechook-command}",
            check: atLeast(.milliseconds(10)), old: [.variables("GIT_SYNC_EXECHOOK_TIMEOUT")]),
        Option(
            "exechook-backoff", \.exechookBackoff, .hooks, "pause before it is tried again", "For {exechook-command}.",
            check: atLeast(.milliseconds(10)), old: [.variables("GIT_SYNC_EXECHOOK_BACKOFF")]),
        Option(
            "pre-publish-exechook-command", \.prePublishExechookCommand, .hooks, "command to run before publishing",
            "Like {exechook-command}, in the staged release. It does not hold the release back: {validate-command} does.",
            placeholder: "COMMAND"),
        Option(
            "pre-publish-exechook-timeout", \.prePublishExechookTimeout, .hooks, "time limit of that command",
            "For {pre-publish-exechook-command}.", check: atLeast(.milliseconds(10))),
        Option(
            "pre-publish-exechook-backoff", \.prePublishExechookBackoff, .hooks, "pause before it is tried again",
            "For {pre-publish-exechook-command}.", check: atLeast(.milliseconds(10))),
        Option(
            "webhook-url", \.webhookURL, .hooks, "URL to call after publishing",
            """
            An empty request with the header `Gitsync-Hash`, again until it succeeds. For calls that are part of the \
            deployment see {reload-url}.
            """,
            old: [.variables("GIT_SYNC_WEBHOOK_URL")]),
        Option(
            "webhook-method", \.webhookMethod, .hooks, "method of {webhook-url}",
            old: [.variables("GIT_SYNC_WEBHOOK_METHOD")]),
        Option(
            "webhook-success-status", \.webhookSuccessStatus, .hooks, "status codes that mean success",
            "`0` takes any answer for a success.", old: [.variables("GIT_SYNC_WEBHOOK_SUCCESS_STATUS")]),
        Option(
            "webhook-timeout", \.webhookTimeout, .hooks, "time limit of {webhook-url}",
            check: atLeast(.milliseconds(10)), old: [.variables("GIT_SYNC_WEBHOOK_TIMEOUT")]),
        Option(
            "webhook-backoff", \.webhookBackoff, .hooks, "pause before it is tried again", "For {webhook-url}.",
            check: atLeast(.milliseconds(10)), old: [.variables("GIT_SYNC_WEBHOOK_BACKOFF")]),
    ]
}
