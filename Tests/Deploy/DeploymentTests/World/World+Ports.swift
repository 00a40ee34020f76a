import Deployment
import GitObjects
import Posix

// The remote and the store.
extension World: Source {
    func expectChange() { expectedChanges += 1 }

    func resolve(_ limit: Deadline) throws(Failure) -> RemoteReference {
        try call(.resolve) { () throws(Failure) in
            guard isOnline, let remote else { throw Failure("the remote cannot be reached", retryAfter: .seconds(5)) }
            return remote
        }
    }

    func fetch(
        _ reference: RemoteReference, isStoreTrusted: Bool, _ limit: Deadline
    ) throws(Failure) -> (CommitInfo, FetchSummary) {
        try call(.fetch) { () throws(Failure) in
            let commit = tags[reference.id] ?? reference.id
            let isThere = store.contains(commit) && isStoreTrusted
            if isStoreDamaged, isStoreTrusted { throw Failure("an object is damaged", blame: .store) }
            guard isThere || isOnline else { throw Failure("the remote cannot be reached") }
            if crashing.contains(commit) { throw Failure("the worker was ended by signal 6", blame: .commit) }
            store.insert(commit)
            let info = CommitInfo(commit: commit, reference: reference.name, subject: "subject of \(commit)")
            let objects = isThere ? 0 : 3
            return (
                info, FetchSummary(commit: commit, reference: info.reference, objects: objects, bytes: objects * 100)
            )
        }
    }

    func verify(_ reference: RemoteReference, _ commit: ObjectID, _ limit: Deadline) throws(Failure) -> String? {
        try call(.verify) { () throws(Failure) in
            if unsigned.contains(commit) { throw Failure("commit \(commit) has no signature") }
            return isVerifying ? "somebody" : nil
        }
    }

    func complete(_ commit: ObjectID, isStoreTrusted: Bool, _ limit: Deadline) throws(Failure) {
        try call(.complete) { () throws(Failure) in
            if isStoreDamaged, isStoreTrusted { throw Failure("an object is damaged", blame: .store) }
        }
    }

    func repairStore(_ limit: Deadline) throws(Failure) -> StoreRepair {
        try call(.repairStore) { () throws(Failure) in
            repairs += 1
            if !isStoreDamaged { return .whole }
            isStoreDamaged = false
            store = []
            return .replaced(submodules: [])
        }
    }

    func close() { quiet(.close, ()) {} }
}

// The root.
extension World: ReleaseStore {
    func linkTarget() throws(Failure) -> LinkTarget {
        try call(.linkTarget) { () throws(Failure) in
            switch link {
            case .nothing: .nothing
            case .release(let commit): .release(commit, isThere: directories[commit] != nil)
            case .foreign: .foreign("a directory that is not ours")
            }
        }
    }

    func checkLink() throws(Failure) {
        try call(.checkLink) { () throws(Failure) in
            if link == .foreign { throw Failure("a directory that is not ours is at the link") }
        }
    }

    func stage(_ commit: ObjectID, sharing live: ObjectID?, _ limit: Deadline) throws(Failure) -> StagingSummary {
        try call(.stage) { () throws(Failure) in
            if isStoreDamaged || !store.contains(commit) { throw Failure("an object is missing", blame: .store) }
            if directories[commit]?.wasPublished != true || directories[commit]?.isBroken == true {
                directories[commit] = Directory(wasPublished: link == .release(commit))
            }
            return StagingSummary(written: live == nil ? 10 : 1, shared: live == nil ? 0 : 9, warnings: ["a warning"])
        }
    }

    func prepare(_ commit: ObjectID, previous: ObjectID?) throws(Failure) {
        try call(.prepare) { () throws(Failure) in
            if lacksProgram { throw Failure("cannot run npm: no such file or directory", blame: .configuration) }
            if unprepared.contains(commit) { throw Failure("exit status 2", output: "prepare", blame: .commit) }
        }
    }

    func validate(_ commit: ObjectID, previous: ObjectID?) throws(Failure) {
        try call(.validate) { () throws(Failure) in
            if invalid.contains(commit) { throw Failure("exit status 1", output: "invalid", blame: .commit) }
        }
    }

    func tryOut(_ commit: ObjectID, previous: ObjectID?) throws(Failure) {
        try call(.trial) { () throws(Failure) in
            if unstartable.contains(commit) { throw Failure("it ended", output: "boom", blame: .commit) }
        }
    }

    func discard(_ commit: ObjectID) {
        quiet(.discard, ()) { if directories[commit]?.wasPublished == false { directories[commit] = nil } }
    }

    func canRepublish(_ commit: ObjectID) -> Bool {
        quiet(.canRepublish, false) {
            directories[commit].map { $0.wasPublished && !$0.isBroken } ?? false
        }
    }

    func publish(_ commit: ObjectID) throws(Failure) -> [String] {
        try call(.publish) { () throws(Failure) in
            if link == .foreign { throw Failure("a directory that is not ours is at the link") }
            guard directories[commit] != nil else { throw Failure("release \(commit) has no directory") }
            directories[commit]?.wasPublished = true
            link = .release(commit)
            swaps.append(commit)
            return warnsAfterSwap ? ["fsync: Input/output error"] : []
        }
    }

    func flush(_ commit: ObjectID) throws(Failure) { try call(.flush) { () throws(Failure) in } }

    func prove(_ commit: ObjectID, _ limit: Deadline) throws(Failure) -> Proof {
        try call(.prove) { () throws(Failure) in
            guard let directory = directories[commit] else { return .needsDeployment("its directory is gone") }
            if directory.isBroken { return .needsDeployment("its directories are not what they were") }
            if !directory.isEdited { return .whole }
            if isStoreDamaged { return .unknown("an object is damaged") }
            directories[commit]?.isEdited = false
            return .repaired(["index.html"])
        }
    }

    func watch(_ commit: ObjectID, share: Double) throws(Failure) -> [String] {
        try call(.watch) { () throws(Failure) in
            guard link == .release(commit) else { return ["the link"] }
            guard let directory = directories[commit], !directory.isBroken else { return ["the directory"] }
            return directory.isEdited ? ["index.html"] : []
        }
    }

    var watchedFiles: Int { 10 }

    func retain(_ plan: RetentionPlan, _ limit: Deadline) throws(Failure) -> RetentionReport {
        try call(.retain) { () throws(Failure) in
            let staying = Set(plan.directories.keys).union([plan.live].compactMap { $0 })
            let removed = directories.keys.filter { !staying.contains($0) && link != .release($0) }.sorted()
            for commit in removed { directories[commit] = nil }
            store.formIntersection(staying.union(plan.commits))
            return RetentionReport(
                available: plan.commits.filter { store.contains($0) || directories[$0] != nil },
                directories: directories.keys.sorted(), removed: removed,
                nextExpiry: plan.directories.values.compactMap { $0 }.min(), storeBytes: 1000, releaseBytes: 100)
        }
    }
}

// The server beside it.
extension World: Application {
    func checkPermission() throws(Failure) {
        try call(.checkPermission) { () throws(Failure) in
            if refusesSignal { throw Failure("the application may not be signalled") }
        }
    }

    func tell(_ change: Change) throws(Failure) -> [Notice] {
        try call(.tell) { () throws(Failure) in
            if behaviour(change.commit) == .untold { throw Failure("no process matches", blame: .configuration) }
            lastTold = change.commit
            return [Notice(action: "signal", outcome: "signalled")]
        }
    }

    func confirm(
        _ change: Change, within limit: Duration?, _ look: (ConfirmProgress) throws(Failure) -> Void
    ) throws(Failure) -> Confirmation {
        try call(.confirm) { () throws(Failure) in
            let behaviour = behaviour(change.commit)
            let limit = limit ?? settings.healthTimeout
            let start = elapsed
            var second = 0
            while elapsed - start < limit {
                elapsed += .seconds(1)
                second += 1
                while let event = duringConfirm.firstIndex(where: { $0.commit == change.commit && $0.second <= second })
                {
                    duringConfirm.remove(at: event).action(self)
                }
                if isStopping { throw Failure("called off", blame: .cancelled) }
                switch behaviour {
                case .good where second >= 2, .needsRestart where second >= 5: return confirmation(change, behaviour)
                case .silent(let seconds) where second >= seconds: return confirmation(change, behaviour)
                default: break
                }
                try look(
                    ConfirmProgress(
                        answeredFailures: behaviour == .fails ? second : 0, elapsed: .seconds(second)))
            }
            throw Failure(
                "the application does not run \(change.commit)", output: "503",
                blame: .commit)
        }
    }

    private func confirmation(_ change: Change, _ behaviour: Behaviour) -> Confirmation {
        Confirmation(
            commit: change.commit, verdict: behaviour == .needsRestart ? "stale" : "proved", cause: "it says so",
            time: now.time, checks: 2, healthyAfter: .seconds(2),
            escalations: behaviour == .needsRestart ? ["SIGTERM"] : [])
    }
}
