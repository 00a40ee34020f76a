package import GitObjects
package import Layout
package import Posix

/// Something that lies where a release belongs.
package struct ReleasePlace {
    /// The commit whose name it has.
    package let commit: ObjectID
    /// Where it lies.
    package let place: Place
    /// What it is.
    package let kind: FileStatus.Kind
    /// The path of where it lies.
    package var path: String { place.path }
}

/// Finds what lies under a root where releases lie, or lay in older layouts.
package struct ReleasePlaces {
    package let layout: ReleaseLayout

    /// Everything that has a commit's name among the releases, and in the root what is a worktree of our store.
    package func all() throws(ReleaseError) -> [ReleasePlace] {
        try system { () throws(SystemError) in
            var places = try named(in: layout.releasesPlace)
            // Other tools put their worktrees into the root itself. A directory that merely has such a name is foreign.
            let worktree = Worktree(layout: layout)
            for place in try named(in: layout.rootPlace) where place.kind == .directory {
                if try worktree.isRecorded(place.place, as: place.commit) { places.append(place) }
            }
            return places
        }
    }

    private func named(in directory: Place) throws(SystemError) -> [ReleasePlace] {
        var places: [ReleasePlace] = []
        for entry in try directory.entriesIfPresent() {
            guard let commit = ObjectID(hex: entry.name.span) else { continue }
            let place = directory.appending(String(decoding: entry.name, as: UTF8.self))
            guard let status = try place.statusIfPresent() else { continue }
            places.append(ReleasePlace(commit: commit, place: place, kind: status.kind))
        }
        return places
    }
}

extension Worktree {
    /// Whether a directory is the worktree of a commit by its `.git` file, and that leads into our store.
    ///
    /// Git itself writes an absolute path there, which is another one where the volume is mounted elsewhere: what counts
    /// is that our store has a record of this name whose way back leads here.
    package func isRecorded(_ place: Place, as commit: ObjectID) throws(SystemError) -> Bool {
        guard try self.commit(ofReleaseAt: place) == commit else { return false }
        let record = layout.record(of: commit)
        guard let back = try record.appending("gitdir").readIfRegular(limit: 8192) else { return false }
        let line = String(decoding: back.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return line.hasSuffix("/\(commit)/.git")
    }
}
