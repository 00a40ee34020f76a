public import GitObjects
public import Layout
package import Posix

extension Worktree {
    /// The name of the list of a release's submodules in its record.
    private static let list = "written-submodules"

    /// Writes the list of a release's submodules into its record, where it has any.
    package func write(_ submodules: [SubmoduleCheckout], into directory: Place) throws(SystemError) {
        guard !submodules.isEmpty else { return }
        var bytes: [UInt8] = []
        for submodule in submodules {
            bytes += Array("\(submodule.commit) \(submodule.location) ".utf8) + submodule.path + [0]
        }
        try directory.appending(Self.list).create(bytes)
    }

    /// The submodules that a release was made with, those inside others behind them.
    package func submodules(of commit: ObjectID) throws(SystemError) -> [SubmoduleCheckout] {
        let file = layout.record(of: commit).appending(Self.list)
        guard let bytes = try file.readIfRegular(limit: 64 << 20) else { return [] }
        return bytes.split(separator: 0).compactMap { line in
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
            guard parts.count == 3, let commit = ObjectID(String(decoding: parts[0], as: UTF8.self)) else { return nil }
            return SubmoduleCheckout(
                path: Array(parts[2]), commit: commit, location: String(decoding: parts[1], as: UTF8.self))
        }
    }

    /// What a submodule's `.git` file says in a release that lies at `path`.
    package func pointer(_ submodule: SubmoduleCheckout, of commit: ObjectID, at path: String) -> [UInt8] {
        // Each directory between the release and the submodule is one more to climb; their names may be any bytes.
        let depth = submodule.path.count { $0 == UInt8(ascii: "/") } + 1
        let climb = String(repeating: "../", count: depth)
        return Array(
            "gitdir: \(climb)\(relativePath(from: path, to: layout.metadata(of: commit)))/\(submodule.location)\n".utf8)
    }

    /// Writes the `.git` files of the release in the directory `release` for the place at which it is going to lie.
    package func point(_ release: Place, _ commit: ObjectID, asIfAt place: String) throws(SystemError) {
        let directory = try release.openDirectory()
        try directory.replaceFile(entry: Self.pointerName, pointer(commit, at: place).span)
        let submodules = try submodules(of: commit)
        guard !submodules.isEmpty else { return }
        for submodule in submodules {
            let cursor = DirectoryCursor(root: directory.number, creates: false)
            do throws(SystemError) {
                try cursor.enter(submodule)
                try replacePointer(pointer(submodule, of: commit, at: place), in: cursor.descriptor)
            } catch  where error.isNotFound || error.isNotDirectory {
                // The application has removed the submodule or put something else there: that is an edit like others.
            }
        }
    }

    /// Whether a submodule's `.git` file, in its open directory, is as it was written.
    package func isPointed(
        _ submodule: SubmoduleCheckout, of commit: ObjectID, at path: String, in directory: Int32
    ) throws(SystemError) -> Bool {
        do throws(SystemError) {
            let file = try TreeFile.open(in: directory, Self.terminatedPointerName.span)
            guard try file.status().kind == .file else { return false }
            var reader = TreeReader()
            return try reader.rest(of: file, equals: pointer(submodule, of: commit, at: path).span)
        } catch  where error.isNotFound || error.isNotDirectory {
            return false
        }
    }

    /// Writes a submodule's `.git` file into its open directory.
    package func writePointer(_ content: [UInt8], in directory: Int32) throws(SystemError) {
        let file = try TreeFile.create(in: directory, Self.terminatedPointerName.span, executable: false)
        try file.writeAll(content.span)
    }

    private func replacePointer(_ content: [UInt8], in directory: Int32) throws(SystemError) {
        do throws(SystemError) {
            try TreeFile.remove(in: directory, Self.terminatedPointerName.span)
        } catch  where error.isNotFound {
            // Somebody has removed it.
        }
        try writePointer(content, in: directory)
    }

    /// The same for C.
    package static let terminatedPointerName = Array(pointerName.utf8) + [0]
}

extension DirectoryCursor {
    /// Makes a submodule's directory the current one.
    package func enter(_ submodule: SubmoduleCheckout) throws(SystemError) {
        let inside = submodule.path + [UInt8(ascii: "/")]
        _ = try enter(directoryOf: inside.span)
    }
}

extension ReleaseLayout {
    /// The submodules that a release was made with; empty for one without, and for none that is ours.
    public func submodules(of commit: ObjectID) throws(ReleaseError) -> [SubmoduleCheckout] {
        try system { () throws(SystemError) in try Worktree(layout: self).submodules(of: commit) }
    }
}
