internal import GitFiles
package import Layout
package import Options
internal import Posix
package import Releases
package import Remote
package import Telemetry
package import Worker

extension WorkerClient {
    /// The worker that a plan wants, from the program beside our own.
    package convenience init(
        _ plan: Plan, _ layout: ReleaseLayout, _ program: consuming WorkerProgram, from url: RemoteURL,
        _ cleaner: Cleaner, _ logger: Logger
    ) {
        self.init(program, WorkerSettings(plan, layout, from: url), layout, cleaner: cleaner) { missing in
            logger.warning(
                "the worker process is not wholly confined", ["missing": .list(missing.map { .text($0) })])
        }
    }
}

extension WorkerSettings {
    /// What a plan has the worker told.
    package init(_ plan: Plan, _ layout: ReleaseLayout, from url: RemoteURL) {
        let sandbox: SandboxMode =
            switch plan.settings.sandbox {
            case .auto: .auto
            case .require: .require
            case .off: .off
            }
        self.init(
            root: layout.root, link: layout.link, publishesDirectory: plan.publishMode == .directory,
            sandbox: sandbox, memory: plan.settings.workerMemory?.bytes ?? WorkerSettings.defaultMemory)
        if url.scheme == .file {
            // What is wrong with it is said when it is asked for references.
            sources = [url.path] + ((try? LocalRepository.open(url.path).directories) ?? [])
        }
    }

    private static var defaultMemory: UInt64 {
        let most: UInt64 = 512 << 20
        guard let limit = MemoryLimit.ofControlGroups else { return most }
        // The rest is ours.
        return max(32 << 20, min(most, limit > 24 << 20 ? limit - (24 << 20) : 0))
    }
}
