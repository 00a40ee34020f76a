package import GitObjects

/// Opens the store of the releases, and makes it where there is none.
package struct OpenStore: Job, Equatable {
    package typealias Answer = StoreOpening
    package static var number: UInt8 { 1 }
    package static var name: String { "open the object store" }
    package static var isAboutCommit: Bool { false }

    /// Describes the job.
    package init() {}
    package func write(to _: inout WireWriter) {}
    package init(from _: inout WireReader) throws(WireError) {}
}

/// Keeps a commit in a store, so that no compaction takes it away.
package struct KeepCommit: Job, Equatable {
    package typealias Answer = Done
    package static var number: UInt8 { 12 }
    package static var name: String { "keep a commit" }
    package static var isAboutCommit: Bool { false }
    /// The store.
    package var store: StoreName
    /// The commit.
    package var commit: ObjectID

    /// Describes the job.
    package init(store: StoreName, commit: ObjectID) {
        self.store = store
        self.commit = commit
    }
    package func write(to writer: inout WireWriter) {
        writer.put(store)
        writer.put(commit)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        store = try reader.take()
        commit = try reader.take()
    }
}

/// Makes the store of the releases keep exactly these commits, as far as it has them; says which ones it gave up.
package struct KeepCommits: Job, Equatable {
    package typealias Answer = [ObjectID]
    package static var number: UInt8 { 14 }
    package static var name: String { "keep commits" }
    package static var isAboutCommit: Bool { false }
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

/// Lets go what no release needs, and compacts the stores whose time has come.
package struct TidyStores: Job, Equatable {
    package typealias Answer = TidyResult
    package static var number: UInt8 { 15 }
    package static var name: String { "tidy up the object stores" }
    package static var isAboutCommit: Bool { false }
    /// The release that is published; nil while there is none, when no store of a submodule is looked at.
    package var live: ObjectID?
    /// What must stay possible to publish without the network.
    package var previous: [ObjectID]
    /// When stores are compacted.
    package var mode: CompactionMode
    /// How many commits of history are asked for; zero for all.
    package var depth: Int
    /// Commits that need not be kept since now.
    package var released: [ObjectID]

    /// Describes the job.
    package init(
        live: ObjectID?, previous: [ObjectID], mode: CompactionMode, depth: Int, released: [ObjectID] = []
    ) {
        self.live = live
        self.previous = previous
        self.mode = mode
        self.depth = depth
        self.released = released
    }
    package func write(to writer: inout WireWriter) {
        writer.put(live)
        writer.put(previous)
        writer.put(mode)
        writer.put(depth)
        writer.put(released)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        live = try reader.take()
        previous = try reader.take()
        mode = try reader.take()
        depth = try reader.take()
        released = try reader.take()
    }
}

/// Looks at every byte of the stores.
///
/// Those of submodules in which one has changed go to the trash.
package struct CheckStores: Job, Equatable {
    package typealias Answer = StoreCheck
    package static var number: UInt8 { 16 }
    package static var name: String { "check the object stores" }
    package static var isAboutCommit: Bool { false }

    /// Describes the job.
    package init() {}
    package func write(to _: inout WireWriter) {}
    package init(from _: inout WireReader) throws(WireError) {}
}

/// The bytes of all packs and their indexes.
package struct MeasureStore: Job, Equatable {
    package typealias Answer = UInt64
    package static var number: UInt8 { 17 }
    package static var name: String { "measure the object store" }
    package static var isAboutCommit: Bool { false }

    /// Describes the job.
    package init() {}
    package func write(to _: inout WireWriter) {}
    package init(from _: inout WireReader) throws(WireError) {}
}
