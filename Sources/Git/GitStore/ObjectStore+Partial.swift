internal import CLibgit2
public import GitFiles
public import GitObjects

// A store in which objects are missing that a filter left out.
extension ObjectStore {
    /// The filter that was ever used to fill the store and left out most: what may be missing in it.
    ///
    /// It is noted in a file of our own: git's setting for the same (`extensions.partialClone`) makes older libraries
    /// refuse the repository, and git programs do without it.
    public var filter: ObjectFilter {
        get throws(GitError) {
            ObjectStore.filter(notedAs: try noted)
        }
    }

    private var noted: [UInt8]? {
        get throws(GitError) { try RepositoryFiles.read(filterFile, limit: 1 << 16) }
    }

    private static func filter(notedAs content: [UInt8]?) -> ObjectFilter {
        guard let content else { return .none }
        let text = String(decoding: content.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        // What cannot be read means the most that can be missing.
        return text == ObjectFilter.withoutBlobs.specification ? .withoutBlobs : .withoutTrees
    }

    /// Notes that a filter is going to be used with a remote; call it before anything comes.
    ///
    /// Git programs that are run in a release fetch from that remote what they miss, with credentials of their own.
    public func note(_ filter: ObjectFilter, of remote: String) throws(GitError) {
        let noted = try noted
        let before = ObjectStore.filter(notedAs: noted)
        let most = before.leavesOut(whatIsLeftOutBy: filter) ? before : filter
        guard let specification = most.specification else { return }
        let content = Array("\(specification)\n\(remote)\n".utf8)
        if noted == content { return }
        // What came before from this remote was promised as well.
        if before != .none { for pack in try removablePacks() { try markPromised(pack) } }
        try unsafe changeConfiguration { configuration, check throws(GitError) in
            for (name, value) in [("url", remote), ("promisor", "true"), ("partialclonefilter", specification)] {
                try check(unsafe git_config_set_string(configuration, "remote.origin.\(name)", value))
            }
        }
        try RepositoryFiles.replace(filterFile, with: content)
    }

    /// Marks a pack as one whose server promises what is missing in it.
    func markPromised(_ pack: String) throws(GitError) {
        try RepositoryFiles.replace("\(path)/objects/pack/\(pack).promisor", with: [])
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
        for pack in try removablePacks() { try RepositoryFiles.remove("\(path)/objects/pack/\(pack).promisor") }
        try unsafe changeConfiguration { configuration, check throws(GitError) in
            for name in ["promisor", "partialclonefilter"] {
                let status = unsafe git_config_delete_entry(configuration, "remote.origin.\(name)")
                if status != GIT_ENOTFOUND.rawValue { try check(status) }
            }
        }
        try RepositoryFiles.remove(filterFile)
    }

    private func changeConfiguration(
        _ change: (OpaquePointer, (Int32) throws(GitError) -> Void) throws(GitError) -> Void
    ) throws(GitError) {
        let file = path + "/config"
        let operation = "change \(file)"
        let configuration = unsafe try owned(operation) { unsafe git_config_open_ondisk($0, file) }
        defer { unsafe git_config_free(configuration) }
        try unsafe change(configuration) { (status) throws(GitError) in try check(status, operation) }
    }

    private var filterFile: String { path + "/git-sidecar-filter" }
}
