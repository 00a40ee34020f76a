internal import GitObjects
internal import Posix
package import Telemetry

/// Everything that is counted and measured, under the names of the field's standard and under our own.
package struct Metrics: Sendable {
    package let registry = MetricsRegistry()

    // The names and labels that dashboards of the field's standard know.
    package let syncs: Counter
    package let syncDuration: Summary
    package let fetches: Counter
    package let hookRuns: Counter
    package let askpassCalls: Counter
    package let githubTokens: Counter

    package let pollDuration: Histogram
    package let stageDuration: Histogram
    package let deployments: Counter
    package let bytesFetched: Counter
    package let objectsFetched: Counter
    package let filesWritten: Counter
    package let filesShared: Counter
    package let remoteVerified: Gauge
    package let published: Gauge
    package let confirmed: Gauge
    package let running: Gauge
    package let diskUsed: Gauge

    package init(version: String) {
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
            ("rejected", [Stage.stage, .prepare, .validate, .trial]), ("rolled-back", [.notify, .confirm]),
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
        running = registry.gauge(
            "git_sidecar_running",
            help: "1 for what the last confirmation showed: proved, likely, unknown or stale.", labels: ["verdict"])
        diskUsed = registry.gauge(
            "git_sidecar_disk_used_bytes",
            help: "Bytes of the object store and of the files of the live release, as of the last deployment.",
            labels: ["part"])
        registry.gauge(
            "git_sidecar_build_info", help: "Always 1; the label says which version runs.", labels: ["version"]
        ).set(1, version)
        registry.addProcessFigures()
    }

    /// Adds what is read from the status when somebody asks.
    package func add(_ status: Status, volume path: String) {
        func gauge(_ name: String, _ help: String, _ value: @escaping @Sendable (Status.Snapshot) -> Double) {
            registry.gauge(name, help: help, read: { status.read(value) })
        }
        gauge("git_sidecar_lag_seconds", "How long ago the remote was first seen to have a commit that is not live.") {
            $0.lag().inSeconds
        }
        gauge("git_sidecar_failures_in_a_row", "How many attempts have failed since the last that did not.") {
            Double($0.state.failures)
        }
        gauge("git_sidecar_quarantined", "How many commits are held back because they failed.") {
            Double($0.state.heldBack.count)
        }
        gauge(
            "git_sidecar_stale", "1 when the live release is not what the remote is known to have, or it is not known."
        ) { $0.state.isStale ? 1 : 0 }
        gauge("git_sidecar_kept_releases", "Releases that can be published without the network.") {
            Double($0.state.kept.count)
        }
        gauge("git_sidecar_state_unsaved", "1 when what a restart must know could not be written.") {
            $0.saveProblem == nil ? 0 : 1
        }
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

/// Counts and measures what happens.
package final class MetricsProjection: Projection {
    private let metrics: Metrics

    package init(_ metrics: Metrics) {
        self.metrics = metrics
    }

    package func take(_ fact: Fact, _ state: DeploymentState, at moment: Moment) {
        switch fact {
        case .stageEnded(let stage, let duration, _): observe(stage, duration)
        case .stageFailed(let error, let duration): observe(error.stage, duration)
        case .remoteHas: metrics.remoteVerified.set(moment.time.secondsSince1970)
        case .fetched(let summary):
            metrics.fetches.add()
            metrics.objectsFetched.add(Double(summary.objects))
            metrics.bytesFetched.add(Double(summary.bytes))
        case .staged(_, let summary):
            metrics.filesWritten.add(Double(summary.written))
            metrics.filesShared.add(Double(summary.shared))
        case .published, .adopted: showLive(state)
        case .repaired: metrics.syncs.add(1, "success")
        case .confirmed: showLive(state)
        // A failed attempt is counted at its end.
        case .deploymentEnded(let record) where record.outcome != .failed:
            metrics.deployments.add(1, record.outcome.rawValue, record.stage.rawValue)
        case .retained(let report):
            if let bytes = report.releaseBytes { metrics.diskUsed.set(Double(bytes), "release") }
            if let bytes = report.storeBytes { metrics.diskUsed.set(Double(bytes), "store") }
        case .attemptEnded(let outcome, let duration): end(outcome, duration)
        default: break
        }
    }

    /// Shows what a state says that was kept by an earlier run.
    package func showLive(_ state: DeploymentState) {
        if let live = state.live { metrics.published.set(live.release.time.secondsSince1970) }
        guard let running = state.running else { return metrics.running.clear() }
        metrics.running.setOnly(running.verdict)
        if running.commit == state.live?.commit { metrics.confirmed.set(running.time.secondsSince1970) }
    }

    private func observe(_ stage: Stage, _ duration: Duration) {
        metrics.stageDuration.observe(duration, stage.rawValue)
        if stage == .resolve { metrics.pollDuration.observe(duration) }
    }

    private func end(_ outcome: Outcome, _ duration: Duration) {
        let status: String
        switch outcome {
        case .unchanged, .heldBack: status = "noop"
        case .deployed, .chosen: status = "success"
        case .failed(let error):
            status = "error"
            metrics.deployments.add(1, DeploymentRecord.Outcome.failed.rawValue, error.stage.rawValue)
            countFailedRollBack(error)
        case .postponed: status = "error"
        case .rejected(_, let error):
            status = "error"
            countFailedRollBack(error)
        case .overtaken, .refused, .cancelled: return
        }
        metrics.syncs.add(1, status)
        metrics.syncDuration.observe(duration, status)
    }

    private func countFailedRollBack(_ error: StageError) {
        if error.description.contains(TakeBackWords.neither) {
            metrics.deployments.add(1, "rollback-failed", error.stage.rawValue)
        }
    }
}
