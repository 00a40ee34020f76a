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
    let running: Gauge
    let kept: Gauge
    let diskUsed: Gauge

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
        // What alerts look at is there before it happens: a series that begins at 1 shows no increase.
        for (outcome, stages) in [
            ("rejected", [Stage.verify, .stage, .prepare, .validate]), ("rolled-back", [.notify, .confirm]),
            ("rollback-failed", [.notify, .confirm]),
        ] {
            for stage in stages { deployments.add(0, outcome, stage.rawValue) }
        }
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
        running = registry.gauge(
            "git_sidecar_running",
            help: "1 for what the last confirmation showed: proved, likely, unknown or stale.", labels: ["verdict"])
        kept = registry.gauge(
            "git_sidecar_kept_releases", help: "Releases that can be published without the network.")
        diskUsed = registry.gauge(
            "git_sidecar_disk_used_bytes",
            help: "Bytes of the object store and of the files of the live release, as of the last deployment.",
            labels: ["part"])
        registry.gauge(
            "git_sidecar_build_info", help: "Always 1; the label says which version runs.", labels: ["version"]
        ).set(1, Product.version)
        registry.addProcessFigures()
    }

    /// Adds what is known elsewhere and read when somebody asks.
    func add(_ status: Status, volume path: String) {
        registry.gauge(
            "git_sidecar_lag_seconds",
            help: "How long ago the remote was first seen to have a commit that is not live.",
            read: { status.look { $0.lag().inSeconds } })
        let volume = VolumeGauge(path)
        registry.gauge(
            "git_sidecar_disk_free_bytes", help: "Bytes that can still be written on the volume of the root.",
            read: { volume.now.map { Double($0.freeBytes) } ?? .nan })
        registry.gauge(
            "git_sidecar_disk_size_bytes", help: "Bytes of the volume of the root.",
            read: { volume.now.map { Double($0.totalBytes) } ?? .nan })
    }
}

/// The room on a volume, asked for now and then only: it may be a slow one.
private final class VolumeGauge: Sendable {
    private let path: String
    private let last = Locked<(volume: Volume?, time: ContinuousClock.Instant)?>(nil)

    init(_ path: String) {
        self.path = path
    }

    var now: Volume? {
        last.withLock { last in
            if let last, last.time.duration(to: .now) < .seconds(5) { return last.volume }
            // A metric that cannot be had is not a number; that the root is gone is told elsewhere.
            let volume = try? Volume(of: path)
            last = (volume, .now)
            return volume
        }
    }
}
