internal import Options
internal import Posix
internal import Telemetry

/// Everything that is counted and measured, under the names of the field's standard and under our own.
struct Figures: Sendable {
    let registry = MetricsRegistry()

    // The names and labels that dashboards of the field's standard know.
    let syncs: Counter
    let syncDuration: Summary
    let fetches: Counter
    let hookRuns: Counter
    let askpassCalls: Counter
    let githubTokens: Counter

    let pollDuration: Histogram
    let stageDuration: Histogram
    let deployments: Counter
    let bytesFetched: Counter
    let objectsFetched: Counter
    let filesWritten: Counter
    let filesShared: Counter
    let remoteVerified: Gauge
    let published: Gauge
    let confirmed: Gauge
    let failuresInARow: Gauge
    let quarantined: Gauge
    let stale: Gauge

    init() {
        syncs = registry.counter(
            "git_sync_count_total", help: "How many syncs completed, by outcome (success, noop, error).",
            labels: ["status"])
        syncDuration = registry.summary(
            "git_sync_duration_seconds", help: "How long syncs took, by outcome.", labels: ["status"])
        fetches = registry.counter("git_fetch_count_total", help: "How many fetches brought something new.")
        hookRuns = registry.counter(
            "git_sync_hook_run_count_total", help: "How many times hooks ran, by hook and outcome.",
            labels: ["name", "status"])
        askpassCalls = registry.counter(
            "git_sync_askpass_calls", help: "How many times the askpass URL was asked, by outcome.",
            labels: ["status"])
        githubTokens = registry.counter(
            "git_sync_refresh_github_app_token_count",
            help: "How many times a GitHub App token was asked for, by outcome.", labels: ["status"])
        pollDuration = registry.histogram(
            "git_sidecar_poll_duration_seconds", help: "How long asking the remote took.")
        stageDuration = registry.histogram(
            "git_sidecar_stage_duration_seconds", help: "How long the stages of deployments took.",
            labels: ["stage"])
        deployments = registry.counter(
            "git_sidecar_deployments_total",
            help: "How many deployments ended, by outcome and the stage they ended in.",
            labels: ["outcome", "stage"])
        bytesFetched = registry.counter("git_sidecar_fetched_bytes_total", help: "Bytes of packs received.")
        objectsFetched = registry.counter("git_sidecar_fetched_objects_total", help: "Objects received.")
        filesWritten = registry.counter("git_sidecar_files_written_total", help: "Files written into releases.")
        filesShared = registry.counter(
            "git_sidecar_files_shared_total", help: "Files that releases took over from the one before.")
        remoteVerified = registry.gauge(
            "git_sidecar_remote_verified_timestamp_seconds", help: "When the remote last said what it has.")
        published = registry.gauge(
            "git_sidecar_published_timestamp_seconds", help: "When the live release was published.")
        confirmed = registry.gauge(
            "git_sidecar_confirmed_timestamp_seconds",
            help: "When the application was last shown to run the live release.")
        failuresInARow = registry.gauge(
            "git_sidecar_failures_in_a_row", help: "How many attempts have failed since the last that did not.")
        quarantined = registry.gauge(
            "git_sidecar_quarantined", help: "How many commits are held back because they failed.")
        stale = registry.gauge(
            "git_sidecar_stale",
            help: "1 when the live release is not what the remote is known to have, or it is not known.")
        registry.gauge(
            "git_sidecar_build_info", help: "Always 1; the label says which version runs.", labels: ["version"]
        ).set(1, Product.version)
        registry.addProcessFigures()
    }
}
