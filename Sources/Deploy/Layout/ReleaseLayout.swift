internal import Glibc
public import Posix

/// Where everything lies under the root, and how it is reached.
///
/// The root is resolved once and held open. Paths are for people and for libraries that take nothing else; what we do
/// ourselves goes through a `Place`.
public struct ReleaseLayout: Sendable {
    /// The root, absolute and without symbolic links.
    public let root: String
    /// What readers open: a symbolic link, or the release itself where a directory is published; absolute.
    public let link: String
    /// The same as a place: inside the root no symbolic link leads to it, elsewhere its directory is resolved once.
    public let linkPlace: Place
    /// The root itself.
    public let rootPlace: Place
    private let held: HeldDirectory

    /// Makes the root, if need be, and resolves the symbolic links in its path.
    ///
    /// - Parameters:
    ///   - root: the absolute path of the root.
    ///   - link: the path to publish at, relative to the root or absolute.
    ///   - onMend: hears the path and kind of each thing that was removed from the place of a file or directory of ours.
    /// - Throws: what the system refused; `EINVAL` when publishing at the link would replace the root.
    public init(
        root: String, link: String, onMend: @escaping @Sendable (_ path: String, _ found: String) -> Void = { _, _ in }
    ) throws(SystemError) {
        // On a volume that is full or fails, one that is there need not be made.
        if try Files.statusIfPresent(root, followingLinks: true)?.kind != .directory { try Files.makeDirectories(root) }
        let path = try Files.resolve(root)
        self.root = path
        held = HeldDirectory(path, onMend: onMend)
        rootPlace = Place(held, "")
        self.link = normalized(link.hasPrefix("/") ? link : path + "/" + link)
        if self.link == path || path.hasPrefix(self.link == "/" ? "/" : self.link + "/") {
            throw SystemError(
                code: EINVAL, operation: "publish at \(self.link)", reason: "it is the root itself or lies above it")
        }
        linkPlace = try Self.place(of: self.link, below: held, calledToo: root)
        _ = try held.open()
    }

    /// Where a file lies that the operator chose: below the root, or in a directory whose path is resolved now.
    public func place(chosen path: String) throws(SystemError) -> Place {
        try Self.place(of: normalized(path), below: held, calledToo: root)
    }

    /// The same for a root that need not be there yet; without one every path leads where it leads.
    public static func place(chosen path: String, root: String?) throws(SystemError) -> Place {
        guard let root else { return try Place(resolving: path) }
        return try place(of: normalized(path), below: HeldDirectory(try Files.resolve(root)), calledToo: root)
    }

    private static func place(
        of path: String, below root: HeldDirectory, calledToo name: String
    ) throws(SystemError) -> Place {
        if let inside = pathBelow(root.path, of: path) { return Place(root, inside) }
        let name = normalized(name)
        if let inside = pathBelow(name, of: path), try Files.resolve(name) == root.path { return Place(root, inside) }
        return try Place(resolving: path)
    }

    /// What lies at a path below the root, or at the link; nil for any other path.
    public func place(at path: String) -> Place? {
        if path == link || path == linkPlace.path { return linkPlace }
        return pathBelow(root, of: path).map { Place(held, $0) }
    }

    /// The same, and a failure for any other path.
    public func requiredPlace(at path: String) throws(SystemError) -> Place {
        if let place = place(at: path) { return place }
        throw SystemError(
            code: EXDEV, operation: "use \(path)", reason: "it is neither in the root \(root) nor the link \(link)")
    }
}

// The directories and files below the root. Their names are nowhere else.
extension ReleaseLayout {
    /// The names in the root that are ours, at which nothing may be published.
    public static let reservedNames = [storeName, releasesName, stateName]
    /// The name of the directory of the releases, which nobody else gives.
    public static let releasesName = ".worktrees"
    private static let storeName = ".git"
    private static let stateName = ".git-sidecar"

    /// The object store and git's records of its worktrees.
    public var gitDirectory: String { store.path }
    /// The directory of the releases.
    public var releases: String { releasesPlace.path }
    /// What only we read.
    public var state: String { statePlace.path }
    /// Where releases are built, and where they wait for their removal.
    public var staging: String { stagingPlace.path }

    /// The object store.
    ///
    /// A symbolic link in its place is not removed: what it leads to may be missed, so that it is put aside by whoever
    /// replaces the store.
    public var store: Place { Place(held, Self.storeName, foreignComponents: 1) }
    /// Git's records of the releases.
    public var records: Place { store.appending("worktrees") }
    /// The directory of the releases.
    public var releasesPlace: Place { Place(held, Self.releasesName, foreignComponents: 0) }
    /// What only we read and write.
    public var statePlace: Place { Place(held, Self.stateName, foreignComponents: 0) }
    /// Where releases are built, and where they wait for their removal.
    public var stagingPlace: Place { statePlace.appending("staging") }
    /// What waits for its removal.
    public var trash: Place { stagingPlace.appending("trash") }
    /// The file whose lock says that a sidecar works here.
    public var lockFile: Place { statePlace.appending("lock") }
    /// What must survive a restart.
    public var stateFile: Place { statePlace.appending("state.json") }
    /// The deployments so far.
    public var journal: Place { statePlace.appending("releases.log") }
    /// In which run of the machine the live release was last known to be whole.
    public var bootRecord: Place { statePlace.appending("boot") }
    /// Where earlier versions noted how many objects were needed when the store was last compacted.
    public var formerNeededObjects: Place { statePlace.appending("needed-objects") }
    /// How many objects of a store, ours or a submodule's, were needed when it was last compacted.
    ///
    /// It lies in the store, where the worker may write.
    public static func neededObjects(of store: Place) -> Place { store.appending("git-sidecar-needed-objects") }
    /// Where a repository of somebody else is kept that lay where our store belongs.
    public var replacedStore: Place { statePlace.appending("replaced-git") }
    /// The socket file for commands.
    public var controlSocket: String { state + "/control.sock" }

    /// Where a release of this name lies or is going to lie.
    public func release(named name: String) -> Place { releasesPlace.appending(name) }
    /// Git's record of the worktree that a release of this name is.
    public func record(named name: String) -> Place { records.appending(name) }
    /// The object store of a submodule, by its location below the store.
    public func moduleStorePlace(_ location: String) -> Place { store.appending(location) }

    /// The socket file of the sidecar that works on a root.
    public static func controlSocket(ofRoot root: String) -> String { "\(root)/\(stateName)/control.sock" }

    /// The directories below a root that a sidecar writes in, as far as they are there, for looking at them.
    public static func directories(ofRoot root: String) -> [String] {
        [root] + [stateName, storeName, releasesName].map { "\(root)/\($0)" }
    }

    /// Where a test of the file system may be written: what only we read where it is there, else the root itself.
    public static func directoryForTests(ofRoot root: String) throws(SystemError) -> String {
        let state = "\(root)/\(stateName)"
        return try Files.statusIfPresent(state)?.kind == .directory ? state : root
    }
}

extension ReleaseLayout {
    /// Takes away what lies in the place of one of our small files and is no file: nobody could read or write there.
    ///
    /// Links, FIFOs and the like are removed themselves; a directory, which may hold something, is renamed.
    ///
    /// - Returns: what could not be done, which leaves the file unused.
    public func mendFiles() -> [SystemError] {
        var failures: [SystemError] = []
        for file in [lockFile, stateFile, journal, bootRecord, formerNeededObjects, Self.neededObjects(of: store)] {
            do throws(SystemError) {
                guard let status = try file.statusIfPresent(), status.kind != .file else { continue }
                if status.kind == .directory {
                    try file.rename(toNew: statePlace.appending("replaced-\(file.name)-\(TemporaryName.suffix())"))
                } else {
                    try file.removeIfPresent()
                }
                held.onMend(file.path, status.kindText)
            } catch {
                failures.append(error)
            }
        }
        return failures
    }
}
