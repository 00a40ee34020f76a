package import GitObjects

/// Finds what the release of a commit needs and the store lacks; nil where the store is known to be complete.
package struct FindMissing: Job, Equatable {
    package typealias Answer = MissingReport?
    package static var number: UInt8 { 7 }
    package static var name: String { "find the objects that a release needs" }
    package static var isAboutCommit: Bool { true }
    /// Where the commit is.
    package var store: StoreName
    /// The commit.
    package var commit: ObjectID
    /// What the release is restricted to.
    package var sparsePatterns: [UInt8]?
    /// Whether a store that was never filled with a filter is known to be complete.
    package var isTrusted: Bool

    /// Describes the job.
    package init(store: StoreName, commit: ObjectID, sparsePatterns: [UInt8]?, isTrusted: Bool) {
        self.store = store
        self.commit = commit
        self.sparsePatterns = sparsePatterns
        self.isTrusted = isTrusted
    }
    package func write(to writer: inout WireWriter) {
        writer.put(store)
        writer.put(commit)
        writer.put(sparsePatterns)
        writer.put(isTrusted)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        store = try reader.take()
        commit = try reader.take()
        sparsePatterns = try reader.take()
        isTrusted = try reader.take()
    }
}

/// Finds the submodules of a commit, one level of them.
package struct ReadSubmodules: Job, Equatable {
    package typealias Answer = SubmodulePlan
    package static var number: UInt8 { 8 }
    package static var name: String { "read the list of submodules" }
    package static var isAboutCommit: Bool { true }
    /// Where the commit is.
    package var store: StoreName
    /// The commit.
    package var commit: ObjectID
    /// The submodule whose commit it is.
    package var parent: SubmoduleCheckout?
    /// What the release is restricted to.
    package var sparsePatterns: [UInt8]?

    /// Describes the job.
    package init(store: StoreName, commit: ObjectID, parent: SubmoduleCheckout?, sparsePatterns: [UInt8]?) {
        self.store = store
        self.commit = commit
        self.parent = parent
        self.sparsePatterns = sparsePatterns
    }
    package func write(to writer: inout WireWriter) {
        writer.put(store)
        writer.put(commit)
        writer.put(parent)
        writer.put(sparsePatterns)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        store = try reader.take()
        commit = try reader.take()
        parent = try reader.take()
        sparsePatterns = try reader.take()
    }
}

/// The paths at which two commits differ, sorted by their bytes; without a former one, all paths.
///
/// Those inside submodules are among them where both trees are there. Where they are not, a path with a slash at its end
/// stands for all that may have changed in there.
package struct FindChanges: Job, Equatable {
    package typealias Answer = [[UInt8]]
    package static var number: UInt8 { 9 }
    package static var name: String { "compare two commits" }
    package static var isAboutCommit: Bool { true }
    /// The former commit.
    package var old: ObjectID?
    /// The new one.
    package var new: ObjectID

    /// Describes the job.
    package init(old: ObjectID?, new: ObjectID) {
        self.old = old
        self.new = new
    }
    package func write(to writer: inout WireWriter) {
        writer.put(old)
        writer.put(new)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        old = try reader.take()
        new = try reader.take()
    }
}

/// What commits say of themselves; nil for those that are not there.
package struct DescribeCommits: Job, Equatable {
    package typealias Answer = [CommitSummary?]
    package static var number: UInt8 { 10 }
    package static var name: String { "describe commits" }
    package static var isAboutCommit: Bool { true }
    /// The commits.
    package var commits: [ObjectID]

    /// Describes the job.
    package init(commits: [ObjectID]) {
        self.commits = commits
    }
    package func write(to writer: inout WireWriter) {
        writer.put(commits)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        commits = try reader.take()
    }
}

/// The bytes of an object, of what it names where it is a tag, and so on to the commit.
package struct ReadObjects: Job, Equatable {
    package typealias Answer = [ObjectBytes]
    package static var number: UInt8 { 11 }
    package static var name: String { "read the objects that are signed" }
    package static var isAboutCommit: Bool { true }
    /// The first object.
    package var id: ObjectID
    /// The most bytes that they may have together.
    package var limit: Int

    /// Describes the job.
    package init(id: ObjectID, limit: Int) {
        self.id = id
        self.limit = limit
    }
    package func write(to writer: inout WireWriter) {
        writer.put(id)
        writer.put(limit)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        id = try reader.take()
        limit = try reader.take()
    }
}
