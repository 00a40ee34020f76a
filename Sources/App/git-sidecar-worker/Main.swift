internal import GitStore
internal import Posix
internal import Staging
internal import Worker

/// Reads and writes what repositories hold, for a sidecar that starts it and tells it what to do.
@main
struct Main {
    static func main() {
        let code = WorkerProcess.run(
            Array(CommandLine.arguments.dropFirst()), prepare: { try GitLibrary.start() },
            makeJobs: { layout, mostThreads in LocalJobs(layout, mostThreads: mostThreads) })
        ThisProcess.exit(code)
    }
}
