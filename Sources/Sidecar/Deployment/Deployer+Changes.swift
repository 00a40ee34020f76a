internal import GitFiles
internal import GitObjects
internal import Options
internal import Posix
internal import Releases

// What the worker is asked about commits and releases.
extension Deployer {
    /// The paths at which two releases differ, sorted by their bytes; without a former one, all paths.
    func changedPaths(from old: ObjectID?, to new: ObjectID) throws -> [[UInt8]] {
        try parts.jobs.run(FindChanges(old: old, new: new), deadline(plan.settings.syncTimeout))
    }

    /// What a commit says of itself.
    func describe(_ commit: ObjectID) throws -> CommitSummary {
        guard let summary = try describe([commit])[0] else {
            throw GitError(
                code: .notFound, operation: "read commit \(commit)", message: "it is not in the object store")
        }
        return summary
    }

    /// What commits say of themselves; nil for those that are not in the store.
    func describe(_ commits: [ObjectID]) throws -> [CommitSummary?] {
        let found = try parts.jobs.run(DescribeCommits(commits: commits), deadline(plan.settings.syncTimeout))
        guard found.count == commits.count else {
            throw WorkerFailure(
                job: DescribeCommits.name, isAboutCommit: false, cause: .nonsense("it described other commits"))
        }
        return found
    }

    /// Where a release is not as it was made.
    func verify(_ release: Release, _ depth: VerificationDepth, _ deadline: Deadline) throws -> [Difference] {
        try parts.jobs.run(VerifyRelease(release: release, depth: depth, options: try stagingOptions()), deadline)
    }
}
