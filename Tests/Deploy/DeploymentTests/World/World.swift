import Deployment
import GitObjects
import Glibc
import JSON
import Posix

/// Everything around a deployment, in memory: what it keeps on the disk, the remote, the application and the time.
///
/// Every call from the deployment is a numbered point. A strike at a point kills the process there (from then on nothing
/// has an effect, as if it were gone) or lets the call fail once. Killing after a call and before the next is the same
/// to the world, since nothing else has an effect; so a kill stands before a point.
final class World: @unchecked Sendable {
    /// How the application takes a release.
    enum Behaviour: Equatable {
        case good
        /// Its check is answered with a failure.
        case fails
        /// It says nothing for so many seconds and is healthy then.
        case silent(Int)
        /// It goes on with the release before.
        case ignores
        /// It has to be started anew.
        case needsRestart
        /// It cannot be told, for a reason that is not the commit's.
        case untold
    }

    enum Link: Equatable {
        case nothing
        case release(ObjectID)
        case foreign
    }

    /// How often something new was expected of the remote.
    var expectedChanges = 0

    /// What is called.
    enum Call: String, CaseIterable {
        case resolve, fetch, verify, complete, repairStore, close
        case linkTarget, checkLink, stage, prepare, validate, trial, discard, canRepublish, publish, flush, prove,
            watch,
            retain
        case checkPermission, tell, confirm
        case beforePublishing, synced
        case save, journal
    }

    /// The calls after which the world is another.
    ///
    /// A kill between two others is the same to it as one before both.
    static let effects: Set<Call> = [
        .fetch, .repairStore, .stage, .discard, .publish, .retain, .tell, .save, .journal,
    ]

    /// The points at which a kill may make a difference.
    var killPoints: [Int] {
        trace.indices.filter { $0 >= firstPoint && ($0 == firstPoint || World.effects.contains(trace[$0 - 1])) }
    }

    enum Strike: Equatable {
        case kill(Int)
        case error(Int)
    }

    /// A directory of a release.
    struct Directory: Equatable {
        var wasPublished = false
        /// Somebody changed a file in it.
        var isEdited = false
        /// It can only be made whole by deploying it anew.
        var isBroken = false
    }

    // The disk.
    /// The file that the state is kept in; written as text when somebody reads it.
    var stateText: String? {
        get { kept?.json.text ?? foreignText }
        set { (kept, foreignText) = (nil, newValue) }
    }
    private var kept: DeploymentState?
    private var foreignText: String?
    var persisted: Persisted? { kept.map { Persisted($0) } }
    var link = Link.nothing
    var directories: [ObjectID: Directory] = [:]
    var journal: [DeploymentRecord] = []
    var store: Set<ObjectID> = []
    var isStoreDamaged = false

    // The remote.
    var remote: RemoteReference?
    var isOnline = true
    var isPeeling = true
    var tags: [ObjectID: ObjectID] = [:]
    var unsigned: Set<ObjectID> = []
    /// Whose objects end the worker whenever they are taken in.
    var crashing: Set<ObjectID> = []
    var fixedCommit: ObjectID?

    // The application, and what judges releases.
    var hasApplication = true
    var hasPrepareCommand = false
    var hasValidateCommand = true
    var hasTrial = false
    /// Whose trial fails.
    var unstartable: Set<ObjectID> = []
    var behaviours: [ObjectID: Behaviour] = [:]
    var invalid: Set<ObjectID> = []
    var unprepared: Set<ObjectID> = []
    /// Whether the program that prepares is not installed.
    var lacksProgram = false
    var refusesSignal = false
    var lastTold: ObjectID?
    /// What happens while the application is waited for: at so many seconds with this commit live.
    var duringConfirm: [(commit: ObjectID, second: Int, action: (World) -> Void)] = []
    var isPushAnnounced = false

    // What happened.
    var swaps: [ObjectID] = []
    var adopted: Set<ObjectID> = []
    var trace: [Call] = []
    /// The first point of what makes a sequence different from others.
    var firstPoint = 0
    var onCall: ((Call) -> Void)?
    var syncedHooks: [ObjectID] = []
    var repairs = 0

    // The time: it goes on with what happens alone.
    var elapsed = Duration.zero
    static let began = ContinuousClock.now
    static let epoch: Int64 = 1_700_000_000

    // The process.
    var settings = DeploymentSettings()
    var strike: Strike?
    var isDead = false
    var hadErrors = false
    /// How many calls of a kind fail from now on.
    var failing: [Call: Int] = [:]
    var warnsAfterSwap = false
    var isStopping = false
    var isVerifying = false
    // The save that runs on a thread of its own takes place before the next call, so that points have one order.
    let saving = Locked(0)
    var expectsSave = false
    var lastSave: Persisted?
    var mainThread = pthread_self()

    init() {
        settings.rollsBack = true
        settings.keepReleases = 2
        // Most sequences are about what follows at once.
        settings.waitsAfterInterruption = false
    }

    /// A commit with a short name.
    static func commit(_ number: Int) -> ObjectID {
        let hex = String(number, radix: 16)
        return ObjectID(String(repeating: "0", count: 40 - hex.count) + hex) ?? ObjectID.none
    }

    func behaviour(_ commit: ObjectID) -> Behaviour { behaviours[commit] ?? .good }

    func push(_ commit: ObjectID) {
        remote = RemoteReference(id: commit, commit: commit, name: "refs/heads/main")
        isPushAnnounced = true
    }

    func pushTag(_ tag: ObjectID, _ commit: ObjectID) {
        tags[tag] = commit
        remote = RemoteReference(id: tag, commit: isPeeling ? commit : tag, name: "refs/tags/v1")
    }

    // How calls are made.

    static let gone = Failure("killed", blame: .attempt)

    /// Waits for the save that runs beside us.
    func settle() {
        guard expectsSave else { return }
        expectsSave = false
        let limit = ContinuousClock.now + .seconds(5)
        while saving.withLock({ $0 }) == 0, ContinuousClock.now < limit { sched_yield() }
    }

    func call<Result>(_ call: Call, _ effect: () throws(Failure) -> Result) throws(Failure) -> Result {
        settle()
        return try point(call, effect)
    }

    func point<Result>(_ call: Call, _ effect: () throws(Failure) -> Result) throws(Failure) -> Result {
        if isDead { throw World.gone }
        let number = trace.count
        trace.append(call)
        onCall?(call)
        // Times are exact in every form.
        elapsed += .microseconds(15_625)
        switch strike {
        case .kill(number):
            isDead = true
            throw World.gone
        case .error(number):
            hadErrors = true
            throw Failure("injected into \(call.rawValue)")
        default: break
        }
        if let count = failing[call], count > 0 {
            failing[call] = count - 1
            hadErrors = true
            throw Failure("\(call.rawValue) fails")
        }
        return try effect()
    }

    /// A call that cannot fail.
    func quiet<Result>(_ call: Call, _ fallback: Result, _ effect: () -> Result) -> Result {
        do throws(Failure) {
            return try self.call(call) { () throws(Failure) in effect() }
        } catch {
            return fallback
        }
    }
}

/// What of the state is kept on the disk.
struct Persisted: Equatable {
    let live: LiveRelease?
    let intent: Intent?
    let lastGood: PublishedRelease?
    let running: Running?
    let heldBack: [HeldBack]
    let postponed: Postponed?
    let retired: [RetiredRelease]
    let unwrittenLines: [DeploymentRecord]

    init(_ state: DeploymentState) {
        (live, intent, lastGood) = (state.live, state.intent, state.lastGood)
        (running, heldBack, retired) = (state.running, state.heldBack, state.retired)
        (unwrittenLines, postponed) = (state.unwrittenLines, state.postponed)
    }
}

extension ObjectID {
    static var none: ObjectID { World.zero }
}

extension World {
    static let zero: ObjectID = {
        guard let zero = ObjectID(String(repeating: "0", count: 40)) else {
            preconditionFailure("forty digits are an ID")
        }
        return zero
    }()
}

extension World: StateStorage {
    func save(_ state: DeploymentState) throws(Failure) {
        let isBeside = pthread_equal(pthread_self(), mainThread) == 0
        defer { if isBeside { saving.withLock { $0 = 1 } } }
        // Saved here, nothing is saved beside us.
        if !isBeside { expectsSave = false }
        if !isDead { lastSave = Persisted(state) }
        try point(.save) { () throws(Failure) in
            kept = state
        }
    }
}

extension World: Projection {
    func take(_ fact: Fact, _ state: DeploymentState, at moment: Moment) {
        settle()
        switch fact {
        case .adopted(let release): if !isDead { adopted.insert(release.commit) }
        case .intended:
            // What was not saved just now is going to be, on a thread of its own.
            // With a verdict it is saved by this thread, after the verdict's line is written.
            if !isDead, state.unwrittenLines.isEmpty, Persisted(state) != lastSave {
                saving.withLock { $0 = 0 }
                expectsSave = true
            }
        default: break
        }
    }

}

extension World: JournalStorage {
    func append(_ record: DeploymentRecord) throws(Failure) {
        try call(.journal) { () throws(Failure) in journal.append(record) }
    }
}

extension World: Deployment.Clock {
    var now: Moment {
        let (seconds, attoseconds) = elapsed.components
        return Moment(
            time: Timestamp(seconds: World.epoch + seconds, nanoseconds: Int32(attoseconds / 1_000_000_000)),
            instant: World.began + elapsed)
    }

    func deadline(_ limit: Duration) -> Deadline { .after(.seconds(3600) + limit) }

    var isCancelled: Bool { isStopping }
}

extension World: Hooks {
    func beforePublishing(_ commit: ObjectID) { quiet(.beforePublishing, ()) {} }
    func synced(_ commit: ObjectID) { quiet(.synced, ()) { syncedHooks.append(commit) } }
}

extension World: Triggers {
    func isLookDue() -> Bool {
        defer { isPushAnnounced = false }
        return isPushAnnounced
    }
}
