internal import CLibgit2
internal import GitFiles
internal import GitObjects

extension ObjectKind {
    /// Reads libgit2's number; nil for what is no object of its own, such as a delta.
    init?(_ raw: git_object_t) {
        switch raw {
        case GIT_OBJECT_COMMIT: self = .commit
        case GIT_OBJECT_TREE: self = .tree
        case GIT_OBJECT_BLOB: self = .blob
        case GIT_OBJECT_TAG: self = .tag
        default: return nil
        }
    }
}
