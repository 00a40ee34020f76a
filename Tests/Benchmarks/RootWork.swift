internal import GitStore
internal import Layout
internal import Posix
internal import Releases
internal import Staging

/// Opens a root and proves what is live in it, as a sidecar does at start.
func recover(_ layout: ReleaseLayout, _ cleaner: Cleaner, _ deadline: Deadline) throws -> ObjectStore {
    let recovery = Recovery(layout: layout, cleaner: cleaner, jobs: LocalJobs(layout))
    let findings = try recovery.open(recorded: nil, deadline: deadline)
    let store = try ObjectStore.openExisting(layout.gitDirectory)
    guard let live = try recovery.current() else {
        try recovery.noteBoot()
        return store
    }
    let recovered = try recovery.prove(live, deadline: deadline)
    guard recovered.isVerified else {
        throw SystemError(code: 5, operation: "recover \(live.path): \(findings + recovered.findings)")
    }
    return store
}

/// Publishes a release by a symbolic link; what goes wrong after the swap ends the benchmark too.
func publish(_ release: Release, in layout: ReleaseLayout) throws {
    let warnings = try Publisher(layout: layout).publish(release)
    if !warnings.isEmpty { throw SystemError(code: 5, operation: "publish \(release.path): \(warnings)") }
}
