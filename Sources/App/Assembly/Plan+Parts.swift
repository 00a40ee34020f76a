internal import GitObjects
package import Options
package import Posix
package import Releases
package import Remote

extension FetchScope {
    /// How much of the repository a plan asks for.
    package init(_ plan: Plan) {
        let filter: ObjectFilter =
            switch plan.settings.filter {
            case .blobs: .withoutBlobs
            case .trees: .withoutTrees
            case nil: .none
            }
        self.init(depth: plan.settings.depth, filter: filter)
    }
}

extension StagingOptions {
    /// How a plan wants releases to be made.
    package init(_ plan: Plan) throws(SystemError) {
        self.init()
        let settings = plan.settings
        share =
            switch settings.share {
            case .auto: .auto
            case .link: .link
            case .copy: .copy
            }
        edits = EditMode(plan)
        isWrittenBeforePublishing = settings.prepareCommand != nil
        config = ConfigValues(GitSettings(plan.gitConfig))
        sparsePatterns = try plan.readSparsePatterns()
    }
}

extension EditMode {
    /// What a plan wants to become of changes in the live release.
    package init(_ plan: Plan) {
        self =
            switch plan.settings.edits {
            case .repair: .repair
            case .strict: .strict
            }
    }
}

extension RevisionFile {
    /// What a plan wants to be written into each release; nil for nothing.
    package init?(_ plan: Plan) {
        guard let wanted = plan.settings.revisionFile else { return nil }
        self.init(path: wanted.path, template: wanted.template, host: ThisProcess.hostName)
    }
}

extension ConfigValues {
    fileprivate init(_ git: GitSettings) {
        let conversion: AutomaticConversion =
            switch git.last("core.autocrlf")?.lowercased() {
            case "input": .input
            case nil: .off
            default: git.flag("core.autocrlf") == true ? .on : .off
            }
        let ending = git.last("core.eol").flatMap { EndOfLine(rawValue: $0.lowercased()) }
        self.init(automaticConversion: conversion, endOfLine: ending ?? .native)
    }
}

extension Plan {
    /// The patterns of `--sparse-checkout-file`, as they are now, and behind them those of `--sparse-pattern`.
    fileprivate func readSparsePatterns() throws(SystemError) -> [UInt8]? {
        guard settings.sparseCheckoutFile != nil || !settings.sparsePatterns.isEmpty else { return nil }
        var patterns: [UInt8] = []
        if let file = settings.sparseCheckoutFile { patterns = try Files.read(file.text, limit: 16 << 20) }
        if patterns.last.map({ $0 != UInt8(ascii: "\n") }) == true { patterns.append(UInt8(ascii: "\n")) }
        for pattern in settings.sparsePatterns { patterns += Array("\(pattern)\n".utf8) }
        return patterns
    }

    /// How a plan publishes.
    package var publishMode: Releases.PublishMode { settings.publish == .directory ? .directory : .symlink }
}

extension CompactionMode {
    /// When a plan wants the store to be compacted.
    package init(_ plan: Plan) {
        self =
            switch plan.settings.gitGC {
            case .auto: .auto
            case .always: .always
            case .aggressive: .aggressive
            case .off: .off
            }
    }
}

extension SpaceGuard {
    /// How much of the volume a plan leaves alone.
    package init(_ plan: Plan, root: String) {
        self.init(
            path: root, minimumFree: UInt64(plan.settings.minFreeSpace.bytes),
            maximumRelease: UInt64(plan.settings.maxReleaseSize.bytes))
    }
}
