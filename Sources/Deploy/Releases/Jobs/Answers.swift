package import GitFiles
package import GitObjects

/// How the object store was found.
package enum StoreOpening: WireValue, Equatable {
    /// It is open.
    case ready
    /// It is of no use, and an empty one waits to take its place.
    case unusable(StoreReplacement)

    package func write(to writer: inout WireWriter) {
        if case .unusable(let replacement) = self {
            writer.put(Optional(replacement))
        } else {
            writer.put(StoreReplacement?.none)
        }
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self = try reader.take(StoreReplacement?.self).map { .unusable($0) } ?? .ready
    }
}

/// An empty store that is to take the place of one that is of no use.
package struct StoreReplacement: WireValue, Equatable {
    /// Its name in the staging directory.
    package var name: String
    /// Whether somebody else's repository lies in the store's place.
    package var isForeign: Bool
    /// What is wrong with the one that it replaces.
    package var reason: String

    /// Describes a replacement.
    package init(name: String, isForeign: Bool, reason: String) {
        self.name = name
        self.isForeign = isForeign
        self.reason = reason
    }
    package func write(to writer: inout WireWriter) {
        writer.put(name)
        writer.put(isForeign)
        writer.put(reason)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(name: try reader.take(), isForeign: try reader.take(), reason: try reader.take())
    }
}

/// How much of a release differs, and so what it takes to repair it.
package enum Damage: UInt8, Sendable, CaseIterable {
    /// Files: each is replaced by a rename, and every directory stays what it is.
    case files
    /// A directory or a file has something of another kind in its place, which has to be moved away.
    case structure
    /// All of it: the directory is not there, is another release's, or was made in another way than releases are now.
    case everything
}

/// How a release was found.
package enum VerifyResult: WireValue, Equatable {
    /// It is as it was written.
    case whole
    /// It differs, for the reason that is given for people.
    case damaged(String, Damage)
    /// It seems whole, but what would prove it is not in the store.
    case unproven(GitError)

    package func write(to writer: inout WireWriter) {
        switch self {
        case .whole: writer.put(byte: 0)
        case .damaged(let reason, let damage):
            writer.put(byte: 1)
            writer.put(reason)
            writer.put(case: damage)
        case .unproven(let error):
            writer.put(byte: 2)
            writer.put(error)
        }
    }
    package init(from reader: inout WireReader) throws(WireError) {
        switch try reader.takeByte() {
        case 0: self = .whole
        case 1: self = .damaged(try reader.take(), try reader.takeCase())
        case 2: self = .unproven(try reader.take())
        default: throw WireError("a case is not known")
        }
    }
}

/// How making a release anew ended.
package enum Remade: WireValue, Equatable {
    /// It is in its place.
    case made(Release)
    /// A command has prepared it, and must do so again.
    case prepared
    /// Which submodules it had is not known.
    case unknownSubmodules

    package func write(to writer: inout WireWriter) {
        switch self {
        case .made(let release):
            writer.put(byte: 0)
            writer.put(release)
        case .prepared: writer.put(byte: 1)
        case .unknownSubmodules: writer.put(byte: 2)
        }
    }
    package init(from reader: inout WireReader) throws(WireError) {
        switch try reader.takeByte() {
        case 0: self = .made(try reader.take())
        case 1: self = .prepared
        case 2: self = .unknownSubmodules
        default: throw WireError("a case is not known")
        }
    }
}

/// A release that was staged and is in its place.
package struct StagedSummary: WireValue, Equatable {
    /// The release.
    package var release: Release
    /// What it has cost.
    package var figures: StagingFigures
    /// Files that could not be written as their attributes ask, for people.
    package var warnings: [String]
    /// The files that were written, where they are few enough to be flushed one by one.
    package var written: [[UInt8]]

    /// Describes a staged release.
    package init(release: Release, figures: StagingFigures, warnings: [String], written: [[UInt8]] = []) {
        self.release = release
        self.figures = figures
        self.warnings = warnings
        self.written = written
    }
    package func write(to writer: inout WireWriter) {
        writer.put(release)
        writer.put(figures)
        writer.put(warnings)
        writer.put(written)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(
            release: try reader.take(), figures: try reader.take(), warnings: try reader.take(),
            written: try reader.take())
    }
}

/// What a release needs and a store lacks.
package struct MissingReport: WireValue, Equatable {
    /// The objects.
    package var objects: MissingObjects
    /// Whether the store keeps no commit yet.
    package var isFirst: Bool

    /// Describes what is missing.
    package init(objects: MissingObjects, isFirst: Bool) {
        self.objects = objects
        self.isFirst = isFirst
    }
    package func write(to writer: inout WireWriter) {
        writer.put(objects)
        writer.put(isFirst)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(objects: try reader.take(), isFirst: try reader.take())
    }
}

/// What a commit says of itself, as far as people are told.
package struct CommitSummary: WireValue, Equatable {
    /// The commit.
    package var id: ObjectID
    /// Its tree.
    package var tree: ObjectID
    /// The first paragraph of its message, of which a line for people is kept.
    package var subject: String
    /// When it was made, in seconds since 1970.
    package var time: Int64

    /// Describes a commit.
    package init(id: ObjectID, tree: ObjectID, subject: String, time: Int64) {
        self.id = id
        self.tree = tree
        self.subject = subject
        self.time = time
    }
    package func write(to writer: inout WireWriter) {
        writer.put(id)
        writer.put(tree)
        writer.put(subject)
        writer.put(time)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(id: try reader.take(), tree: try reader.take(), subject: try reader.take(), time: try reader.take())
    }
}

/// What tidying up has done.
package struct TidyResult: WireValue, Equatable {
    /// What became of the stores of submodules.
    package var modules: ModuleSweepResult
    /// How many packs and loose objects a compaction of the releases' store removed; nil when it was not time for one.
    package var removedPacks: Int?
    /// The loose objects among them.
    package var removedLooseObjects: Int

    /// Describes what was done.
    package init(modules: ModuleSweepResult, removedPacks: Int?, removedLooseObjects: Int) {
        self.modules = modules
        self.removedPacks = removedPacks
        self.removedLooseObjects = removedLooseObjects
    }
    package func write(to writer: inout WireWriter) {
        writer.put(modules)
        writer.put(removedPacks)
        writer.put(removedLooseObjects)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(modules: try reader.take(), removedPacks: try reader.take(), removedLooseObjects: try reader.take())
    }
}

/// What a look at every byte of the stores has led to.
package struct StoreCheck: WireValue, Equatable {
    /// Stores of submodules, by location, that were given up.
    package var modules: [String]
    /// What is to take the place of the releases' store, where that is damaged.
    package var replacement: StoreReplacement?

    /// Describes what was found.
    package init(modules: [String], replacement: StoreReplacement?) {
        self.modules = modules
        self.replacement = replacement
    }
    package func write(to writer: inout WireWriter) {
        writer.put(modules)
        writer.put(replacement)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(modules: try reader.take(), replacement: try reader.take())
    }
}

extension VerificationDepth: WireValue {
    package func write(to writer: inout WireWriter) { writer.put(case: self) }
    package init(from reader: inout WireReader) throws(WireError) { self = try reader.takeCase() }
}

extension CompactionMode: WireValue {
    package func write(to writer: inout WireWriter) { writer.put(case: self) }
    package init(from reader: inout WireReader) throws(WireError) { self = try reader.takeCase() }
}
