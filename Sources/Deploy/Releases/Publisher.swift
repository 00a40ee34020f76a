internal import GitObjects
public import Layout
internal import Posix

/// How readers reach the release that is live.
public enum PublishMode: String, Sendable, CaseIterable {
    /// The link is a symbolic link to the release.
    case symlink
    /// The link is the release itself, a directory.
    case directory
}

/// Makes a release the one that readers of the link see, in one step.
public struct Publisher: Sendable {
    private let layout: ReleaseLayout
    private let mode: PublishMode

    /// A publisher for the link of a layout.
    public init(layout: ReleaseLayout, mode: PublishMode = .symlink) {
        self.layout = layout
        self.mode = mode
    }

    /// The release that is published; nil when there is none, or when what is there is not ours.
    public func current() throws(ReleaseError) -> Release? {
        try system { () throws(SystemError) in
            switch mode {
            case .symlink: try currentTarget()
            case .directory: try currentDirectory()
            }
        }
    }

    /// Publishes a release that is installed.
    ///
    /// There are two outcomes: readers see the release when this returns, and what they saw before when it throws. What
    /// fails after the swap is no reason to think that it did not take place.
    ///
    /// - Parameters:
    ///   - release: the release.
    ///   - onSwap: is called at the moment from which on readers see it, and not at all when they do already.
    /// - Returns: what went wrong after the swap, in words.
    /// - Throws: `refused` when something foreign is at the link, or what the system refused.
    @discardableResult
    public func publish(_ release: Release, onSwap: () -> Void = {}) throws(ReleaseError) -> [String] {
        try makeParent()
        switch mode {
        case .symlink: return try publishSymlink(release, onSwap)
        case .directory: return try publishDirectory(release, onSwap)
        }
    }

    /// Where a release is reached once it is published.
    public func place(of release: Release) -> Release {
        mode == .directory ? Release(commit: release.commit, path: layout.link) : release
    }

    /// Throws when something foreign is at the link, which publishing would have to destroy.
    public func check() throws(ReleaseError) {
        let operation = "publish at \(layout.link)"
        do throws(SystemError) {
            _ = try layout.linkPlace.directory.openDirectory()
        } catch  where error.isWrongKind {
            throw .refused(operation: operation, reason: "\(error.words); move it away")
        } catch {
            // One that is missing is made.
            if !error.isMissing { throw .system(error) }
        }
        let status = try system { () throws(SystemError) in try layout.linkPlace.statusIfPresent() }
        switch (mode, status?.kind) {
        case (_, nil): return
        case (.symlink, .symbolicLink):
            guard let other = try system({ () throws(SystemError) in try releaseOfAnotherRoot() }) else { return }
            throw .refused(
                operation: operation,
                reason: "it leads to \(other), a release in another root; one link has one root:"
                    + " remove it, or give --link")
        case (.symlink, .directory):
            throw .refused(
                operation: operation, reason: "there is a directory; move it away, or choose --publish=directory")
        case (.directory, .symbolicLink):
            // A root that published by a symbolic link until now; the link goes when the directory comes.
            if try system({ () throws(SystemError) in try currentTarget() }) != nil { return }
            throw .refused(operation: operation, reason: "there is a symbolic link that is not ours; move it away")
        case (.directory, .directory):
            if let other = try system({ () throws(SystemError) in try recordInAnotherRoot() }) {
                throw .refused(
                    operation: operation,
                    reason: "it is a release of another root, whose record is \(other); one link has one root:"
                        + " move it away, or give --link")
            }
            if try system({ () throws(SystemError) in try isOursOrEmpty() }) { return }
            throw .refused(
                operation: operation, reason: "there is a directory that is not a release of ours; move it away")
        default:
            throw .refused(operation: operation, reason: "there is a file that is not ours; move it away")
        }
    }

    private func makeParent() throws(ReleaseError) {
        try system { () throws(SystemError) in _ = try layout.linkPlace.directory.makeDirectories() }
    }
}

// Publishing by symbolic link.
extension Publisher {
    private func publishSymlink(_ release: Release, _ onSwap: () -> Void) throws(ReleaseError) -> [String] {
        try check()
        return try system { () throws(SystemError) in
            // Where the link's directory was reached through symbolic links, this is its path without them.
            let target = relativePath(from: layout.linkPlace.directory.path, to: release.path)
            var isSwapped = false
            do throws(SystemError) {
                try layout.linkPlace.pointSymbolicLink(to: target) {
                    isSwapped = true
                    onSwap()
                }
                return []
            } catch {
                if isSwapped { return [error.description] }
                throw error
            }
        }
    }

    private func currentTarget() throws(SystemError) -> Release? {
        guard let target = try layout.linkPlace.symbolicLinkIfPresent() else { return nil }
        guard let commit = ObjectID(lastComponent(of: target)) else { return nil }
        let path = try destination(of: target, commit)
        // What lies outside is none of ours, and is neither looked at nor moved.
        return layout.place(at: path) == nil ? nil : Release(commit: commit, path: path)
    }

    private func destination(of target: String, _ commit: ObjectID) throws(SystemError) -> String {
        let path = normalized(target.hasPrefix("/") ? target : layout.linkPlace.directory.path + "/" + target)
        if layout.place(at: path) != nil { return path }
        // Whoever made it may have called the root by another path.
        do throws(SystemError) {
            return normalized("\(try Files.resolve(parent(of: path)))/\(commit)")
        } catch  where error.isNotFound || error.isNotDirectory {
            return path
        }
    }

    /// Where the link leads when that is a release that lies in another root.
    private func releaseOfAnotherRoot() throws(SystemError) -> String? {
        guard let target = try layout.linkPlace.symbolicLinkIfPresent(),
            let commit = ObjectID(lastComponent(of: target)), try currentTarget() == nil
        else { return nil }
        let path = try destination(of: target, commit)
        // One that is not there any more belongs to nobody.
        return try Files.statusIfPresent(path) == nil ? nil : path
    }
}

// Publishing by directory: the release itself lies at the link, the one that lay there takes its place.
extension Publisher {
    private func publishDirectory(_ release: Release, _ onSwap: () -> Void) throws(ReleaseError) -> [String] {
        try check()
        return try system { () throws(SystemError) in
            let worktree = Worktree(layout: layout)
            let former = try currentDirectory()
            if let former, former.commit == release.commit, release.path == layout.link { return [] }
            let place = try layout.place(of: release)
            // Git finds its record from where the release is going to be.
            try worktree.point(place, release.commit, asIfAt: layout.linkPlace.path)
            try swap(place)
            onSwap()
            do throws(SystemError) {
                if let former {
                    // What is at the release's old path now is the former one; give it its own name there.
                    let home = layout.place(of: former.commit)
                    try worktree.point(place, former.commit, asIfAt: home.path)
                    try moveAside(place, to: home)
                } else {
                    // An empty directory or the symbolic link that was there.
                    try place.removeTree()
                }
                try layout.linkPlace.directory.openDirectory().synchronize()
                return []
            } catch {
                return [error.description]
            }
        }
    }

    private func swap(_ release: Place) throws(SystemError) {
        do throws(SystemError) {
            try release.rename(toNew: layout.linkPlace)
        } catch  where error.isTaken {
            try release.exchange(with: layout.linkPlace)
        }
    }

    /// Gives the former release its place; an older copy of the same commit goes to where it is swept from.
    private func moveAside(_ release: Place, to place: Place) throws(SystemError) {
        let rest = layout.stagingPlace.unused()
        do throws(SystemError) {
            // Where a release was replaced by a better one of the same commit, the former one itself is that copy.
            if release.path == place.path { return try release.rename(to: rest) }
            try release.rename(toNew: place)
        } catch  where error.isTaken {
            try release.exchange(with: place)
            try release.rename(to: rest)
        }
    }

    private func currentDirectory() throws(SystemError) -> Release? {
        guard try layout.linkPlace.isDirectory() else { return nil }
        guard let commit = try Worktree(layout: layout).commit(ofReleaseAt: layout.linkPlace) else { return nil }
        return try recordInAnotherRoot() == nil ? Release(commit: commit, path: layout.link) : nil
    }

    /// Where the record of the published directory lies when that is in another root.
    ///
    /// A pointer that leads nowhere may be one of ours: the volume may be mounted elsewhere than it was.
    private func recordInAnotherRoot() throws(SystemError) -> String? {
        guard let pointer = try Worktree(layout: layout).pointer(inReleaseAt: layout.linkPlace) else { return nil }
        let path = normalized(pointer.path.hasPrefix("/") ? pointer.path : layout.linkPlace.path + "/" + pointer.path)
        if path == layout.metadata(of: pointer.commit) { return nil }
        guard try Files.statusIfPresent(path, followingLinks: true) != nil else { return nil }
        let found = try Files.resolve(path)
        return found == layout.metadata(of: pointer.commit) ? nil : found
    }

    private func isOursOrEmpty() throws(SystemError) -> Bool {
        if try currentDirectory() != nil { return true }
        return try layout.linkPlace.openDirectory().entries().isEmpty
    }
}
