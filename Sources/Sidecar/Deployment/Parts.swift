internal import GitProtocol
internal import Options
internal import Posix
internal import Releases
internal import Reload
internal import Remote
internal import Telemetry

/// What a deployer is made of.
struct Parts {
    let plan: Plan
    let remote: RemoteRepository
    let query: RefQuery
    /// Makes a remote of a submodule's address.
    let connect: (RemoteURL) throws -> RemoteRepository
    /// Nil where signatures are not asked for.
    let verifier: SignatureVerifier?
    let layout: ReleaseLayout
    let publisher: Publisher
    let recovery: Recovery
    let keeper: Keeper
    let cleaner: Cleaner
    /// What reads and writes what repositories hold.
    let jobs: any ReleaseJobs
    let space: SpaceGuard
    /// Nil where the application is neither told nor asked.
    let reloader: Reloader?
    let figures: Figures
    let status: Status
    let events: Events
    let logger: Logger
    /// Where a terminal shows how far a stage is.
    let statusLine: StatusLine?
    let cancellation: Cancellation
    let stateFile: StateFile
    let journal: Journal
    let beforePublishing: HookRunner?
    let state: State
    /// How the root was found.
    let recovered: Recovered
}
