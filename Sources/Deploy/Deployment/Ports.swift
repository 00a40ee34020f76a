package import GitObjects
package import Posix

// What a deployment needs from the rest of the world. The program connects them to the remote, the root and the
// application (Sources/App/Sidecar/Wiring); tests to a world in memory that can be killed between any two calls.

/// What a reference stood for when the remote was asked.
package struct RemoteReference: Sendable, Equatable {
    /// What the name stands for: a commit, or a tag.
    package var id: ObjectID
    /// The commit, as far as the remote told.
    package var commit: ObjectID
    package var name: String

    package init(id: ObjectID, commit: ObjectID, name: String) {
        self.id = id
        self.commit = commit
        self.name = name
    }
}

/// The repository that releases come from, and our store of its objects.
package protocol Source: AnyObject {
    /// The commit that was asked for by its full hash: then the remote has nothing new to say once it is live.
    var fixedCommit: ObjectID? { get }
    /// The remote probably has something new: what is needed then may get ready while the remote is asked.
    func expectChange()
    func resolve(_ limit: Deadline) throws(Failure) -> RemoteReference
    /// Brings a commit into the store.
    ///
    /// `isStoreTrusted` is false when objects are missing that should be there: then nothing counts as there already.
    func fetch(
        _ reference: RemoteReference, isStoreTrusted: Bool, _ limit: Deadline
    ) throws(Failure) -> (CommitInfo, FetchSummary)
    /// Checks the signature that is asked for; nil when none is.
    func verify(_ reference: RemoteReference, _ commit: ObjectID, _ limit: Deadline) throws(Failure) -> String?
    /// Brings what the release of a commit needs beside it: what a filter left out, and submodules.
    func complete(_ commit: ObjectID, isStoreTrusted: Bool, _ limit: Deadline) throws(Failure)
    /// Looks at every byte of the store and gives up what has changed; whether another attempt may succeed.
    func repairStore(_ limit: Deadline) throws(Failure) -> StoreRepair
    /// Ends what must not outlive an attempt.
    func close()
}

package enum StoreRepair: Sendable, Equatable {
    case whole
    /// The root's store, or those of these submodules, had to be given up.
    case replaced(submodules: [String])
}

/// What is at the link.
package enum LinkTarget: Sendable, Equatable {
    case nothing
    /// A release of ours, or of a tool whose layout we share; `isThere` when its directory is.
    case release(ObjectID, isThere: Bool)
    /// Something that publishing would have to destroy.
    case foreign(String)
}

/// How the live release was found.
package enum Proof: Sendable, Equatable {
    /// It is what its commit says.
    case whole
    /// It was not, and is again.
    case repaired([String])
    /// It cannot be known before its objects are fetched again, or it can only be made whole by deploying it anew.
    case needsDeployment(String)
    /// It is served as it is.
    case unknown(String)
}

/// The releases in the root, and the link.
package protocol ReleaseStore: AnyObject {
    func linkTarget() throws(Failure) -> LinkTarget
    /// Throws when something foreign is at the link.
    func checkLink() throws(Failure)
    /// Makes the directory of a commit, shared with the live release's where `sharing` says so; nobody sees it yet.
    func stage(_ commit: ObjectID, sharing live: ObjectID?, _ limit: Deadline) throws(Failure) -> StagingSummary
    func prepare(_ commit: ObjectID, previous: ObjectID?) throws(Failure)
    func validate(_ commit: ObjectID, previous: ObjectID?) throws(Failure)
    /// Starts a release that nobody sees yet, and throws when it does not become well.
    func tryOut(_ commit: ObjectID, previous: ObjectID?) throws(Failure)
    var hasPrepareCommand: Bool { get }
    var hasValidateCommand: Bool { get }
    var hasTrial: Bool { get }
    /// Gives a release that was never published to the cleaner.
    func discard(_ commit: ObjectID)
    /// Whether the directory of an earlier release is there and can be published as it is.
    func canRepublish(_ commit: ObjectID) -> Bool
    /// Swaps the link. When it throws, readers see what they saw before.
    ///
    /// Returns what went wrong after the swap, which is no reason to think that it did not take place.
    func publish(_ commit: ObjectID) throws(Failure) -> [String]
    /// Makes sure that every byte of a release is on the disk.
    func flush(_ commit: ObjectID) throws(Failure)
    /// Finds out whether the live release is what its commit says, and repairs what is not, in its place.
    func prove(_ commit: ObjectID, _ limit: Deadline) throws(Failure) -> Proof
    /// Looks at a part of the live release.
    func watch(_ commit: ObjectID, share: Double) throws(Failure) -> [String]
    /// How many files the live release has, for spreading the look at them.
    var watchedFiles: Int { get }
    /// Keeps what must be kept and lets the rest go.
    func retain(_ plan: RetentionPlan, _ limit: Deadline) throws(Failure) -> RetentionReport
}

/// A published release, for the application.
package struct Change: Sendable, Equatable {
    package var commit: ObjectID
    /// What was live before it, as far as that is known.
    package var former: ObjectID?
    /// Whether it is gone back to: then an application that ended is waited for.
    package var goesBack: Bool

    package init(commit: ObjectID, former: ObjectID?, goesBack: Bool) {
        self.commit = commit
        self.former = former
        self.goesBack = goesBack
    }
}

/// How far the wait for the application is.
package struct ConfirmProgress: Sendable, Equatable {
    /// Health checks that were answered with a failure, in a row.
    package var answeredFailures: Int
    package var elapsed: Duration

    package init(answeredFailures: Int, elapsed: Duration) {
        self.answeredFailures = answeredFailures
        self.elapsed = elapsed
    }
}

/// The server that uses the releases.
package protocol Application: AnyObject {
    /// Throws when it is there and we may not signal it: nothing should be published then.
    func checkPermission() throws(Failure)
    /// Makes it take up a release.
    func tell(_ change: Change) throws(Failure) -> [Notice]
    /// Waits until it runs the release, and calls `look` between two checks; what that throws ends the wait.
    func confirm(
        _ change: Change, within limit: Duration?, _ look: (ConfirmProgress) throws(Failure) -> Void
    ) throws(Failure) -> Confirmation
}

/// Hooks beside the deployment; they neither delay nor stop it.
package protocol Hooks: AnyObject {
    /// The hook before publishing; with `--one-time` it runs here and now.
    func beforePublishing(_ commit: ObjectID)
    /// After a deployment, a repair, and the first success of this process.
    func synced(_ commit: ObjectID)
}

/// Says whether somebody waits for a look at the remote.
package protocol Triggers: AnyObject {
    /// Whether the remote should be asked while an attempt is under way: a push was announced, or the period is over.
    func isLookDue() -> Bool
}

/// Both clocks, so that time is an argument of tests.
package protocol Clock: AnyObject {
    var now: Moment { get }
    func deadline(_ limit: Duration) -> Deadline
    var isCancelled: Bool { get }
}

/// Where the state is kept.
package protocol StateStorage: AnyObject {
    /// Replaces what is kept; it is on the disk when this returns.
    func save(_ state: DeploymentState) throws(Failure)
}

/// Where deployments leave a line when they end.
package protocol JournalStorage: AnyObject {
    /// Adds a line, whole or not at all.
    func append(_ record: DeploymentRecord) throws(Failure)
}

/// An audience of the facts.
package protocol Projection: AnyObject {
    /// Takes a fact, and what we believe after it.
    func take(_ fact: Fact, _ state: DeploymentState, at moment: Moment)
    /// The state could not be written, or could again.
    func saveProblemChanged(_ problem: String?)
}

extension Projection {
    package func saveProblemChanged(_ problem: String?) {}
}

/// The parameters that decide what a deployment does.
package struct DeploymentSettings: Sendable, Equatable {
    package var syncTimeout: Duration = .seconds(120)
    package var healthTimeout: Duration = .seconds(30)
    package var rollsBack = false
    package var keepReleases = 0
    package var staleTimeout: Duration = .zero
    package var quarantineTTL: Duration = .zero
    /// What a release is called that another tool has published.
    package var reference = "HEAD"
    /// Whether a commit during whose deployment this program ended more than once has to wait.
    package var waitsAfterInterruption = true
    /// What stands for the parameters: another one means that they have changed.
    package var fingerprint = ""

    package init() {}
}
