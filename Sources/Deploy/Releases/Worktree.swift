package import GitObjects
package import Layout
package import Posix

/// What makes a directory a worktree in git's eyes: a `.git` file in it, and a record in the store.
///
/// All paths are relative, so that git works in a release wherever the volume is mounted.
package struct Worktree {
    package let layout: ReleaseLayout

    package init(layout: ReleaseLayout) {
        self.layout = layout
    }

    /// The name of our own record beside git's index.
    ///
    /// It is the same file under a second name. Git never writes into its index but replaces it, so that what we wrote
    /// stays as it was when someone runs git in a release.
    private static let record = "written-index"

    /// What is added to a record's name for the file that says which tree and settings it was made from.
    private static let origin = ".origin"

    /// The name of the record of what a command has changed in a release before it was published.
    private static let preparation = "prepared-index"

    /// The name of the file in a release that leads to its record.
    package static let pointerName = ".git"

    /// The content of the `.git` file of a release in the directory that lies at `path`.
    package func pointer(_ commit: ObjectID, at path: String) -> [UInt8] {
        Array("gitdir: \(relativePath(from: path, to: layout.metadata(of: commit)))\n".utf8)
    }

    /// The commit of the release in a place, by its `.git` file; nil for a directory that is no release of ours.
    package func commit(ofReleaseAt place: Place) throws(SystemError) -> ObjectID? {
        try pointer(inReleaseAt: place)?.commit
    }

    /// Where the `.git` file of the release in a place leads, and the commit that it names; nil for one that is none of ours.
    func pointer(inReleaseAt place: Place) throws(SystemError) -> (path: String, commit: ObjectID)? {
        guard let content = try place.appending(Self.pointerName).readIfRegular(limit: 8192) else { return nil }
        let line = String(decoding: content.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let marker = ".git/worktrees/"
        // Only the end is looked at: the directory may just have been moved to where the way to the store is another.
        guard line.hasPrefix("gitdir: "), let commit = ObjectID(lastComponent(of: line)),
            line.hasSuffix(marker + "\(commit)")
        else { return nil }
        return (String(line.dropFirst("gitdir: ".count)), commit)
    }

    /// Writes the record of a release into a directory that does not exist yet.
    package func write(_ index: ReleaseIndex, of commit: ObjectID, into directory: Place) throws(SystemError) {
        try write(index, record(describing: commit), into: directory)
    }

    /// What the record of a release, or of a submodule that it holds, says.
    package func record(describing commit: ObjectID, _ submodule: SubmoduleCheckout? = nil) -> Record {
        let (place, release) = (layout.metadata(of: commit), layout.directory(of: commit))
        guard let submodule else {
            return Record(commit: commit, place: place, release: release, store: layout.gitDirectory)
        }
        return Record(
            commit: submodule.commit, place: "\(place)/\(submodule.location)",
            release: "\(release)/\(submodule.pathText)", store: layout.moduleStore(submodule.location))
    }

    /// What a record says: which commit is checked out where, and where its objects are.
    package struct Record {
        package let commit: ObjectID
        /// Where the record is going to be.
        package let place: String
        /// Where what is checked out is going to be.
        package let release: String
        /// The repository's directory.
        package let store: String

        package init(commit: ObjectID, place: String, release: String, store: String) {
            self.commit = commit
            self.place = place
            self.release = release
            self.store = store
        }
    }

    /// Writes a record into a directory that does not exist yet.
    package func write(_ index: ReleaseIndex, _ record: Record, into place: Place) throws(SystemError) {
        try place.makeDirectory()
        let directory = try place.openDirectory()
        for (name, content) in files(of: record) { try directory.createFile(entry: name, Array(content.utf8)) }
        let (bytes, origin) = index.files()
        try directory.createFile(entry: Self.record + Self.origin, origin)
        try directory.createFile(entry: "index", bytes)
        do throws(SystemError) {
            try directory.link(entry: "index", to: directory, as: Self.record)
        } catch {
            // A file system without hard links, or one that refuses this one.
            try directory.createFile(entry: Self.record, bytes)
        }
    }

    /// Writes what a record lacks or has otherwise, and its index, into a record that git may be using.
    ///
    /// Each file is replaced by itself. Who is stopped in between leaves an index that proves nothing.
    package func restore(_ index: ReleaseIndex, _ record: Record, in place: Place) throws(SystemError) {
        let directory = try place.makeDirectories()
        for (name, content) in files(of: record) {
            let bytes = Array(content.utf8)
            if try place.appending(name).readIfRegular(limit: 8192) == bytes { continue }
            // The umask decides the permissions: the worker may not change any.
            try directory.replaceFile(entry: name, bytes.span, mode: nil)
        }
        let (bytes, origin) = index.files()
        try directory.replaceFile(entry: Self.record + Self.origin, origin.span, mode: nil)
        try directory.replaceFile(entry: Self.record, bytes.span, mode: nil)
        try directory.replaceFile(entry: "index", bytes.span, mode: nil)
    }

    private func files(of record: Record) -> [(name: String, content: String)] {
        [
            ("HEAD", "\(record.commit)\n"),
            ("commondir", relativePath(from: record.place, to: record.store) + "\n"),
            ("gitdir", relativePath(from: record.place, to: record.release) + "/.git\n"),
            // Keeps `git worktree prune`, which `git gc` runs, from taking the record away.
            ("locked", "this worktree is a release of git-sidecar\n"),
        ]
    }

    /// The index that was written with a release; nil when there is none that can be trusted.
    package func index(of commit: ObjectID, _ submodule: SubmoduleCheckout? = nil) throws(SystemError) -> ReleaseIndex?
    {
        try read(Self.record, of: commit, submodule)
    }

    /// The same, read in parts; it is the file that is there now.
    func indexFile(of commit: ObjectID) throws(SystemError) -> IndexFile? {
        let record = record(of: commit, nil)
        guard let origin = try record.appending(Self.record + Self.origin).readIfRegular(limit: 64 << 20) else {
            return nil
        }
        do throws(SystemError) {
            return try IndexFile(try record.appending(Self.record).openFile(), origin: origin)
        } catch  where error.isMissing || error.isWrongKind {
            return nil
        }
    }

    /// Those files that a command has changed before publishing, as it left them; nil when none ran.
    package func preparedIndex(
        of commit: ObjectID, _ submodule: SubmoduleCheckout? = nil
    ) throws(SystemError) -> ReleaseIndex? {
        try read(Self.preparation, of: commit, submodule)
    }

    /// Keeps a record of the files that a command has changed.
    package func writePrepared(
        _ index: ReleaseIndex, of commit: ObjectID, _ submodule: SubmoduleCheckout? = nil
    ) throws(SystemError) {
        let (bytes, origin) = index.files()
        let record = record(of: commit, submodule)
        // The umask decides the permissions: the worker may not change any.
        try record.appending(Self.preparation + Self.origin).replace(origin, mode: nil)
        try record.appending(Self.preparation).replace(bytes, mode: nil)
    }

    private func read(
        _ name: String, of commit: ObjectID, _ submodule: SubmoduleCheckout?
    ) throws(SystemError) -> ReleaseIndex? {
        let record = record(of: commit, submodule)
        guard let origin = try record.appending(name + Self.origin).readIfRegular(limit: 64 << 20),
            let file = try record.appending(name).readIfRegular(limit: .max)
        else { return nil }
        return ReleaseIndex(file: file, origin: origin)
    }

    private func record(of commit: ObjectID, _ submodule: SubmoduleCheckout?) -> Place {
        let record = layout.record(of: commit)
        return submodule.map { record.appending($0.location) } ?? record
    }
}

extension Worktree {
    /// Whether the release and its record name each other and the release's commit.
    package func isIntact(_ release: Release) throws(SystemError) -> Bool {
        let commit = release.commit
        guard try self.commit(ofReleaseAt: layout.place(of: release)) == commit else { return false }
        let head = try layout.record(of: commit).appending("HEAD").readIfRegular(limit: 8192)
        return head == Array("\(commit)\n".utf8)
    }
}
