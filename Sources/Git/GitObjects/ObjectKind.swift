/// The four kinds of objects that git stores.
public enum ObjectKind: Sendable, CaseIterable {
    /// A commit.
    case commit
    /// A directory.
    case tree
    /// The content of a file or the target of a symbolic link.
    case blob
    /// An annotated tag.
    case tag

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
