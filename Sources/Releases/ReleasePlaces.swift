package import GitObjects
package import Posix

/// Something that lies where a release belongs.
package struct ReleasePlace: Equatable {
    /// The commit whose name it has.
    package let commit: ObjectID
    /// Where it lies.
    package let path: String
    /// What it is.
    package let kind: FileStatus.Kind
}

/// Finds what lies under a root where releases lie, or lay in older layouts.
package struct ReleasePlaces {
    package let layout: ReleaseLayout

    /// Everything that has a commit's name among the releases, and in the root what is a worktree of our store.
    package func all() throws(ReleaseError) -> [ReleasePlace] {
        try system { () throws(SystemError) in
            var places = try named(in: layout.releases)
            // Other tools put their worktrees into the root itself. A directory that merely has such a name is foreign.
            let worktree = Worktree(layout: layout)
            for place in try named(in: layout.root) where place.kind == .directory {
                if try worktree.isRecorded(place.path, as: place.commit) { places.append(place) }
            }
            return places
        }
    }

    private func named(in directory: String) throws(SystemError) -> [ReleasePlace] {
        var places: [ReleasePlace] = []
        guard try Files.statusIfPresent(directory, followingLinks: true)?.kind == .directory else { return [] }
        for entry in try FileDescriptor.openDirectory(directory).entries() {
            guard let commit = ObjectID(hex: entry.name.span) else { continue }
            let path = "\(directory)/\(String(decoding: entry.name, as: UTF8.self))"
            guard let status = try Files.statusIfPresent(path) else { continue }
            places.append(ReleasePlace(commit: commit, path: path, kind: status.kind))
        }
        return places
    }
}

extension Worktree {
    /// Whether a directory is the worktree of a commit by its `.git` file, and that leads into our store.
    ///
    /// Git itself writes an absolute path there, which is another one where the volume is mounted elsewhere: what counts
    /// is that our store has a record of this name whose way back leads here.
    package func isRecorded(_ path: String, as commit: ObjectID) throws(SystemError) -> Bool {
        guard try self.commit(ofReleaseAt: path) == commit else { return false }
        guard let back = try Files.readIfPresent(layout.metadata(of: commit) + "/gitdir", limit: 8192) else {
            return false
        }
        let line = String(decoding: back.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return line.hasSuffix("/\(commit)/.git")
    }
}
