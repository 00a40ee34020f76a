public import GitObjects
public import Posix

/// What is in a store already of something that is wanted.
public struct FetchState: Sendable, Equatable {
    /// The commit, where it is there with exactly the history that is wanted; nil when something has to come.
    public var present: ObjectID?
    /// Complete commits that a server may build on.
    public var haves: [ObjectID]
    /// The commits at which the store's history ends, in the order of their names.
    public var shallow: [ObjectID]

    /// Says what is there.
    public init(present: ObjectID? = nil, haves: [ObjectID] = [], shallow: [ObjectID] = []) {
        self.present = present
        self.haves = haves
        self.shallow = shallow
    }
}

/// What is wanted: an object, so deep, less what a filter leaves out.
public struct FetchQuestion: Sendable, Equatable {
    /// The object.
    public var wanted: ObjectID
    /// How many commits of history; zero for all.
    public var depth: Int
    /// What is left out.
    public var filter: ObjectFilter
    /// Whether the store can be trusted to have all that belongs to a commit which it has.
    public var isTrusted: Bool
    /// The remote's address without secrets, under which git programs find again what is left out.
    public var remote: String

    /// Says what is wanted.
    public init(wanted: ObjectID, depth: Int, filter: ObjectFilter, isTrusted: Bool, remote: String) {
        self.wanted = wanted
        self.depth = depth
        self.filter = filter
        self.isTrusted = isTrusted
        self.remote = remote
    }
}

/// What to copy from a repository on this machine.
public struct CopyRequest: Sendable, Equatable {
    /// The path of the repository.
    public var path: String
    /// The objects.
    public var wants: [ObjectID]
    /// Complete commits that the store has.
    public var haves: [ObjectID]
    /// How many commits of history; zero for all.
    public var depth: Int
    /// What is left out.
    public var filter: ObjectFilter
    /// How much may come at most.
    public var limits: PackLimits

    /// Says what to copy.
    public init(
        path: String, wants: [ObjectID], haves: [ObjectID], depth: Int, filter: ObjectFilter, limits: PackLimits
    ) {
        self.path = path
        self.wants = wants
        self.haves = haves
        self.depth = depth
        self.filter = filter
        self.limits = limits
    }
}

/// How a copy ended.
public enum CopyOutcome: Sendable, Equatable {
    /// It is in the store; the progress is that of the pack, nil when nothing was missing.
    case copied(PackProgress?)
    /// The repository itself does not have this object.
    case lacks(ObjectID)
}

/// Where a pack goes: an object store, of which whoever brings the pack sees values only.
///
/// One pack at a time is taken in. What fails throws what the store says (`GitError`), or why it could not be asked.
public protocol PackDestination: AnyObject {
    /// Looks what is there. Where something has to come, the filter is noted, so that what may be missing is known
    /// before anything comes.
    func state(for question: FetchQuestion, _ deadline: Deadline) throws -> FetchState

    /// The commits at which the store's history ends, in the order of their names.
    func shallow(_ deadline: Deadline) throws -> [ObjectID]

    /// Begins to take in a pack; one that was begun before and not finished is given up.
    func beginPack(_ limits: PackLimits, _ deadline: Deadline) throws

    /// Takes the next bytes of the pack, and says how far it has come as far as that is known.
    func append(_ bytes: Span<UInt8>) throws -> PackProgress

    /// Makes what came visible, with history ending where the server said.
    func finishPack(shallow: Set<ObjectID>, unshallow: Set<ObjectID>) throws -> PackProgress

    /// Copies from a repository on this machine; what `progress` throws ends the copy.
    func copy(
        _ request: CopyRequest, _ deadline: Deadline, progress: (PackProgress) throws -> Void
    ) throws -> CopyOutcome

    /// The commit that an object in the store is or, as a tag, means; nil when the object is not there.
    func commit(of id: ObjectID, _ deadline: Deadline) throws -> ObjectID?
}
