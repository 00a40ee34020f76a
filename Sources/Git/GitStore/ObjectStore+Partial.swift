public import GitFiles
public import GitObjects

extension ObjectStore {
    /// The filter that was ever used to fill the store and left out most: what may be missing in it.
    ///
    /// It is noted in a file of our own. Git's setting for the same (`extensions.partialClone`) would make git programs
    /// that are run in a release fetch by themselves, and older libraries refuse the repository.
    public var filter: ObjectFilter {
        get throws(GitError) {
            guard let content = try RepositoryFiles.read(filterFile, limit: 4096) else { return .none }
            let text = String(decoding: content.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            // What cannot be read means the most that can be missing.
            return text == ObjectFilter.withoutBlobs.specification ? .withoutBlobs : .withoutTrees
        }
    }

    /// Notes that a filter is going to be used; call it before anything comes.
    public func note(_ filter: ObjectFilter) throws(GitError) {
        guard let specification = filter.specification, try !self.filter.leavesOut(whatIsLeftOutBy: filter) else {
            return
        }
        try RepositoryFiles.replace(filterFile, with: Array("\(specification)\n".utf8))
    }

    /// The commits that may be named to a server as ones that we have, when this filter is asked for.
    ///
    /// A server sends differences against what it thinks that we have, and leaves out what it thinks that we have. So
    /// none may be named where they lack more than the filter leaves out.
    public func haves(for filter: ObjectFilter) throws(GitError) -> [ObjectID] {
        try filter.leavesOut(whatIsLeftOutBy: self.filter) ? kept : []
    }

    /// Forgets that objects may be missing; right when a compaction has found that none is.
    public func noteCompleteness() throws(GitError) {
        try RepositoryFiles.remove(filterFile)
    }

    private var filterFile: String { path + "/git-sidecar-filter" }
}
