internal import CLibgit2

/// The four kinds of objects that git stores.
public enum ObjectKind: Sendable {
    /// A commit.
    case commit
    /// A directory.
    case tree
    /// The content of a file or the target of a symbolic link.
    case blob
    /// An annotated tag.
    case tag

    init?(_ raw: git_object_t) {
        switch raw {
        case GIT_OBJECT_COMMIT: self = .commit
        case GIT_OBJECT_TREE: self = .tree
        case GIT_OBJECT_BLOB: self = .blob
        case GIT_OBJECT_TAG: self = .tag
        default: return nil
        }
    }

    /// The kind's name in git's own formats.
    public var name: String {
        switch self {
        case .commit: "commit"
        case .tree: "tree"
        case .blob: "blob"
        case .tag: "tag"
        }
    }
}
