internal import GitStore
internal import Posix

/// Notices that someone edited, damaged or deleted the live release, or turned the link elsewhere.
///
/// A pass over the release costs one system call for each file; it is spread over as many steps as the caller likes, so
/// that no moment is expensive. The names in a directory are read again only when its time says that they changed.
public struct LiveWatch {
    private let layout: ReleaseLayout
    private let mode: PublishMode
    private let release: Release
    private let check: ReleaseCheck
    private var stamps = DirectoryStamps(remembers: true)
    private var next = 0
    /// What part of a file is owed to steps that were smaller than one.
    private var owed = 0.0

    /// Begins to watch a release that is published; after a publish or a repair make a new one.
    ///
    /// - Throws: `refused` when there is no record of what was written, as with a release that was taken over.
    public init(layout: ReleaseLayout, mode: PublishMode = .symlink, live: Release) throws(ReleaseError) {
        let index = try system { () throws(SystemError) in try Worktree(layout: layout).index(of: live.commit) }
        guard let index else {
            throw .refused(operation: "watch \(live.path)", reason: "there is no record of what was written")
        }
        self.layout = layout
        self.mode = mode
        release = live
        check = ReleaseCheck(
            index: index, permissions: try layout.permissions(),
            prepared: try Preparation(layout: layout).paths(of: live.commit))
    }

    /// The number of files that a whole pass looks at.
    public var files: Int { check.index.count }

    /// Looks at the link, and at the next files.
    ///
    /// - Parameter share: the part of all files to look at, 1 for a whole pass; where the last step of a pass comes to
    ///   the end the next one begins anew.
    /// - Returns: what is different; empty when all is well. At most about twenty differences are returned.
    public mutating func step(share: Double) throws(ReleaseError) -> [ReleaseDifference] {
        let obvious = try obviousDifferences()
        if !obvious.isEmpty { return obvious }
        owed += min(1, max(0, share)) * Double(max(files, 1))
        let count = Int(owed.rounded(.down))
        owed -= Double(count)
        var left = count
        var found: [ReleaseDifference] = []
        do throws(SystemError) {
            let directory = try FileDescriptor.openDirectory(release.path)
            let root = directory.number
            while left > 0, found.isEmpty {
                if next == 0 { stamps.restart() }
                let run = next..<min(next + left, files)
                let outcome = compare(run, root)
                found += try outcome.get()
                left -= max(1, run.count)
                next = run.upperBound >= files ? 0 : run.upperBound
            }
        } catch where error.isNoSuchPath {
            return [ReleaseDifference(.missing, release.path)]
        } catch {
            throw .system(error)
        }
        return found
    }

    private mutating func compare(_ run: Range<Int>, _ root: Int32) -> Result<[ReleaseDifference], SystemError> {
        do throws(ReleaseError) {
            return .success(try check.differences(among: run, in: root, &stamps))
        } catch .system(let error) {
            return .failure(error)
        } catch {
            // Nothing but the system is asked here.
            return .success([])
        }
    }

    /// What a few system calls tell: the link, the directory, and that it is still a worktree of its commit.
    private func obviousDifferences() throws(ReleaseError) -> [ReleaseDifference] {
        guard try Publisher(layout: layout, mode: mode).current()?.path == release.path else {
            return [ReleaseDifference(.link, layout.link)]
        }
        return try system { () throws(SystemError) in
            guard try Files.statusIfPresent(release.path)?.kind == .directory else {
                return [ReleaseDifference(.missing, release.path)]
            }
            return try Worktree(layout: layout).isIntact(release) ? [] : [ReleaseDifference(.record, ".git")]
        }
    }
}
