internal import GitObjects
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

    /// Publishes a release that is installed; it returns when the change is on the disk.
    ///
    /// - Parameters:
    ///   - release: the release.
    ///   - onSwap: is called at the moment from which on readers see it, and not at all when they do already.
    /// - Returns: the release as it is now reached, which in directory mode is at the link.
    /// - Throws: `refused` when something foreign is at the link, or what the system refused.
    @discardableResult
    public func publish(_ release: Release, onSwap: () -> Void = {}) throws(ReleaseError) -> Release {
        try makeParent()
        switch mode {
        case .symlink: return try publishSymlink(release, onSwap)
        case .directory: return try publishDirectory(release, onSwap)
        }
    }

    /// Throws when something foreign is at the link, which publishing would have to destroy.
    public func check() throws(ReleaseError) {
        let status = try system { () throws(SystemError) in try Files.statusIfPresent(layout.link) }
        let operation = "publish at \(layout.link)"
        switch (mode, status?.kind) {
        case (_, nil), (.symlink, .symbolicLink): return
        case (.symlink, .directory):
            throw .refused(
                operation: operation, reason: "there is a directory; move it away, or choose --publish=directory")
        case (.directory, .symbolicLink):
            // A root that published by a symbolic link until now; the link goes when the directory comes.
            if try system({ () throws(SystemError) in try currentTarget() }) != nil { return }
            throw .refused(operation: operation, reason: "there is a symbolic link that is not ours; move it away")
        case (.directory, .directory):
            if try system({ () throws(SystemError) in try isOursOrEmpty() }) { return }
            throw .refused(
                operation: operation, reason: "there is a directory that is not a release of ours; move it away")
        default:
            throw .refused(operation: operation, reason: "there is a file that is not ours; move it away")
        }
    }

    private func makeParent() throws(ReleaseError) {
        try system { () throws(SystemError) in try Files.makeDirectories(parent(of: layout.link)) }
    }
}

// Publishing by symbolic link.
extension Publisher {
    private func publishSymlink(_ release: Release, _ onSwap: () -> Void) throws(ReleaseError) -> Release {
        try check()
        try system { () throws(SystemError) in
            // The directory of the link may be reached through symbolic links, and ".." would lead back elsewhere.
            let directory = try Files.resolve(parent(of: layout.link))
            let target = relativePath(from: directory, to: release.path)
            try AtomicSymlink.replace(target: target, at: layout.link, onSwap: onSwap)
        }
        return release
    }

    private func currentTarget() throws(SystemError) -> Release? {
        guard let target = try Files.symbolicLinkIfPresent(layout.link) else { return nil }
        guard let commit = ObjectID(lastComponent(of: target)) else { return nil }
        let directory = try Files.resolve(parent(of: layout.link))
        return Release(commit: commit, path: normalized(target.hasPrefix("/") ? target : directory + "/" + target))
    }
}

// Publishing by directory: the release itself lies at the link, the one that lay there takes its place.
extension Publisher {
    private func publishDirectory(_ release: Release, _ onSwap: () -> Void) throws(ReleaseError) -> Release {
        try check()
        return try system { () throws(SystemError) in
            let worktree = Worktree(layout: layout)
            let former = try currentDirectory()
            if let former, former.commit == release.commit, release.path == layout.link { return former }
            let path = try Files.resolve(parent(of: layout.link)) + "/" + lastComponent(of: layout.link)
            // Git finds its record from where the release is going to be.
            try worktree.point(release.path, release.commit, asIfAt: path)
            try swap(release)
            onSwap()
            if let former {
                // What is at the release's old path now is the former one; give it its own name there.
                let place = layout.directory(of: former.commit)
                try worktree.point(release.path, former.commit, asIfAt: place)
                try moveAside(release.path, to: place)
            } else {
                // An empty directory or the symbolic link that was there.
                try Files.removeTree(release.path)
            }
            try FileDescriptor.openDirectory(parent(of: layout.link)).synchronize()
            return Release(commit: release.commit, path: layout.link)
        }
    }

    private func swap(_ release: Release) throws(SystemError) {
        do throws(SystemError) {
            try Files.rename(release.path, toNew: layout.link)
        } catch  where error.isTaken {
            try Files.exchange(release.path, layout.link)
        }
    }

    /// Gives the former release its place; an older copy of the same commit goes to where it is swept from.
    private func moveAside(_ path: String, to place: String) throws(SystemError) {
        let rest = layout.staging + "/" + TemporaryName.make()
        do throws(SystemError) {
            // Where a release was replaced by a better one of the same commit, the former one itself is that copy.
            if path == place { return try Files.rename(path, to: rest) }
            try Files.rename(path, toNew: place)
        } catch  where error.isTaken {
            try Files.exchange(path, place)
            try Files.rename(path, to: rest)
        }
    }

    private func currentDirectory() throws(SystemError) -> Release? {
        guard try Files.statusIfPresent(layout.link)?.kind == .directory else { return nil }
        guard let commit = try Worktree(layout: layout).commit(ofReleaseAt: layout.link) else { return nil }
        return Release(commit: commit, path: layout.link)
    }

    private func isOursOrEmpty() throws(SystemError) -> Bool {
        if try currentDirectory() != nil { return true }
        return try FileDescriptor.openDirectory(layout.link).entries().isEmpty
    }
}
