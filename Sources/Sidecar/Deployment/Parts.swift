internal import GitProtocol
internal import GitStore
internal import Options
internal import Posix
internal import Releases
internal import Remote
internal import Telemetry

/// What a deployer is made of.
struct Parts {
    let plan: Plan
    let remote: RemoteRepository
    let query: RefQuery
    let store: ObjectStore
    let layout: ReleaseLayout
    let publisher: Publisher
    let figures: Figures
    let status: Status
    let logger: Logger
    let cancellation: Cancellation
    let stateFile: StateFile
    let journal: Journal
    let beforePublishing: HookRunner?
    let state: State
    let live: Release?
}
