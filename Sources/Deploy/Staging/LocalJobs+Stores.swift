internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Layout
internal import Posix
internal import Releases

// The jobs that are about object stores.

extension OpenStore: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> StoreOpening {
        do throws(GitError) {
            // Where history ends decides what is asked for: with garbage there nothing could be fetched any more.
            _ = try jobs.store(.root).shallow
            try PackFiles(directory: jobs.layout.gitDirectory + "/objects/pack").check()
            return .ready
        } catch {
            // The system refused something: there is nothing wrong with the store itself.
            if error.cause != nil { throw ReleaseError.store(error) }
            return .unusable(
                try StoreReplacement(for: jobs.layout, isForeign: error.code == .foreignFormat, reason: "\(error)"))
        }
    }
}

extension KeepCommit: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> Done {
        try jobs.existing(store).keep(commit)
        return Done()
    }
}

extension KeepCommits: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> [ObjectID] {
        try store { () throws(GitError) in
            let objects = try jobs.store(.root)
            let kept = Set(try objects.kept)
            for commit in commits where !kept.contains(commit) && objects.contains(commit) { try objects.keep(commit) }
            let released = kept.subtracting(commits).sorted()
            for commit in released { try objects.release(commit) }
            return released
        }
    }
}

extension TidyStores: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> TidyResult {
        defer { jobs.forgetModules() }
        let objects = try jobs.store(.root)
        var modules = ModuleSweepResult()
        if let live {
            modules = try ModuleStores(layout: jobs.layout, mode: mode).sweep(
                live: live, previous: previous, in: objects, deadline: context.deadline)
        }
        let isPartial = try objects.filter != .none
        let compacted = try Compaction(layout: jobs.layout, mode: mode, depth: depth).runIfNeeded(
            objects, live: live, isPartial: isPartial, released: released, deadline: context.deadline)
        return TidyResult(
            modules: modules, removedPacks: compacted?.removedPacks,
            removedLooseObjects: compacted?.removedLooseObjects ?? 0)
    }
}

extension CheckStores: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> StoreCheck {
        defer { jobs.forgetModules() }
        let layout = jobs.layout
        func isWhole(_ path: String) throws -> Bool {
            if try !PackFiles(directory: path + "/objects/pack").areWhole(context.deadline) { return false }
            do throws(GitError) {
                _ = try readShallow(path)
                return true
            } catch {
                if error.cause != nil { throw error }
                return false
            }
        }
        var check = StoreCheck(modules: [], replacement: nil)
        for location in try layout.moduleLocations() {
            let place = layout.moduleStorePlace(location)
            // One inside another goes with it.
            guard try place.statusIfPresent() != nil, try !isWhole(place.path) else { continue }
            try layout.discard(place)
            check.modules.append(location)
        }
        if try !isWhole(layout.gitDirectory) {
            check.replacement = try StoreReplacement(for: layout, isForeign: false, reason: "bytes have changed in it")
        }
        return check
    }
}

extension MeasureStore: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> UInt64 {
        try jobs.store(.root).statistics().packedBytes
    }
}

extension ReadFetchState: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> FetchState {
        let objects = try jobs.store(store)
        if question.isTrusted, objects.contains(question.wanted) {
            let commit = try objects.peel(question.wanted)
            if try History(objects).reaches(question.depth, from: commit) { return FetchState(present: commit) }
        }
        let state = FetchState(
            haves: question.isTrusted ? try objects.haves(for: question.filter) : [],
            shallow: try objects.shallow.sorted())
        try objects.note(question.filter, of: question.remote)
        return state
    }
}

extension ReadShallow: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> [ObjectID] {
        try jobs.store(store).shallow.sorted()
    }
}

extension FindCommit: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> ObjectID? {
        let objects = try jobs.existing(store)
        return objects.contains(id) ? try objects.peel(id) : nil
    }
}

extension BeginPack: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> Done {
        try jobs.begin(try jobs.store(store), limits, context.deadline)
        return Done()
    }
}

extension FinishPack: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> PackProgress {
        try jobs.finish(shallow, unshallow)
    }
}

extension CopyObjects: LocalJob {
    func perform(on jobs: LocalJobs, _ context: JobContext) throws -> CopyOutcome {
        let source = try SourceRepository.open(request.path)
        for id in request.wants where !source.contains(id) { return .lacks(id) }
        var objection: (any Error)?
        do {
            let copied = try source.copy(
                wants: request.wants, to: try jobs.store(store), haves: request.haves, depth: request.depth,
                filter: request.filter, limits: request.limits, deadline: context.deadline,
                progress: { (progress) throws(GitError) in
                    do {
                        try context.progress?(progress)
                    } catch {
                        objection = error
                        throw GitError(code: .user, operation: "copy objects", message: "\(error)")
                    }
                })
            return .copied(copied.pack?.progress)
        } catch {
            throw objection ?? error
        }
    }
}
