public import GitStore
public import Posix

/// Remembers what a command of the user wrote into a release before it was published.
///
/// Such files belong to that release alone. They are no edit of a live release, and since nothing tells what they should
/// be like, a release that has them is never made anew without its command.
public struct Preparation: Sendable {
    private let layout: ReleaseLayout

    /// For the releases of a root.
    public init(layout: ReleaseLayout) {
        self.layout = layout
    }

    /// Notes everything in an installed release that is not as its commit has it; call it when the command has ended.
    ///
    /// - Returns: the paths that were noted; of a directory that was added only its own.
    @discardableResult
    public func note(_ release: Release, deadline: Deadline) throws(ReleaseError) -> [[UInt8]] {
        let index = try system { () throws(SystemError) in try Worktree(layout: layout).index(of: release.commit) }
        guard let index else {
            throw .refused(operation: "note what was prepared in \(release.path)", reason: "it has no record")
        }
        let directory = try system { () throws(SystemError) in try FileDescriptor.openDirectory(release.path) }
        let check = ReleaseCheck(index: index, permissions: try layout.permissions(), prepared: [])
        var stamps = DirectoryStamps(remembers: false)
        let found = try check.differences(
            among: 0..<index.count, in: directory.number, &stamps, atMost: .max, deadline)
        let paths = found.map(\.path)
        try system { () throws(SystemError) in
            try AtomicFile.write(Array(paths.joined(separator: [0])), to: file(release.commit))
        }
        return paths
    }

    /// The paths that were noted for a release; nil when no command has written in it.
    public func notes(of commit: ObjectID) throws(ReleaseError) -> Set<[UInt8]>? {
        let content = try system { () throws(SystemError) in try Files.readIfPresent(file(commit), limit: .max) }
        return content.map { Set($0.split(separator: 0).map(Array.init)) }
    }

    /// The paths that were noted for a release.
    func paths(of commit: ObjectID) throws(ReleaseError) -> Set<[UInt8]> { try notes(of: commit) ?? [] }

    private func file(_ commit: ObjectID) -> String { layout.metadata(of: commit) + "/prepared" }
}
