internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Layout
internal import Posix
internal import Releases

// The jobs that make and check releases.

extension ExamineRelease: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> VerifyResult {
        try jobs.stager(options).examine(release, byContent: byContent, context.deadline)
    }
}

extension VerifyRelease: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> [Difference] {
        try jobs.stager(options).verify(release, depth, deadline: context.deadline)
    }
}

extension AcceptChanges: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> Done {
        try jobs.stager(options).acceptChanges(in: release, deadline: context.deadline)
        return Done()
    }
}

extension StageRelease: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> StagedSummary {
        var options = options
        options.report = context.report
        let stager = try jobs.stager(options)
        let staged = try stager.stage(commit, from: source, submodules: submodules, deadline: context.deadline)
        let release = try stager.install(staged)
        return StagedSummary(
            release: release, figures: staged.figures, warnings: staged.warnings, written: staged.written)
    }
}

extension RemakeRelease: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> Remade {
        let layout = jobs.layout
        if try Worktree(layout: layout).preparedIndex(of: release.commit) != nil { return .prepared }
        let store = try jobs.store(.root)
        guard let submodules = try layout.recordedSubmodules(release, store) else { return .unknownSubmodules }
        let isDirectory = try layout.place(of: release).isDirectory()
        let stager = try jobs.stager(options)
        let staged = try stager.stage(
            release.commit, from: isShared && isDirectory ? release : nil, submodules: submodules,
            deadline: context.deadline)
        let made = try stager.install(staged)
        // What was there before.
        try layout.discard(staged.place)
        return .made(made)
    }
}

extension RepairRelease: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> Remade {
        try jobs.stager(options).repair(release, byContent: byContent, deadline: context.deadline)
    }
}

extension FlushFiles: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> Done {
        guard let release, !paths.isEmpty else {
            try jobs.layout.releasesPlace.openDirectory().synchronizeVolume()
            return Done()
        }
        let top = try jobs.layout.open(release)
        let cursor = DirectoryCursor(root: top.number, creates: false)
        for path in paths {
            try context.deadline.check("bring \(release.path) to the disk")
            let start = try cursor.enter(directoryOf: path.span)
            let name = Array(path[start...]) + [0]
            // A symbolic link has no content of its own to flush: its directory has it.
            guard try TreeFile.status(in: cursor.descriptor, name.span).kind == .file else { continue }
            try TreeFile.open(in: cursor.descriptor, name.span).synchronize()
        }
        return Done()
    }
}
