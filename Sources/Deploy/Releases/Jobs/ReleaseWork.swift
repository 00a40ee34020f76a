package import GitObjects

/// Compares a release with what was written, by size, time and inode, or byte for byte.
package struct ExamineRelease: Job {
    package typealias Answer = VerifyResult
    package static var number: UInt8 { 2 }
    package static var name: String { "prove a release" }
    package static var isAboutCommit: Bool { true }
    /// The release.
    package var release: Release
    /// How releases are made now.
    package var options: StagingOptions
    /// Whether every byte is compared.
    package var byContent: Bool

    /// Describes the job.
    package init(release: Release, options: StagingOptions, byContent: Bool) {
        self.release = release
        self.options = options
        self.byContent = byContent
    }
    package func write(to writer: inout WireWriter) {
        writer.put(release)
        writer.put(options)
        writer.put(byContent)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        release = try reader.take()
        options = try reader.take()
        byContent = try reader.take()
    }
}

/// Makes a release anew from the store, and puts it into its place.
package struct RemakeRelease: Job {
    package typealias Answer = Remade
    package static var number: UInt8 { 3 }
    package static var name: String { "make a release anew" }
    package static var isAboutCommit: Bool { true }
    /// The release.
    package var release: Release
    /// Whether files that did not change are taken over.
    package var isShared: Bool
    /// How releases are made.
    package var options: StagingOptions

    /// Describes the job.
    package init(release: Release, isShared: Bool, options: StagingOptions) {
        self.release = release
        self.isShared = isShared
        self.options = options
    }
    package func write(to writer: inout WireWriter) {
        writer.put(release)
        writer.put(isShared)
        writer.put(options)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        release = try reader.take()
        isShared = try reader.take()
        options = try reader.take()
    }
}

/// Makes a release what its commit says, file by file, in its place.
package struct RepairRelease: Job {
    package typealias Answer = Remade
    package static var number: UInt8 { 24 }
    package static var name: String { "repair a release" }
    package static var isAboutCommit: Bool { true }
    /// The release.
    package var release: Release
    /// How releases are made.
    package var options: StagingOptions
    /// Whether every byte is compared, because the record may not be relied on.
    package var byContent: Bool

    /// Describes the job.
    package init(release: Release, options: StagingOptions, byContent: Bool) {
        self.release = release
        self.options = options
        self.byContent = byContent
    }
    package func write(to writer: inout WireWriter) {
        writer.put(release)
        writer.put(options)
        writer.put(byContent)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        release = try reader.take()
        options = try reader.take()
        byContent = try reader.take()
    }
}

/// Finds out where a release is not as it was made.
package struct VerifyRelease: Job {
    package typealias Answer = [Difference]
    package static var number: UInt8 { 4 }
    package static var name: String { "verify a release" }
    package static var isAboutCommit: Bool { true }
    /// The release.
    package var release: Release
    /// How thoroughly.
    package var depth: VerificationDepth
    /// How releases are made.
    package var options: StagingOptions

    /// Describes the job.
    package init(release: Release, depth: VerificationDepth, options: StagingOptions) {
        self.release = release
        self.depth = depth
        self.options = options
    }
    package func write(to writer: inout WireWriter) {
        writer.put(release)
        writer.put(depth)
        writer.put(options)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        release = try reader.take()
        depth = try reader.take()
        options = try reader.take()
    }
}

/// Notes what a command has changed in a release, so that it is not mistaken for an edit.
package struct AcceptChanges: Job {
    package typealias Answer = Done
    package static var number: UInt8 { 5 }
    package static var name: String { "note what a command changed" }
    package static var isAboutCommit: Bool { true }
    /// The release.
    package var release: Release
    /// How releases are made.
    package var options: StagingOptions

    /// Describes the job.
    package init(release: Release, options: StagingOptions) {
        self.release = release
        self.options = options
    }
    package func write(to writer: inout WireWriter) {
        writer.put(release)
        writer.put(options)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        release = try reader.take()
        options = try reader.take()
    }
}

/// Makes the directory of a commit and puts it into its place.
package struct StageRelease: Job {
    package typealias Answer = StagedSummary
    package static var number: UInt8 { 6 }
    package static var name: String { "stage a release" }
    package static var isAboutCommit: Bool { true }
    /// The commit.
    package var commit: ObjectID
    /// The release to share unchanged files with; nil to write every file.
    package var source: Release?
    /// What to check out in the directories of submodules.
    package var submodules: [SubmoduleCheckout]
    /// How releases are made.
    package var options: StagingOptions

    /// Describes the job.
    package init(commit: ObjectID, source: Release?, submodules: [SubmoduleCheckout], options: StagingOptions) {
        self.commit = commit
        self.source = source
        self.submodules = submodules
        self.options = options
    }
    package func write(to writer: inout WireWriter) {
        writer.put(commit)
        writer.put(source)
        writer.put(submodules)
        writer.put(options)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        commit = try reader.take()
        source = try reader.take()
        submodules = try reader.take()
        options = try reader.take()
    }
}

/// Waits until files of a release are on the disk; without any, until everything on the volume is.
package struct FlushFiles: Job, Equatable {
    package typealias Answer = Done
    package static var number: UInt8 { 18 }
    package static var name: String { "bring a release to the disk" }
    package static var isAboutCommit: Bool { false }
    /// The release.
    package var release: Release?
    /// The files.
    package var paths: [[UInt8]]

    /// Describes the job.
    package init(release: Release?, paths: [[UInt8]]) {
        self.release = release
        self.paths = paths
    }
    package func write(to writer: inout WireWriter) {
        writer.put(release)
        writer.put(paths)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        release = try reader.take()
        paths = try reader.take()
    }
}
