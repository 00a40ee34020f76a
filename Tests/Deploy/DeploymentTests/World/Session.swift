import Deployment
import GitObjects
import Glibc
import JSON
import Posix
import Telemetry

/// A run of the program in a world.
struct Session {
    let pipeline: Pipeline
    let recorder: Recorder
    let status: Status
    let metrics: Metrics
    let log = LogCollector()
    let loadProblem: Bool

    /// Reads what the disk has, as `StateFile` does.
    init(_ world: World, isLogging: Bool = true) {
        world.mainThread = pthread_self()
        var state = DeploymentState()
        var problem = false
        if let text = world.stateText {
            do {
                state = try DeploymentState(json: try JSONValue.read(text))
            } catch {
                problem = true
            }
        }
        loadProblem = problem
        status = Status(state)
        metrics = Metrics(version: "test")
        let projection = MetricsProjection(metrics)
        projection.showLive(state)
        let logger = isLogging ? Logger(log.sink, verbosity: 1) : .silent
        // The world comes last: it waits for what is saved beside it.
        recorder = Recorder(
            state, storage: world, journal: world,
            projections: [status, projection, LogProjection(logger, link: "/root/link"), world], clock: world)
        pipeline = Pipeline(
            world.settings, source: world, releases: world, application: world.hasApplication ? world : nil,
            hooks: world, triggers: world, clock: world, recorder: recorder)
    }

    var state: DeploymentState { pipeline.state }
}
